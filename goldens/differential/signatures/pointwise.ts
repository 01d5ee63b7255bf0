/** Calls of functions that go element by element. */
import type { DType } from '@heddle/func'
import type { Json } from '../call'
import { all, array, beside, type Domain, floats, ints, type Random, reals, shape } from '../draw'
import { type Signature, signature } from './signature'

const weakScalars = [0, 1, 2, 3, -1, 2.5, -0.5] as const
/** An array of the dtypes, or now and then a JavaScript number. */
const operand = (r: Random, dtypes: readonly DType[], of: readonly number[], domain: Domain): Json => array(r, r.pick(dtypes), of, domain)
const unary = (fns: readonly string[], dtypes: readonly DType[], domain: Domain = 'any'): Signature[] =>
  fns.map((fn) => signature(fn, (r) => ({ args: [operand(r, dtypes, shape(r), domain)] })))
const binary = (fns: readonly string[], dtypes: readonly DType[], first: Domain = 'any', second = first): Signature[] =>
  fns.map((fn) =>
    signature(fn, (r) => {
      const of = shape(r)
      const [a, b] = [operand(r, dtypes, of, first), r.chance(0.2) ? r.pick(weakScalars) : operand(r, dtypes, beside(r, of), second)]
      return { args: r.chance(0.2) ? [b, a] : [a, b] }
    }),
  )
/** Equal dtypes and shapes, as jax.lax has it. */
const strict = (fns: readonly string[], dtypes: readonly DType[], count: number, domain: Domain = 'any'): Signature[] =>
  fns.map((fn) =>
    signature(fn, (r) => {
      const [of, dtype] = [shape(r), r.pick(dtypes)]
      return { args: Array.from({ length: count }, () => array(r, dtype, of, domain)) }
    }),
  )
const np = (names: string): string[] => names.split(' ').map((n) => `np.${n}`)
const lax = (names: string): string[] => names.split(' ').map((n) => `lax.${n}`)
const nn = (names: string): string[] => names.split(' ').map((n) => `nn.${n}`)
const option = (r: Random, values: Readonly<Record<string, Json>>): { readonly [name: string]: Json } =>
  Object.fromEntries(Object.entries(values).filter(() => r.chance(0.5)))

export const pointwise: readonly Signature[] = [
  ...unary(
    np(
      'negative positive absolute abs sign floor ceil trunc fix rint square isnan isfinite isinf isposinf isneginf signbit logicalNot bitwiseNot invert bitwiseCount',
    ),
    all,
  ),
  ...unary(
    np('fabs exp exp2 expm1 sin cos tan arctan sinh cosh tanh arcsinh cbrt deg2rad rad2deg radians degrees sinc reciprocal modf'),
    all,
  ),
  ...unary(np('log log2 log10 log1p sqrt'), all, 'positive'),
  ...unary(np('arcsin arccos arctanh acos asin atanh'), all, 'unit'),
  ...unary(np('arccosh acosh'), all, 'above1'),
  ...binary(
    np('add subtract multiply divide trueDivide maximum minimum fmax fmin arctan2 hypot logaddexp logaddexp2 copysign heaviside nextafter'),
    all,
  ),
  ...binary(np('floorDivide remainder mod fmod divmod'), all, 'real', 'positive'),
  ...binary(np('equal notEqual less lessEqual greater greaterEqual logicalAnd logicalOr logicalXor'), all),
  ...binary(np('bitwiseAnd bitwiseOr bitwiseXor'), [...ints, 'bool']),
  ...binary(np('leftShift rightShift bitwiseLeftShift bitwiseRightShift'), ints, 'real', 'small'),
  ...binary(np('power pow floatPower'), all, 'positive', 'small'),
  ...binary(np('isclose allclose arrayEqual arrayEquiv'), all),
  ...np('power pow').map((fn) =>
    signature(fn, (r) => ({ args: [array(r, r.pick(all), shape(r), 'real'), r.pick([0, 1, 2, 3, 5, -1, -2, 0.5])] })),
  ),
  signature('np.ldexp', (r) => {
    const of = shape(r)
    return { args: [array(r, r.pick(floats), of, 'real'), array(r, r.pick(ints), beside(r, of), 'small')] }
  }),
  signature('np.clip', (r) => {
    const of = shape(r)
    const [dtype, bound] = [
      r.pick(all),
      (): Json => (r.chance(0.5) ? r.pick([-1, 0, 1, 2.5, null]) : array(r, dtype, beside(r, of), 'real')),
    ]
    return { args: [array(r, dtype, of), bound(), bound()] }
  }),
  ...np('round around').map((fn) => signature(fn, (r) => ({ args: [array(r, r.pick(all), shape(r), 'real'), r.int(-2, 3)] }))),
  signature('np.nanToNum', (r) => ({ args: [array(r, r.pick(all), shape(r))], options: option(r, { nan: 3, posinf: 9.5, neginf: -7 }) })),
  ...np('isclose allclose').map((fn) =>
    signature(fn, (r) => {
      const [of, dtype] = [shape(r), r.pick(reals)]
      return { args: [array(r, dtype, of), array(r, dtype, of)], options: option(r, { rtol: 0.1, atol: 1, equalNan: true }) }
    }),
  ),
  signature('np.where', (r) => {
    const of = shape(r)
    return {
      args: [
        array(r, r.chance(0.7) ? 'bool' : r.pick(all), beside(r, of)),
        operand(r, all, of, 'any'),
        r.chance(0.3) ? r.pick(weakScalars) : operand(r, all, beside(r, of), 'any'),
      ],
    }
  }),
  signature('np.select', (r) => {
    const of = shape(r)
    const some = (dtypes: readonly DType[]): Json => [array(r, r.pick(dtypes), of), array(r, r.pick(dtypes), of)]
    return { args: [some(['bool']), some(all), r.pick([0, 5, 2.5])] }
  }),
  signature('np.astype', (r) => ({ args: [array(r, r.pick(all), shape(r), 'real'), r.pick(all)] })),
  ...['np.asarray'].map((fn) =>
    signature(fn, (r) => ({
      args: [r.pick([0, 1, -1, 65535, 2.75, -3.5, true, 127]), r.pick(['float32', 'int32', 'float16', 'bool', 'bfloat16'])],
    })),
  ),
  ...strict(lax('neg abs sign square'), reals, 1),
  ...strict(
    lax('exp exp2 expm1 sqrt rsqrt cbrt sin cos tan atan sinh cosh tanh asinh logistic erf erfc floor ceil isFinite reciprocal'),
    floats,
    1,
  ),
  ...strict(lax('log log1p lgamma digamma'), floats, 1, 'positive'),
  ...strict(lax('asin acos atanh erfInv'), floats, 1, 'unit'),
  ...strict(lax('acosh'), floats, 1, 'above1'),
  ...strict(lax('add sub mul div rem max min eq ne lt le gt ge'), reals, 2, 'real'),
  ...strict(lax('max min eq ne lt le gt ge'), all, 2),
  ...strict(lax('atan2 nextafter'), floats, 2),
  ...strict(lax('pow'), floats, 2, 'positive'),
  ...strict(lax('bitwiseAnd bitwiseOr bitwiseXor'), [...ints, 'bool'], 2),
  ...strict(lax('bitwiseNot'), [...ints, 'bool'], 1),
  ...strict(lax('populationCount clz'), ints, 1),
  ...strict(lax('shiftLeft shiftRightLogical shiftRightArithmetic'), ints, 2, 'small'),
  signature('lax.integerPow', (r) => ({ args: [array(r, r.pick(reals), shape(r), 'real'), r.int(0, 5)] })),
  signature('lax.round', (r) => ({ args: [array(r, r.pick(floats), shape(r)), r.int(0, 1)] })),
  signature('lax.clamp', (r) => {
    const [of, dtype] = [shape(r), r.pick(reals)]
    const scalar = r.chance(0.5)
    return { args: [array(r, dtype, scalar ? [] : of, 'real'), array(r, dtype, of), array(r, dtype, scalar ? [] : of, 'real')] }
  }),
  signature('lax.select', (r) => {
    const [of, dtype] = [shape(r), r.pick(all)]
    return { args: [array(r, 'bool', r.chance(0.3) ? [] : of), array(r, dtype, of), array(r, dtype, of)] }
  }),
  signature('lax.convertElementType', (r) => ({ args: [array(r, r.pick(all), shape(r), 'real'), r.pick(all)] })),
  signature('lax.stopGradient', (r) => ({ args: [array(r, r.pick(all), shape(r))] })),
  ...unary(
    nn(
      'identity relu relu6 sigmoid softplus logSigmoid softSign sparsePlus sparseSigmoid silu swish mish elu leakyRelu hardTanh celu selu gelu squareplus hardSigmoid hardSilu hardSwish tanh',
    ),
    all,
    'real',
  ),
  ...unary(nn('log1mexp'), all, 'positive'),
  signature('nn.gelu', (r) => ({ args: [array(r, r.pick(all), shape(r), 'real')], options: { approximate: r.chance(0.5) } })),
  ...nn('elu celu leakyRelu squareplus').map((fn) =>
    signature(fn, (r) => ({ args: [array(r, r.pick(all), shape(r), 'real'), r.pick([0.5, 1, 2, 0.01])] })),
  ),
  signature('nn.glu', (r) => ({ args: [array(r, r.pick(all), r.pick([[4], [2, 4], [6, 8], [2, 2, 2]]), 'real')] })),
]
