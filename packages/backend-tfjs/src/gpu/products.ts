/** Products, convolutions and lookups by tfjs's kernels on a GPU: the plain cases; the others are the host's. */
import { type Aval, type FusedKernels, type ParamsOf, type Shape, sizeOf } from '@heddle/func/backend'
import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { KernelPlans } from '../device'
import { onHost } from '../kernels'
import { rowsOfGather } from '../rows'
import { pick } from '../strided'
import { allOf, type Buffer, type Context, exact, fits, type GpuPlan, type GpuRun, reshaped, run, using } from './context'

/** An operand transposed and reshaped; to be freed. */
const arranged = (context: Context, order: readonly number[], shape: Shape): ((x: TensorInfo) => TensorInfo) => {
  const transpose = context.device.op('Transpose')
  if (order.every((axis, i) => axis === i)) return (x) => reshaped(context, x, shape)
  return (x) => using(context, [transpose({ x }, { perm: [...order] })], (t) => reshaped(context, t!, shape))
}
const dotGeneral = (context: Context): GpuPlan<ParamsOf['dot_general']> => {
  const op = context.device.op('BatchMatMul')
  return ({ ins, outs, params: { dimensionNumbers } }) => {
    const [lhs, rhs] = ins as readonly [Aval, Aval]
    if (!allOf([...ins, ...outs], 'float32') || !fits(lhs, rhs)) return undefined
    const [[lhsContract, rhsContract], [lhsBatch, rhsBatch]] = dimensionNumbers
    const free = (a: Aval, ...used: (readonly number[])[]): number[] =>
      a.shape.map((_, i) => i).filter((i) => !used.some((u) => u.includes(i)))
    const [rows, columns] = [free(lhs, lhsBatch, lhsContract), free(rhs, rhsBatch, rhsContract)]
    const batch = sizeOf(pick(lhs.shape, lhsBatch))
    const k = sizeOf(pick(lhs.shape, lhsContract))
    const left = arranged(context, [...lhsBatch, ...rows, ...lhsContract], [batch, sizeOf(pick(lhs.shape, rows)), k])
    const right = arranged(context, [...rhsBatch, ...rhsContract, ...columns], [batch, k, sizeOf(pick(rhs.shape, columns))])
    return run(context, outs[0]!, (x, y) =>
      using(context, [left(x!), right(y!)], (a, b) => op({ a: a!, b: b! }, { transposeA: false, transposeB: false })),
    )
  }
}
/** A dense layer in one kernel, whose activations tfjs has. */
export const fused = (context: Context): FusedKernels<Buffer> => {
  const op = context.device.op('_FusedMatMul')
  const activations = { relu: 'relu', logistic: 'sigmoid', none: 'linear', tanh: undefined } as const
  return {
    dense: ({ ins, outs, params: { bias, activation } }) => {
      const name = activations[activation]
      const [x, w] = ins
      if (name === undefined || !allOf(ins, 'float32') || x!.shape.length !== 2 || w!.shape.length !== 2) return undefined
      if ([...ins, ...outs].some((a) => a.shape.includes(0))) return undefined
      const attributes = { transposeA: false, transposeB: false, activation: name }
      return run(context, outs[0]!, (a, b, shift) =>
        using(context, [reshaped(context, a!, [1, ...x!.shape]), reshaped(context, b!, [1, ...w!.shape])], (left, right) =>
          op({ a: left!, b: right!, ...(bias && { bias: shift! }) }, attributes),
        ),
      )
    },
  }
}

type Convolution = ParamsOf['conv_general_dilated']
const isOne = (n: number): boolean => n === 1
/** Images with their features last, one group, no dilation of the input, padding of at least 0. */
const convolution = (context: Context): GpuPlan<Convolution> => {
  const op = context.device.op('Conv2D')
  return ({ ins, outs, params: p }) => {
    const { lhsSpec, rhsSpec, outSpec } = p.dimensionNumbers
    const plain = lhsSpec.join() === '0,3,1,2' && rhsSpec.join() === '3,2,0,1' && outSpec.join() === '0,3,1,2'
    if (!allOf([...ins, ...outs], 'float32') || !plain || p.featureGroupCount * p.batchGroupCount !== 1) return undefined
    if (!p.lhsDilation.every(isOne) || p.padding.some(([low, high]) => low < 0 || high < 0)) return undefined
    if (!p.windowStrides.every(isOne) && !p.rhsDilation.every(isOne)) return undefined
    const pad = [[0, 0], ...p.padding.map(([low, high]) => [low, high]), [0, 0]]
    const attributes = { strides: [...p.windowStrides], dilations: [...p.rhsDilation], pad, dataFormat: 'NHWC', dimRoundingMode: 'floor' }
    return run(context, outs[0]!, (x, filter) => op({ x: x!, filter: filter! }, attributes))
  }
}
/** Rows by their numbers; indices that may be out of bounds are looked at, so they had best be on the host. */
const gather = (context: Context): GpuPlan<ParamsOf['gather']> => {
  const { store, device, host } = context
  const op = device.op('GatherV2')
  return (call) => {
    const [x, indices] = call.ins as readonly [Aval, Aval]
    const rows =
      exact(context, [x]) && fits(x, ...call.outs) && indices.dtype === 'int32' ? rowsOfGather(x, indices, call.params) : undefined
    if (rows === undefined) return undefined
    const fallback: GpuRun = onHost<TensorInfo, 'gather'>(store, host.gather, call)
    return (inputs) => {
      const at = store.onHost(inputs[1]!) as Int32Array
      if (!at.every((i) => i >= 0 && i < rows.size)) return fallback(inputs)
      const made = using(context, [device.upload(at, [rows.count], 'int32')], (i) =>
        op({ x: store.onDevice(inputs[0]!), indices: i! }, { axis: rows.axis, batchDims: 0 }),
      )
      return [store.ofDevice(made, call.outs[0]!, made.shape)]
    }
  }
}
export const products = (context: Context): KernelPlans<TensorInfo> => ({
  dot_general: dotGeneral(context),
  conv_general_dilated: convolution(context),
  gather: gather(context),
})
