/**
 * Pointwise kernels of tfjs on a GPU.
 *
 * Left to the host: sine and its kin and inverses (exact to 1e-4 only, as shading languages allow), expm1's and log1p's small arguments
 * (so expm1 is composed), pow (NaN for negative bases), sign of NaN, integers on WebGL (kept in floats). WGSL lets a compiler assume
 * that there is no NaN, so on WebGPU one may be lost, as in tfjs's logistic. Near 0 their tanh and erf, and with tanh expm1, have an
 * absolute error of about 2e-7.
 */
import type { DType, ParamsOf } from '@heddle/func/backend'
import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { KernelPlans } from '../device'
import { allOf, type Context, exact, type GpuPlan, run, using } from './context'

type NoParams = ParamsOf['add']

const unaryOf =
  (context: Context) =>
  (name: string, ...dtypes: readonly DType[]): GpuPlan<NoParams> => {
    const op = context.device.op(name)
    return ({ ins, outs }) => (allOf(ins, ...dtypes) && exact(context, ins) ? run(context, outs[0]!, (x) => op({ x: x! })) : undefined)
  }
const binaryOf =
  (context: Context) =>
  (name: string, ...dtypes: readonly DType[]): GpuPlan<NoParams> => {
    const op = context.device.op(name)
    return ({ ins, outs }) =>
      allOf(ins, ...dtypes) && exact(context, ins) ? run(context, outs[0]!, (a, b) => op({ a: a!, b: b! })) : undefined
  }
/** `tanh(x / 2) (exp(x) + 1)`: as exact near 0 as tanh is. */
const expm1 = (context: Context): GpuPlan<NoParams> => {
  const { device } = context
  const [tanh, exp, times, plus] = ['Tanh', 'Exp', 'Multiply', 'Add'].map((name) => device.op(name))
  return ({ ins, outs }) => {
    if (!allOf(ins, 'float32')) return undefined
    return run(context, outs[0]!, (x) => {
      const [half, one] = [0.5, 1].map((v) => device.upload(Float32Array.of(v), [], 'float32'))
      return using(context, [half!, one!], (h, i) =>
        using(context, [times!({ a: x!, b: h! }), exp!({ x: x! })], (halved, e) =>
          using(context, [tanh!({ x: halved! }), plus!({ a: e!, b: i! })], (a, b) => times!({ a: a!, b: b! })),
        ),
      )
    })
  }
}
/** In steps on WebGPU, where tfjs's own gives 0 for NaN. */
const logistic = (context: Context): GpuPlan<NoParams> => {
  const { device } = context
  if (device.flavour !== 'webgpu') return unaryOf(context)('Sigmoid', 'float32')
  const [minus, exp, plus, inverse] = ['Neg', 'Exp', 'Add', 'Reciprocal'].map((name) => device.op(name))
  return ({ ins, outs }) => {
    if (!allOf(ins, 'float32')) return undefined
    return run(context, outs[0]!, (x) =>
      using(context, [minus!({ x: x! })], (negative) =>
        using(context, [exp!({ x: negative! }), device.upload(Float32Array.of(1), [], 'float32')], (e, one) =>
          using(context, [plus!({ a: e!, b: one! })], (sum) => inverse!({ x: sum! })),
        ),
      ),
    )
  }
}
/** WebGL's division in tfjs gives 1 where operands are equal, so for 0 / 0 and inf / inf too; there it is `x (1 / y)`. */
const divide = (context: Context): GpuPlan<NoParams> => {
  const { device } = context
  if (device.flavour !== 'webgl') return binaryOf(context)('RealDiv', 'float32')
  const [inverse, times] = [device.op('Reciprocal'), device.op('Multiply')]
  return ({ ins, outs }) =>
    allOf(ins, 'float32')
      ? run(context, outs[0]!, (x, y) => using(context, [inverse({ x: y! })], (i) => times({ a: x!, b: i! })))
      : undefined
}
const clamp = (context: Context): GpuPlan<NoParams> => {
  const [max, min] = [context.device.op('Maximum'), context.device.op('Minimum')]
  return ({ ins, outs }) => {
    if (!allOf(ins, 'float32', 'int32') || !exact(context, ins)) return undefined
    return run(context, outs[0]!, (low, x, high) => using(context, [max({ a: x!, b: low! })], (raised) => min({ a: raised!, b: high! })))
  }
}
const integerPower = (context: Context): GpuPlan<ParamsOf['integer_pow']> => {
  const [square, times] = [context.device.op('Square'), context.device.op('Multiply')]
  return ({ ins, outs, params: { y } }) => {
    if (!allOf(ins, 'float32') || y < 2 || y > 4) return undefined
    if (y === 2) return run(context, outs[0]!, (x) => square({ x: x! }))
    return run(context, outs[0]!, (x) =>
      using(context, [square({ x: x! })], (s) => (y === 3 ? times({ a: s!, b: x! }) : square({ x: s! }))),
    )
  }
}
const select = (context: Context): GpuPlan<NoParams> => {
  const { store, device } = context
  const op = device.op('Select')
  return ({ ins, outs }) => {
    const [which, no] = ins
    if (ins.length !== 3 || which!.dtype !== 'bool' || no!.dtype !== 'float32') return undefined
    if (which!.shape.length < outs[0]!.shape.length) return (inputs) => [store.share(inputs[store.onHost(inputs[0]!)[0] !== 0 ? 2 : 1]!)]
    return run(context, outs[0]!, (condition, e, t) => op({ condition: condition!, t: t!, e: e! }))
  }
}
const identity =
  ({ store }: Context): GpuPlan<unknown> =>
  () =>
  (inputs) => [store.share(inputs[0]!)]

export const pointwise = (context: Context): KernelPlans<TensorInfo> => {
  const unary = unaryOf(context)
  const binary = binaryOf(context)
  const float = (name: string): GpuPlan<NoParams> => unary(name, 'float32')
  const number = (name: string): GpuPlan<NoParams> => binary(name, 'float32', 'int32')
  const add = number('Add')
  return {
    add,
    add_any: add,
    neg: unary('Neg', 'float32', 'int32'),
    sub: number('Sub'),
    mul: binary('Multiply', 'float32'),
    div: divide(context),
    integer_pow: integerPower(context),
    square: unary('Square', 'float32'),
    exp: float('Exp'),
    expm1: expm1(context),
    log: float('Log'),
    sqrt: float('Sqrt'),
    rsqrt: float('Rsqrt'),
    atan: float('Atan'),
    tanh: float('Tanh'),
    logistic: logistic(context),
    erf: float('Erf'),
    abs: float('Abs'),
    floor: float('Floor'),
    ceil: float('Ceil'),
    round: (call) => (call.params.roundingMethod === 1 ? float('Round')(call) : undefined),
    max: number('Maximum'),
    min: number('Minimum'),
    clamp: clamp(context),
    eq: number('Equal'),
    ne: number('NotEqual'),
    lt: number('Less'),
    le: number('LessEqual'),
    gt: number('Greater'),
    ge: number('GreaterEqual'),
    select_n: select(context),
    stop_gradient: identity(context),
    copy: identity(context),
    and: binary('LogicalAnd', 'bool'),
    or: binary('LogicalOr', 'bool'),
    not: unary('LogicalNot', 'bool'),
  }
}
