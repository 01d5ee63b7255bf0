/**
 * Pointwise kernels of TensorFlow; its NaN, infinities and ties are XLA's.
 *
 * Left to the host: division and remainder of integers (an error where the divisor is 0), shifts (undefined from the width on),
 * rounding half away, erf_inv (so that normal samples are the same bits on each flavour), digamma at poles.
 */
import type { DType, ParamsOf } from '@heddle/func/backend'
import type { KernelPlans } from '../device'
import { allOf, type Context, type NativePlan, run } from './context'
import type { Id } from './tensorflow'

type NoParams = ParamsOf['add']

/** An operation of operands of one type. */
const opOf =
  (context: Context) =>
  (name: string, ...dtypes: readonly DType[]): NativePlan<NoParams> =>
  ({ ins, outs }) => {
    const { tf } = context
    return allOf(ins, ...dtypes) ? run(context, outs[0]!, tf.op(name, tf.typed('T', ins[0]!.dtype))) : undefined
  }
/** The numeric operation, and the logical one for bool. */
const bits =
  (context: Context) =>
  (name: string, logical: string): NativePlan<NoParams> =>
  ({ ins, outs }) => {
    const { tf } = context
    if (allOf(ins, 'bool')) return run(context, outs[0]!, logical === 'NotEqual' ? tf.op(logical, tf.typed('T', 'bool')) : tf.op(logical))
    return allOf(ins, 'int32') ? run(context, outs[0]!, tf.op(name, tf.typed('T', 'int32'))) : undefined
  }
const clamp =
  (context: Context): NativePlan<NoParams> =>
  ({ ins, outs }) => {
    const { tf } = context
    if (!allOf(ins, 'float32', 'int32')) return undefined
    const type = tf.typed('T', ins[0]!.dtype)
    const [max, min] = [tf.op('Maximum', type), tf.op('Minimum', type)]
    return run(context, outs[0]!, (low, x, high) => tf.using([max(x!, low!)], (raised) => min(raised!, high!)))
  }
const integerPower =
  (context: Context): NativePlan<ParamsOf['integer_pow']> =>
  ({ ins, outs, params: { y } }) => {
    const { tf } = context
    if (!allOf(ins, 'float32') || y < 2 || y > 4) return undefined
    const type = tf.typed('T', 'float32')
    const [square, times] = [tf.op('Square', type), tf.op('Mul', type)]
    if (y === 2) return run(context, outs[0]!, (x) => square(x!))
    return run(context, outs[0]!, (x) => tf.using([square(x!)], (s) => (y === 3 ? times(s!, x!) : square(s!))))
  }
const select =
  (context: Context): NativePlan<NoParams> =>
  ({ ins, outs }) => {
    const { tf, store } = context
    if (ins.length !== 3 || ins[0]!.dtype !== 'bool') return undefined
    const op = tf.op('SelectV2', tf.typed('T', ins[1]!.dtype))
    const choose = run(context, outs[0]!, (which, no, yes) => op(which!, yes!, no!))
    if (ins[0]!.shape.length === outs[0]!.shape.length) return choose
    return (inputs) => (inputs[0]!.isHost ? [store.share(inputs[store.onHost(inputs[0]!)[0] !== 0 ? 2 : 1]!)] : choose(inputs))
  }
const identity =
  ({ store }: Context): NativePlan<unknown> =>
  () =>
  (inputs) => [store.share(inputs[0]!)]

export const pointwise = (context: Context): KernelPlans<Id> => {
  const op = opOf(context)
  const bit = bits(context)
  const float = (name: string): NativePlan<NoParams> => op(name, 'float32')
  const number = (name: string): NativePlan<NoParams> => op(name, 'float32', 'int32')
  const add = number('AddV2')
  return {
    add,
    add_any: add,
    neg: number('Neg'),
    sub: number('Sub'),
    mul: number('Mul'),
    div: float('RealDiv'),
    rem: float('TruncateMod'),
    integer_pow: integerPower(context),
    square: number('Square'),
    exp: float('Exp'),
    expm1: float('Expm1'),
    log: float('Log'),
    log1p: float('Log1p'),
    sqrt: float('Sqrt'),
    rsqrt: float('Rsqrt'),
    sin: float('Sin'),
    cos: float('Cos'),
    tan: float('Tan'),
    asin: float('Asin'),
    acos: float('Acos'),
    atan: float('Atan'),
    sinh: float('Sinh'),
    cosh: float('Cosh'),
    tanh: float('Tanh'),
    asinh: float('Asinh'),
    acosh: float('Acosh'),
    atanh: float('Atanh'),
    logistic: float('Sigmoid'),
    erf: float('Erf'),
    erfc: float('Erfc'),
    lgamma: float('Lgamma'),
    pow: float('Pow'),
    atan2: float('Atan2'),
    abs: number('Abs'),
    sign: number('Sign'),
    floor: float('Floor'),
    ceil: float('Ceil'),
    round: (call) => (call.params.roundingMethod === 1 ? float('Rint')(call) : undefined),
    max: number('Maximum'),
    min: number('Minimum'),
    clamp: clamp(context),
    is_finite: float('IsFinite'),
    eq: op('Equal', 'float32', 'int32', 'bool'),
    ne: op('NotEqual', 'float32', 'int32', 'bool'),
    lt: number('Less'),
    le: number('LessEqual'),
    gt: number('Greater'),
    ge: number('GreaterEqual'),
    select_n: select(context),
    stop_gradient: identity(context),
    copy: identity(context),
    and: bit('BitwiseAnd', 'LogicalAnd'),
    or: bit('BitwiseOr', 'LogicalOr'),
    xor: bit('BitwiseXor', 'NotEqual'),
    not: bit('Invert', 'LogicalNot'),
  }
}
