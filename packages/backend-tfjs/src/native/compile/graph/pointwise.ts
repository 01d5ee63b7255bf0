/** Pointwise primitives. */
import type { ArithmeticParams, BitwiseParams, DType, PiecewiseParams, TranscendentalParams } from '@heddle/func/backend'
import type { Block, Element, Value } from './block'
import { typeOf } from './block'
import type { Lower, Lowerings } from './lowering'
import { attr } from '../graph-def'
import {
  add,
  and,
  binary,
  bitcast,
  cast,
  compare,
  type Comparison,
  div,
  extremum,
  full,
  isNaN,
  mul,
  not,
  or,
  select,
  sub,
  type,
  typed,
  unary,
  widened,
} from './ops'

type Unary = (b: Block, x: Value) => Value
type Binary = (b: Block, x: Value, y: Value) => Value
const one =
  (f: Unary): Lower<unknown> =>
  (b, { ins: [x] }) => [f(b, x!)]
const two =
  (f: Binary): Lower<unknown> =>
  (b, { ins: [x, y] }) => [f(b, x!, y!)]
const op1 = (op: string): Lower<unknown> => one((b, x) => unary(b, op, x))
const op2 = (op: string): Lower<unknown> => two((b, x, y) => binary(b, op, x, y))
const same: Lower<unknown> = (_b, { ins: [x] }) => [x!]
const number = (b: Block, value: number | bigint, x: Value): Value => b.scalar(value, x.dtype)

/** XLA's integer division: by zero all bits are set, and the least number by -1 is itself; TensorFlow fails on both. */
const divide: Binary = (b, x, y) => {
  if (x.dtype === 'float32') return div(b, x, y)
  const isZero = compare(b, 'Equal', y, number(b, 0, y))
  const all = number(b, -1, x)
  if (x.dtype === 'uint32') {
    const divisor = select(b, isZero, b.scalar(1n, 'int64'), widened(b, y))
    const quotient = binary(b, 'TruncateDiv', widened(b, x), divisor)
    return select(b, isZero, all, cast(b, quotient, 'uint32'))
  }
  const isMinusOne = compare(b, 'Equal', y, all)
  const quotient = binary(b, 'TruncateDiv', x, select(b, or(b, isZero, isMinusOne), number(b, 1, y), y))
  return select(b, isZero, all, select(b, isMinusOne, unary(b, 'Neg', x), quotient))
}
const remainder: Binary = (b, x, y) => {
  if (x.dtype === 'float32') return binary(b, 'TruncateMod', x, y)
  const isZero = compare(b, 'Equal', y, number(b, 0, y))
  if (x.dtype === 'uint32') {
    const rest = binary(b, 'TruncateMod', widened(b, x), select(b, isZero, b.scalar(1n, 'int64'), widened(b, y)))
    return select(b, isZero, x, cast(b, rest, 'uint32'))
  }
  const isMinusOne = compare(b, 'Equal', y, number(b, -1, y))
  return select(b, isZero, x, binary(b, 'TruncateMod', x, select(b, or(b, isZero, isMinusOne), number(b, 1, y), y)))
}
const power = (b: Block, x: Value, n: number): Value => {
  if (n === 0) return full(b, 1, x.dtype, x.shape)
  if (n < 0) return divide(b, number(b, 1, x), power(b, x, -n))
  if (n === 1) return x
  const half = power(b, x, n >> 1)
  const square = mul(b, half, half)
  return n % 2 === 0 ? square : mul(b, square, x)
}
export const arithmetic: Lowerings<keyof ArithmeticParams> = {
  neg: op1('Neg'),
  add: two(add),
  sub: two(sub),
  mul: two(mul),
  div: two(divide),
  rem: two(remainder),
  integer_pow: (b, { params: { y }, ins: [x] }) => [power(b, x!, y)],
  square: one((b, x) => mul(b, x, x)),
}

/** exp(log(x) / 3), and one step of Newton's to the last place. */
const cubeRoot: Unary = (b, x) => {
  const size = unary(b, 'Abs', x)
  const y = binary(b, 'Pow', size, number(b, 1 / 3, x))
  const better = sub(b, y, div(b, sub(b, y, div(b, size, mul(b, y, y))), number(b, 3, x)))
  const isEnd = or(b, compare(b, 'Equal', size, number(b, 0, x)), compare(b, 'Equal', size, number(b, Infinity, x)))
  return mul(b, unary(b, 'Sign', x), select(b, isEnd, size, better))
}
const polynomial = (b: Block, x: Value, [first, ...rest]: readonly number[]): Value =>
  rest.reduce((p, c) => add(b, mul(b, p, x), number(b, c, x)), number(b, first!, x))
/** erf_inv in terms of w = -log(1 - x^2). Source: M. Giles, Approximating the erfinv function (2012). */
const center = [
  2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 0.00021858087, -0.00125372503, -0.00417768164, 0.246640727, 1.50140941,
]
const tail = [
  -0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613, 0.00943887047, 1.00167406, 2.83297682,
]
const inverseErf: Unary = (b, x) => {
  const w = unary(b, 'Neg', unary(b, 'Log1p', mul(b, x, unary(b, 'Neg', x))))
  const near = polynomial(b, sub(b, w, number(b, 2.5, x)), center)
  const far = polynomial(b, sub(b, unary(b, 'Sqrt', w), number(b, 3, x)), tail)
  const p = select(b, compare(b, 'Less', w, number(b, 5, x)), near, far)
  const isEnd = compare(b, 'Equal', unary(b, 'Abs', x), number(b, 1, x))
  return select(b, isEnd, mul(b, x, number(b, Infinity, x)), mul(b, p, x))
}
const digamma: Unary = (b, x) => {
  const isPole = and(b, compare(b, 'LessEqual', x, number(b, 0, x)), compare(b, 'Equal', x, unary(b, 'Floor', x)))
  return select(b, isPole, number(b, Number.NaN, x), unary(b, 'Digamma', x))
}
export const transcendental: Lowerings<keyof TranscendentalParams> = {
  exp: op1('Exp'),
  exp2: one((b, x) => binary(b, 'Pow', number(b, 2, x), x)),
  expm1: op1('Expm1'),
  log: op1('Log'),
  log1p: op1('Log1p'),
  sqrt: op1('Sqrt'),
  rsqrt: op1('Rsqrt'),
  cbrt: one(cubeRoot),
  sin: op1('Sin'),
  cos: op1('Cos'),
  tan: op1('Tan'),
  asin: op1('Asin'),
  acos: op1('Acos'),
  atan: op1('Atan'),
  sinh: op1('Sinh'),
  cosh: op1('Cosh'),
  tanh: op1('Tanh'),
  asinh: op1('Asinh'),
  acosh: op1('Acosh'),
  atanh: op1('Atanh'),
  logistic: op1('Sigmoid'),
  erf: op1('Erf'),
  erfc: op1('Erfc'),
  erf_inv: one(inverseErf),
  lgamma: op1('Lgamma'),
  digamma: one(digamma),
  pow: op2('Pow'),
  atan2: op2('Atan2'),
}

const roundAway: Unary = (b, x) => {
  const size = unary(b, 'Abs', x)
  const whole = unary(b, 'Floor', size)
  const isUp = compare(b, 'GreaterEqual', sub(b, size, whole), number(b, 0.5, x))
  const up = add(b, whole, select(b, isUp, number(b, 1, x), number(b, 0, x)))
  return select(b, unary(b, 'IsFinite', x, 'bool'), mul(b, unary(b, 'Sign', x), up), x)
}
const sign: Unary = (b, x) =>
  x.dtype === 'uint32' ? select(b, compare(b, 'Equal', x, number(b, 0, x)), number(b, 0, x), number(b, 1, x)) : unary(b, 'Sign', x)
const comparing = (op: Comparison): Lower<unknown> => two((b, x, y) => compare(b, op, x, y))
const choose = (b: Block, which: Value, cases: readonly Value[], offset = 0): Value => {
  if (cases.length === 1) return cases[0]!
  const middle = Math.floor(cases.length / 2)
  const below = compare(b, 'Less', which, number(b, offset + middle, which))
  return select(b, below, choose(b, which, cases.slice(0, middle), offset), choose(b, which, cases.slice(middle), offset + middle))
}
export const piecewise: Lowerings<keyof PiecewiseParams> = {
  abs: one((b, x) => (x.dtype === 'uint32' ? x : unary(b, 'Abs', x))),
  sign: one(sign),
  floor: op1('Floor'),
  ceil: op1('Ceil'),
  round: (b, { params, ins: [x] }) => [params.roundingMethod === 1 ? unary(b, 'Rint', x!) : roundAway(b, x!)],
  max: two((b, x, y) => extremum(b, 'Maximum', x, y)),
  min: two((b, x, y) => extremum(b, 'Minimum', x, y)),
  clamp: (b, { ins: [low, x, high] }) => [extremum(b, 'Minimum', extremum(b, 'Maximum', x!, low!), high!)],
  is_finite: one((b, x) => unary(b, 'IsFinite', x, 'bool')),
  eq: comparing('Equal'),
  ne: comparing('NotEqual'),
  lt: comparing('Less'),
  le: comparing('LessEqual'),
  gt: comparing('Greater'),
  ge: comparing('GreaterEqual'),
  select_n: (b, { ins: [which, ...cases] }) => {
    if (cases.length === 1) return [cases[0]!]
    return [which!.dtype === 'bool' ? select(b, which!, cases[1]!, cases[0]!) : choose(b, which!, cases)]
  },
  stop_gradient: same,
  copy: same,
}

/** Shifts by 32 and more leave nothing (or the sign): TensorFlow stops at 31. */
const shifted = (b: Block, x: Value, y: Value, f: Binary): Value => {
  const isWide = or(
    b,
    compare(b, 'Less', { ...y, dtype: 'int32' }, b.scalar(0, 'int32')),
    compare(b, 'Greater', { ...y, dtype: 'int32' }, b.scalar(31, 'int32')),
  )
  return select(b, isWide, number(b, 0, x), f(b, x, y))
}
const asUnsigned = (b: Block, x: Value): Value => b.op('Bitcast', [x], { T: attr.type('int32'), type: attr.type('uint32') }, x)
const logicalRight: Binary = (b, x, y) => {
  const out = type(x.shape.length >= y.shape.length ? x.shape : y.shape, x.dtype)
  const moved = b.op('RightShift', [asUnsigned(b, x), asUnsigned(b, y)], { T: attr.type('uint32') }, out)
  return b.op('Bitcast', [moved], { T: attr.type('uint32'), type: attr.type('int32') }, out)
}
const arithmeticRight: Binary = (b, x, y) => {
  const signed = { ...y, dtype: 'int32' } as Value
  const isWide = or(b, compare(b, 'Less', signed, b.scalar(0, 'int32')), compare(b, 'Greater', signed, b.scalar(31, 'int32')))
  return { ...binary(b, 'RightShift', x, select(b, isWide, b.scalar(31, 'int32'), y)), dtype: x.dtype }
}
export const shiftLeft: Binary = (b, x, y) => binary(b, 'LeftShift', x, y)
export const shiftRight = logicalRight
const populationCount: Unary = (b, x) => {
  const counts = b.op('PopulationCount', [x], typed('T', x), x)
  return b.op('Cast', [counts], { SrcT: attr.type('uint8'), DstT: attr.type('int32'), Truncate: attr.flag(false) }, x)
}
const leadingZeros: Unary = (b, x) => {
  let filled = x
  for (const n of [1, 2, 4, 8, 16]) filled = or(b, filled, logicalRight(b, filled, number(b, n, x)))
  return sub(b, number(b, 32, x), populationCount(b, filled))
}
export const bitwise: Lowerings<keyof BitwiseParams> = {
  and: two(and),
  or: two(or),
  xor: two((b, x, y) => (x.dtype === 'bool' ? compare(b, 'NotEqual', x, y) : binary(b, 'BitwiseXor', x, y))),
  not: one(not),
  shift_left: two((b, x, y) => shifted(b, x, y, shiftLeft)),
  shift_right_logical: two((b, x, y) => shifted(b, x, y, logicalRight)),
  shift_right_arithmetic: two(arithmeticRight),
  population_count: one(populationCount),
  clz: one(leadingZeros),
  bitcast_convert_type: (b, { params, ins: [x] }) => [bitcast(b, x!, typeOf({ shape: x!.shape, dtype: params.newDtype }).dtype)],
}

/** float32 to an integer: toward zero, saturating, NaN to 0. */
const toInteger = (b: Block, x: Value, dtype: Element): Value => {
  const known = select(b, isNaN(b, x), number(b, 0, x), x)
  const unsigned = dtype === 'uint32'
  const [low, high] = unsigned ? [0, 2 ** 32] : [-(2 ** 31), 2 ** 31]
  const inside = binary(b, 'Minimum', binary(b, 'Maximum', known, number(b, low, x)), number(b, high, x))
  const wide = binary(b, 'Minimum', cast(b, inside, 'int64'), b.scalar(BigInt(high) - 1n, 'int64'))
  return cast(b, wide, dtype)
}
export const convert = (b: Block, x: Value, newDtype: DType): Value => {
  const { dtype } = typeOf({ shape: x.shape, dtype: newDtype })
  if (dtype === x.dtype) return x
  if (dtype === 'bool') return compare(b, 'NotEqual', x, number(b, 0, x))
  if (x.dtype === 'float32') return toInteger(b, x, dtype)
  if (x.dtype === 'uint32' && dtype === 'float32') return cast(b, widened(b, x), dtype)
  return x.dtype === 'bool' || dtype === 'float32' ? cast(b, x, dtype) : { ...x, dtype }
}
