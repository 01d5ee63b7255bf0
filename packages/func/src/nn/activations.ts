/** Activation functions. Values and derivatives (also at kinks) are those of the jax.nn functions of the same names. */
import { dtypes } from '../dtype'
import { ArgumentError } from '../error'
import { literal } from '../literal'
import { boolean, optionsOf, type OptionsOf } from '../options'
import * as E from '../numpy/elementwise'
import { split } from '../numpy/join'
import { greater, greaterEqual, less, lessEqual, logicalAnd, where } from '../numpy/logic'
import { asTensor, asType, axisOf, floatOperand, type TensorLike } from '../numpy/promote'
import { withTangent } from '../numpy/with-tangent'
import { max } from '../primitives/piecewise'
import { convertElementType } from '../primitives/structural'
import { erfc, logistic } from '../primitives/transcendental'
import type { Tensor } from '../tensor'

/** A number that makes floats of integers: Python's 6.0. */
const weakFloat = (value: number): Tensor => literal(value, 'float32', true)
const like = (x: Tensor, value: number): Tensor => literal(value, x.aval.dtype, x.aval.weakType)

/** A function whose tangent is `passes(x) ? tangent : 0`. */
const gated = (f: (x: Tensor) => Tensor, passes: (x: Tensor) => Tensor): ((x: Tensor) => Tensor) =>
  withTangent(f, ([t], _out, x) => where(passes(x), t, like(t, 0)))
const gatedRelu = gated(
  (x) => max(x, like(x, 0)),
  (x) => greater(x, 0),
)
const gatedRelu6 = gated(
  (x) => E.minimum(E.maximum(x, 0), weakFloat(6)),
  (x) => logicalAnd(greater(x, 0), less(x, 6)),
)
/** `x` itself. */
export const identity = (x: TensorLike): Tensor => asTensor(x, 'identity')
/** `max(x, 0)`, with derivative 0 at 0. */
export const relu = (x: TensorLike): Tensor => {
  const t = asTensor(x, 'relu')
  return gatedRelu(t.dtype === 'bool' ? convertElementType(t, { newDtype: 'int32', weakType: true }) : t)
}
/** `min(max(x, 0), 6)`, with derivative 0 at 0 and 6. */
export const relu6 = (x: TensorLike): Tensor => gatedRelu6(asTensor(x, 'relu6'))
/** `1 / (1 + exp(-x))`. */
export const sigmoid = (x: TensorLike): Tensor => logistic(floatOperand('sigmoid', x))
/** `log(1 + exp(x))`. */
export const softplus = (x: TensorLike): Tensor => E.logaddexp(floatOperand('softplus', x), 0)
/** `-softplus(-x)`, the logarithm of the sigmoid. */
export const logSigmoid = (x: TensorLike): Tensor => E.negative(softplus(E.negative(floatOperand('logSigmoid', x))))
/** `x / (|x| + 1)`. */
export const softSign = (x: TensorLike): Tensor => {
  const t = floatOperand('softSign', x)
  return E.divide(t, E.add(E.absolute(t), 1))
}
/** 0 up to -1, x from 1 on, a parabola between. */
export const sparsePlus = (x: TensorLike): Tensor => {
  const t = asTensor(x, 'sparsePlus')
  const parabola = E.divide(E.square(E.add(t, weakFloat(1))), 4)
  return where(lessEqual(t, weakFloat(-1)), 0, where(greaterEqual(t, 1), t, parabola))
}
/** 0 up to -1, 1 from 1 on, a line between. */
export const sparseSigmoid = (x: TensorLike): Tensor => E.multiply(E.clip(E.add(asTensor(x, 'sparseSigmoid'), weakFloat(1)), 0, 2), 0.5)
/** `x * sigmoid(x)`. */
export const silu = (x: TensorLike): Tensor => {
  const t = floatOperand('silu', x)
  return E.multiply(t, logistic(t))
}
export { silu as swish }
/** `x * tanh(softplus(x))`. */
export const mish = (x: TensorLike): Tensor => {
  const t = floatOperand('mish', x)
  return E.multiply(t, E.tanh(softplus(t)))
}
/** `x` above 0, `alpha * (exp(x) - 1)` below. */
export const elu = (x: TensorLike, alpha: TensorLike = 1): Tensor => {
  const t = asTensor(x, 'elu')
  const positive = greater(t, 0)
  return where(positive, t, E.multiply(E.expm1(where(positive, weakFloat(0), t)), alpha))
}
/** `x` from 0 on, `negativeSlope * x` below. */
export const leakyRelu = (x: TensorLike, negativeSlope: TensorLike = 0.01): Tensor => {
  const t = asTensor(x, 'leakyRelu')
  return where(greaterEqual(t, 0), t, E.multiply(t, negativeSlope))
}
/** `x` limited to [-1, 1]. */
export const hardTanh = (x: TensorLike): Tensor => {
  const t = asTensor(x, 'hardTanh')
  const low = dtypes[t.dtype].kind === 'uint' ? t : where(less(t, -1), -1, t)
  return where(greater(t, 1), 1, low)
}
/** `max(x, 0) + alpha * (exp(min(x, 0) / alpha) - 1)`. */
export const celu = (x: TensorLike, alpha: TensorLike = 1): Tensor => {
  const t = asTensor(x, 'celu')
  return E.add(E.maximum(t, weakFloat(0)), E.multiply(E.expm1(E.divide(E.minimum(t, weakFloat(0)), alpha)), alpha))
}
/** The self-normalizing exponential unit (Klambauer et al., 2017). */
export const selu = (x: TensorLike): Tensor => E.multiply(elu(x, 1.6732632423543772), 1.0507009873554805)
const geluOptions = optionsOf({ approximate: boolean })
/** Options of `gelu`. */
export interface GeluOptions extends OptionsOf<typeof geluOptions> {}
/** The Gaussian error linear unit; `approximate` (the default) by tanh. */
export const gelu = (x: TensorLike, options?: GeluOptions): Tensor => {
  const { approximate = true } = geluOptions('gelu', options)
  const t = floatOperand('gelu', x)
  if (!approximate) return E.multiply(E.multiply(t, 0.5), erfc(E.multiply(E.negative(t), like(t, Math.SQRT1_2))))
  // (1 + tanh(u)) / 2 = sigmoid(2 u), which keeps the left tail; the cube is of what is not yet 0 or 1 there
  const near = E.clip(t, like(t, -30), like(t, 30))
  const inner = E.multiply(E.add(near, E.multiply(E.power(near, 3), 0.044715)), like(t, 2 * Math.sqrt(2 / Math.PI)))
  return E.multiply(t, logistic(inner))
}
/** The first half along an axis times the sigmoid of the second. */
export const glu = (x: TensorLike, axis = -1): Tensor => {
  const t = floatOperand('glu', x)
  const at = axisOf('glu', axis, t.ndim)
  if (t.shape[at]! % 2 !== 0) throw new ArgumentError('glu', `axis ${at} of shape [${t.shape.join(',')}] must have an even size`)
  const [value, gate] = split(t, 2, at) as [Tensor, Tensor]
  return E.multiply(value, logistic(gate))
}
/** `(x + sqrt(x² + b)) / 2`. */
export const squareplus = (x: TensorLike, b: TensorLike = 4): Tensor => {
  const t = floatOperand('squareplus', x)
  return E.divide(E.add(t, E.sqrt(E.add(E.square(t), b))), 2)
}
/** `relu6(x + 3) / 6`. */
export const hardSigmoid = (x: TensorLike): Tensor => E.divide(relu6(E.add(asTensor(x, 'hardSigmoid'), weakFloat(3))), 6)
/** `x * hardSigmoid(x)`. */
export const hardSilu = (x: TensorLike): Tensor => {
  const t = asTensor(x, 'hardSilu')
  return E.multiply(t, hardSigmoid(t))
}
export { hardSilu as hardSwish }
/** The hyperbolic tangent. */
export const tanh = E.tanh
const log1mexpOf = withTangent<readonly [Tensor]>(
  (x) => {
    const opposite = E.negative(x)
    return where(less(x, asType(Math.LN2, x.dtype)), E.log(E.negative(E.expm1(opposite))), E.log1p(E.negative(E.exp(opposite))))
  },
  ([t], _out, x) => E.divide(t, E.expm1(x)),
)
/** `log(1 - exp(-x))` for positive x. */
export const log1mexp = (x: TensorLike): Tensor => log1mexpOf(floatOperand('log1mexp', x))
