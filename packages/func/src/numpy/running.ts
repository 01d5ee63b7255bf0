/** Running sums and products by the array API's names, and phases without jumps. Source: the jax.numpy functions of the same names. */
import { ArgumentError } from '../error'
import { isInteger } from '../dtype'
import { fullOf } from '../literal'
import { axis as axisKind, boolean, dtype as dtypeKind, nullable, optionsOf, tensorLike, type OptionsOf } from '../options'
import { sliceAxis } from '../primitives/layout'
import type { Tensor } from '../tensor'
import { cumprod, cumsum, diff } from './cumulative'
import { absolute, add, divide, floorDivide, mod, negative, subtract } from './elementwise'
import { concatenate } from './join'
import { equal, greater, less, logicalAnd, where } from './logic'
import { optionsLast } from './options-last'
import { asTensor, axisOf, promoteTypes, type TensorLike } from './promote'

const runningOptions = optionsOf(
  {
    /** Which axis; a vector has one only. */
    axis: nullable(axisKind),
    dtype: dtypeKind,
    /** Whether the result begins with what nothing was added to: 0, or 1 of products. */
    includeInitial: boolean,
  },
  { alone: 'axis' },
)
/** Options of `cumulativeSum` and `cumulativeProd`. */
export interface RunningOptions extends OptionsOf<typeof runningOptions> {}
const running = (name: string, run: typeof cumsum, initial: number) =>
  optionsLast(name, (x: TensorLike, option?: number | null | RunningOptions): Tensor => {
    const { axis, dtype, includeInitial = false } = runningOptions(name, option)
    const t = asTensor(x, name)
    if (t.ndim === 0) throw new ArgumentError(name, 'a scalar has nothing to run along')
    if (t.ndim > 1 && (axis === undefined || axis === null))
      throw new ArgumentError(name, `say the axis of a tensor of shape [${t.shape.join(',')}]: { axis: 0 }`)
    const at = axisOf(name, axis ?? 0, t.ndim)
    const out = run(t, { axis: at, dtype })
    if (!includeInitial) return out
    const first = t.shape.map((n, i) => (i === at ? 1 : n))
    return concatenate([fullOf(initial, first, out.dtype), out], at)
  })
/** Running sums along an axis. Errors: ArgumentError where there are several axes and none is said. */
export const cumulativeSum = running('cumulativeSum', cumsum, 0)
/** Running products along an axis. Errors: ArgumentError where there are several axes and none is said. */
export const cumulativeProd = running('cumulativeProd', cumprod, 1)

const unwrapOptions = optionsOf({
  /** The largest jump that stays; half a period. */
  discont: tensorLike,
  /** -1. */
  axis: axisKind,
  /** 2π. */
  period: tensorLike,
})
/** Options of `unwrap`. */
export interface UnwrapOptions extends OptionsOf<typeof unwrapOptions> {}
/** A signal of phases with whole periods added so that no step is larger than half a period. */
export const unwrap = (x: TensorLike, options?: UnwrapOptions): Tensor => {
  const { discont, axis = -1, period: length = 2 * Math.PI } = unwrapOptions('unwrap', options)
  const [t, period] = promoteTypes('unwrap', [asTensor(x, 'unwrap'), length])
  const at = axisOf('unwrap', axis, t.ndim)
  const n = t.shape[at]!
  if (n === 0) return t
  const half = isInteger(t.dtype) ? floorDivide(period, 2) : divide(period, 2)
  const steps = diff(t, { axis: at })
  const inside = subtract(mod(add(steps, half), period), half)
  const turned = where(logicalAnd(equal(inside, negative(half)), greater(steps, 0)), half, inside)
  const correction = where(less(absolute(steps), discont ?? divide(period, 2)), 0, subtract(turned, steps))
  return concatenate([sliceAxis(t, at, 0, 1), add(sliceAxis(t, at, 1, n), cumsum(correction, at))], at)
}
