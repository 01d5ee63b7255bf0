/** Running sums and differences, interpolation and polynomials. Source: the jax.numpy functions of the same names. */
import { range } from '../aval'
import { ArgumentError } from '../error'
import {
  axis as axisKind,
  count,
  dtype as dtypeKind,
  forTensors,
  nullable,
  number,
  optionsOf,
  tensorLike,
  type OptionsOf,
} from '../options'
import * as C from '../primitives/cumulative'
import { ne } from '../primitives/piecewise'
import { sliceAxis } from '../primitives/layout'
import { convert, moveAxis, reshape } from '../primitives/structural'
import type { Tensor } from '../tensor'
import { add, clip, divide, multiply, subtract } from './elementwise'
import { isnan, less, greater, where } from './logic'
import { concatenate } from './join'
import { asTensor, axisOf, broadcastTo, floatOperand, promoteInexact, type TensorLike } from './promote'
import { sum } from './reduce'
import { searchsorted } from './sorting'
import { take } from './take'
import { optionsLast } from './options-last'

const cumulativeOptions = optionsOf(
  {
    /** null: along the flat order. */
    axis: nullable(axisKind),
    dtype: dtypeKind,
  },
  { alone: 'axis' },
)
export interface CumulativeOptions extends OptionsOf<typeof cumulativeOptions> {}
const cumulative = (name: string, run: (x: Tensor, params: { axis: number; reverse: boolean }) => Tensor, onNan?: number) =>
  optionsLast(name, (x: TensorLike, option?: number | null | CumulativeOptions): Tensor => {
    const { axis = null, dtype } = cumulativeOptions(name, option)
    const t = asTensor(x, name)
    const typed = dtype === undefined ? (t.dtype === 'bool' ? convert(t, 'int32') : t) : convert(t, dtype)
    const known = onNan === undefined ? typed : where(isnan(typed), onNan, typed)
    if (axis === null) return run(reshape(known, { newSizes: [t.size] }), { axis: 0, reverse: false })
    return run(known, { axis: axisOf(name, axis, t.ndim), reverse: false })
  })
/** Running sums along an axis (the flat order without one). */
export const cumsum = cumulative('cumsum', C.cumsum)
/** Running products along an axis (the flat order without one). */
export const cumprod = cumulative('cumprod', C.cumprod)
/** Running sums with NaN as 0. */
export const nancumsum = cumulative('nancumsum', C.cumsum, 0)
/** Running products with NaN as 1. */
export const nancumprod = cumulative('nancumprod', C.cumprod, 1)
const diffOptions = optionsOf({
  /** How often; 1. */
  n: count,
  axis: axisKind,
  /** Joined before, and after, the operand. */
  prepend: tensorLike,
  append: tensorLike,
})
interface DiffOptions extends OptionsOf<typeof diffOptions> {}
/** Differences of neighbours along an axis. */
export const diff = (x: TensorLike, options?: DiffOptions): Tensor => {
  const { n = 1, axis = -1, prepend, append } = diffOptions('diff', options)
  const t = asTensor(x, 'diff')
  const at = axisOf('diff', axis, t.ndim)
  if (n === 0) return t
  // A scalar beside the operand is one place of the axis.
  const edge = (e: TensorLike | undefined): readonly TensorLike[] => {
    if (e === undefined) return []
    const given = asTensor(e, 'diff')
    return [
      given.ndim > 0
        ? given
        : broadcastTo(
            given,
            t.shape.map((m, i) => (i === at ? 1 : m)),
          ),
    ]
  }
  const joined = [...edge(prepend), t, ...edge(append)]
  const start = joined.length === 1 ? t : concatenate(joined, at)
  return range(n).reduce((y) => {
    const size = y.shape[at]!
    if (size === 0) return y
    const [high, low] = [sliceAxis(y, at, 1, size), sliceAxis(y, at, 0, size - 1)]
    return y.dtype === 'bool' ? ne(high, low) : subtract(high, low)
  }, start)
}
/** Differences of neighbours in the flat order. */
export const ediff1d = (x: TensorLike): Tensor => diff(reshape(asTensor(x), { newSizes: [asTensor(x).size] }))
const trapezoidOptions = optionsOf(
  {
    /** Places of the samples; else they are `dx` apart. */
    x: tensorLike,
    dx: number,
    axis: axisKind,
  },
  { hint: forTensors('places of samples are the option x: { x }') },
)
interface TrapezoidOptions extends OptionsOf<typeof trapezoidOptions> {}
/** The integral by the trapezoidal rule. */
export const trapezoid = (y: TensorLike, options?: TrapezoidOptions): Tensor => {
  const { x, dx = 1, axis = -1 } = trapezoidOptions('trapezoid', options)
  const [given, at] = x === undefined ? [floatOperand('trapezoid', y), undefined] : promoteInexact('trapezoid', [y, x])
  const t = moveAxis(given, axisOf('trapezoid', axis, given.ndim), given.ndim - 1)
  const n = t.shape.at(-1)!
  const last = t.ndim - 1
  const middle = add(sliceAxis(t, last, 1, n), sliceAxis(t, last, 0, n - 1))
  const width = at === undefined ? dx : diff(at)
  return multiply(sum(multiply(width, middle), { axis: -1 }), 0.5)
}
const interpOptions = optionsOf({ left: number, right: number })
interface InterpOptions extends OptionsOf<typeof interpOptions> {}
/** Linear interpolation at `x` through points (xp ascending, fp); beyond them `left`, `right`, or the end values. */
export const interp = (x: TensorLike, xp: TensorLike, fp: TensorLike, options?: InterpOptions): Tensor => {
  const ends = interpOptions('interp', options)
  const [t, places] = promoteInexact('interp', [x, xp])
  const values = floatOperand('interp', fp)
  if (places.ndim !== 1 || values.ndim !== 1 || places.size !== values.size)
    throw new ArgumentError(
      'interp',
      `points must be two vectors of equal length, got shapes [${places.shape.join(',')}] and [${values.shape.join(',')}]`,
    )
  const n = places.size
  const high = clip(searchsorted(places, t, { side: 'right' }), 1, n - 1)
  const at = (v: Tensor, i: Tensor): Tensor => take(v, i, { axis: 0, mode: 'clip' })
  const low = subtract(high, 1)
  const [x0, y0] = [at(places, low), at(values, low)]
  const [dx, dy] = [subtract(at(places, high), x0), subtract(at(values, high), y0)]
  const empty = less(dx, 1e-30)
  const inside = where(empty, y0, add(y0, multiply(divide(subtract(t, x0), where(empty, 1, dx)), dy)))
  const first = sliceAxis(values, 0, 0, 1)
  const end = sliceAxis(values, 0, n - 1, n)
  const scalar = (v: Tensor): Tensor => reshape(v, { newSizes: [] })
  const bounded = where(less(t, scalar(sliceAxis(places, 0, 0, 1))), ends.left ?? scalar(first), inside)
  return where(greater(t, scalar(sliceAxis(places, 0, n - 1, n))), ends.right ?? scalar(end), bounded)
}
