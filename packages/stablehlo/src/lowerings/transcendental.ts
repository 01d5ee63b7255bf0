/**
 * Transcendental primitives: an operation where StableHLO has one, else a private function of its arithmetic.
 *
 * The formulas are those that XLA itself puts in for the operations of the CHLO dialect, which not every plugin reads.
 */
import type { DType, TranscendentalParams } from '@heddle/func/backend'
import type { Lowerings } from './row'
import type { Block, Value } from '../text/block'
import {
  abs,
  add,
  barrier,
  binary,
  broadcast,
  compare,
  div,
  exp,
  like,
  log,
  log1p,
  mul,
  neg,
  select,
  spread,
  sqrt,
  sub,
  unary,
} from '../text/ops'
import { atLeastFloat32, binaryOp, inFunction, unaryOp } from './pointwise'
import { digamma, erf, erfc, erfInv, lgamma } from './special'

type Unary = (b: Block, x: Value) => Value
const one = (b: Block, x: Value): Value => like(b, x, 1)
const atan2 = (b: Block, y: Value, x: Value): Value => binary(b, 'atan2', y, x)
/**
 * Where `x` is all ones and a long polynomial is near (that of erfc, lgamma ...), XLA for CPUs, the plugin of 0.11.2 at least, makes a loop of
 * `atan2` that answers garbage. A barrier keeps it from seeing the ones.
 */
const atan2Apart = (b: Block, y: Value, x: Value): Value => atan2(b, y, barrier(b, [x])[0]!)
const atan = (b: Block, y: Value): Value => atan2(b, y, broadcast(b, barrier(b, [b.constant(1, y.dtype, [])])[0]!, y.shape, []))

const exp2: Unary = (b, x) => exp(b, mul(b, x, like(b, x, Math.LN2)))
const logistic: Unary = (b, x) => div(b, one(b, x), add(b, one(b, x), exp(b, neg(b, x))))
/** sqrt(1 - x^2), without loss near 1. */
const otherLeg: Unary = (b, x) => sqrt(b, mul(b, sub(b, one(b, x), x), add(b, one(b, x), x)))
const asin: Unary = (b, x) => {
  const half = atan2(b, x, add(b, one(b, x), otherLeg(b, x)))
  return add(b, half, half)
}
const acos: Unary = (b, x) => atan2(b, otherLeg(b, x), x)
/** exp(x) / 2, which does not overflow before the half does. */
const halfExp: Unary = (b, x) => exp(b, add(b, x, like(b, x, -Math.LN2)))
const sinh: Unary = (b, x) => {
  const e = unary(b, 'exponential_minus_one', x)
  const near = mul(b, like(b, x, 0.5), add(b, e, div(b, e, add(b, e, one(b, x)))))
  const far = sub(b, halfExp(b, x), halfExp(b, neg(b, x)))
  return select(b, compare(b, 'LT', abs(b, x), one(b, x)), near, far)
}
const cosh: Unary = (b, x) => add(b, halfExp(b, x), halfExp(b, neg(b, x)))
const largest: { readonly [D in DType]?: number } = { float32: 3.4028234663852886e38, float64: Number.MAX_VALUE }
/** log(2 x), for x whose square overflows. */
const logTwice: Unary = (b, x) => add(b, log(b, x), like(b, x, Math.LN2))
const asinh: Unary = (b, x) => {
  const size = abs(b, x)
  const square = mul(b, size, size)
  const root = sqrt(b, add(b, square, one(b, x)))
  const near = log1p(b, add(b, size, div(b, square, add(b, one(b, x), root))))
  const isFar = compare(b, 'GE', size, like(b, x, Math.sqrt(largest[x.dtype]!)))
  return mul(b, unary(b, 'sign', x), select(b, isFar, logTwice(b, size), near))
}
const acosh: Unary = (b, x) => {
  const below = sqrt(b, sub(b, x, one(b, x)))
  const above = sqrt(b, add(b, x, one(b, x)))
  const near = log1p(b, mul(b, below, add(b, above, below)))
  return select(b, compare(b, 'GE', x, like(b, x, largest[x.dtype]! / 2)), logTwice(b, x), near)
}
const atanh: Unary = (b, x) => {
  const inside = mul(b, like(b, x, 0.5), sub(b, log1p(b, x), log1p(b, neg(b, x))))
  return select(b, compare(b, 'GT', abs(b, x), one(b, x)), like(b, x, Number.NaN), inside)
}

/** Older readers have no tangent. */
const quotient = inFunction(
  'tan',
  atLeastFloat32((b, x) => div(b, unary(b, 'sine', x), unary(b, 'cosine', x))),
)
export const transcendental: Lowerings<keyof TranscendentalParams> = {
  exp: unaryOp('exponential'),
  exp2: (b, { ins: [x] }) => [exp2(b, x!)],
  expm1: unaryOp('exponential_minus_one'),
  log: unaryOp('log'),
  log1p: unaryOp('log_plus_one'),
  sqrt: unaryOp('sqrt'),
  rsqrt: unaryOp('rsqrt'),
  cbrt: unaryOp('cbrt'),
  sin: unaryOp('sine'),
  cos: unaryOp('cosine'),
  tan: (b, call, inline) => (b.module.reader === 'current' ? unaryOp('tan') : quotient)(b, call, inline),
  asin: inFunction('asin', atLeastFloat32(asin)),
  acos: inFunction('acos', atLeastFloat32(acos)),
  atan: (b, { ins: [x] }) => [atan(b, x!)],
  sinh: inFunction('sinh', atLeastFloat32(sinh)),
  cosh: inFunction('cosh', atLeastFloat32(cosh)),
  tanh: unaryOp('tanh'),
  asinh: inFunction('asinh', atLeastFloat32(asinh)),
  acosh: inFunction('acosh', atLeastFloat32(acosh)),
  atanh: inFunction('atanh', atLeastFloat32(atanh)),
  logistic: (b, { ins: [x] }) => [logistic(b, x!)],
  erf: inFunction('erf', atLeastFloat32(erf)),
  erfc: inFunction('erfc', atLeastFloat32(erfc)),
  erf_inv: inFunction('erf_inv', atLeastFloat32(erfInv)),
  lgamma: inFunction('lgamma', atLeastFloat32(lgamma)),
  digamma: inFunction('digamma', atLeastFloat32(digamma)),
  pow: binaryOp('power'),
  atan2: (b, { ins, outs: [out] }) => {
    const [y, x] = spread(b, ins, out!.shape)
    return [atan2Apart(b, y!, x!)]
  },
}
