/** Reductions over windows with the signatures of jax.lax. As there, 'SAME' is of the operand before it is dilated. */
import { range, type Shape } from '../aval'
import { isFloating } from '../dtype'
import { ArgumentError } from '../error'
import { oneOf, optionsOf, readArgument, shape as shapeKind, type OptionsOf } from '../options'
import { add } from '../primitives/arithmetic'
import { max, min } from '../primitives/piecewise'
import { reduceWindowMax as maxP, reduceWindowMin as minP, reduceWindowSum as sumP } from '../primitives/window'
import { literal } from '../literal'
import { asTensor, type Scalar, type TensorLike } from '../numpy/promote'
import type { WindowShape } from '../table'
import type { Tensor } from '../tensor'
import { type Padding, padtypeToPads } from './padding'

const windowOptions = optionsOf({ baseDilation: shapeKind, windowDilation: shapeKind })
/** Options of `reduceWindow` and its kin. */
export interface WindowOptions extends OptionsOf<typeof windowOptions> {}
const windowOf = (
  x: Tensor,
  windowDimensions: Shape,
  strides: Shape | undefined,
  padding: Padding,
  options: WindowOptions | undefined,
): WindowShape => {
  const ones = range(x.ndim).map(() => 1)
  const { baseDilation = ones, windowDilation = ones } = windowOptions('reduceWindow', options)
  readArgument('reduceWindow', 'windowDimensions', shapeKind, windowDimensions)
  const windowStrides = strides ?? ones
  readArgument('reduceWindow', 'windowStrides', shapeKind, windowStrides)
  for (const [name, sizes] of Object.entries({ windowStrides, baseDilation, windowDilation }))
    if (sizes.length !== x.ndim || sizes.includes(0))
      throw new ArgumentError(
        'reduceWindow',
        `${name} has one number of 1 or more for each axis of shape [${x.shape.join(',')}], got [${sizes.join(',')}]`,
      )
  if (windowDimensions.length !== x.ndim)
    throw new ArgumentError(
      'reduceWindow',
      `a window has one size for each axis of shape [${x.shape.join(',')}], got [${windowDimensions.join(',')}]`,
    )
  const dilated = (n: number, d: number): number => (n === 0 ? 0 : (n - 1) * d + 1)
  const window = windowDimensions.map((n, i) => dilated(n, windowDilation[i]!))
  return { windowDimensions, windowStrides, padding: padtypeToPads(x.shape, window, windowStrides, padding), baseDilation, windowDilation }
}
const windowed =
  (f: (x: Tensor, params: WindowShape) => Tensor) =>
  (x: TensorLike, windowDimensions: Shape, windowStrides?: Shape, padding: Padding = 'VALID', options?: WindowOptions): Tensor => {
    const t = asTensor(x, 'reduceWindow')
    return f(t, windowOf(t, windowDimensions, windowStrides, padding, options))
  }
/** The sum of each window. Source: `jax.lax.reduce_window` with add. */
export const reduceWindowSum = windowed(sumP)
/** The maximum of each window. */
export const reduceWindowMax = windowed(maxP)
/** The minimum of each window. */
export const reduceWindowMin = windowed(minP)

/** The reductions that windows know. */
export type WindowReducer = 'add' | 'max' | 'min'
const reducers = {
  add: { reduce: reduceWindowSum, combine: add, isIdentity: (v: Scalar) => Number(v) === 0 },
  max: {
    reduce: reduceWindowMax,
    combine: max,
    isIdentity: (v: Scalar, floating: boolean) => (floating ? v === Number.NEGATIVE_INFINITY : false),
  },
  min: {
    reduce: reduceWindowMin,
    combine: min,
    isIdentity: (v: Scalar, floating: boolean) => (floating ? v === Number.POSITIVE_INFINITY : false),
  },
}
const reducerKind = oneOf(...Object.keys(reducers))
/** Each window reduced by `reducer`, starting from `initValue`. Source: jax.lax.reduce_window. */
export const reduceWindow = (
  x: TensorLike,
  initValue: Scalar,
  reducer: WindowReducer,
  windowDimensions: Shape,
  windowStrides?: Shape,
  padding: Padding = 'VALID',
  options?: WindowOptions,
): Tensor => {
  readArgument('reduceWindow', 'reducer', reducerKind, reducer)
  const t = asTensor(x, 'reduceWindow')
  const { reduce, combine, isIdentity } = reducers[reducer]
  const out = reduce(t, windowDimensions, windowStrides, padding, options)
  return isIdentity(initValue, isFloating(t.dtype)) ? out : combine(out, literal(initValue, t.dtype))
}
