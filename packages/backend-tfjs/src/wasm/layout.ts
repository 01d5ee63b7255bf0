/**
 * Moving float32 data on wasm: strided copies in the heap.
 *
 * C transposes a matrix at 2 ns an element, tiles and transposes more axes at 50, and tfjs copies a whole tensor to slice it; these
 * take 0.5 to 1.5 ns, or a memory move where lines are long.
 */
import { type ParamsOf, type Shape, sizeOf, stridesOf } from '@heddle/func/backend'
import type { KernelPlan, KernelPlans } from '../device'
import { type Copy, copier, pick } from '../strided'
import { type Buffer, type Context, inHeap, isFloat32 } from './context'
import type { Block } from './heap'

type WasmPlan<P> = KernelPlan<Block, P>

const reshape =
  ({ store }: Context): WasmPlan<unknown> =>
  ({ outs }) =>
  (inputs) => [store.share(inputs[0]!, outs[0]!.shape)]

/** Whether a permutation moves nothing but axes of size 1. */
export const movesNothing = (shape: Shape, permutation: readonly number[]): boolean => {
  const big = permutation.filter((i) => shape[i] !== 1)
  return big.every((axis, i) => i === 0 || big[i - 1]! < axis)
}
/** Transposes into a new array. Shapes: x of `shape`, the answer of the permuted one. */
export const transposer = ({ store, heap }: Context, shape: Shape, permutation: readonly number[]): ((x: Buffer) => Block) => {
  const n = sizeOf(shape)
  const to = pick(shape, permutation)
  const copy = copier(to, pick(stridesOf(shape), permutation), stridesOf(to))
  return (x) => {
    const block = heap.alloc('float32', n)
    copy(store.onHost(x) as Float32Array, 0, heap.f32(block, n), 0)
    return block
  }
}
const transpose =
  (context: Context): WasmPlan<ParamsOf['transpose']> =>
  ({ ins, outs, params: { permutation } }) => {
    const { store } = context
    const { shape } = ins[0]!
    if (movesNothing(shape, permutation)) return (inputs) => [store.share(inputs[0]!, outs[0]!.shape)]
    if (!isFloat32(ins)) return undefined
    const transposed = transposer(context, shape, permutation)
    return (inputs) => [store.ofDevice(transposed(inputs[0]!), outs[0]!)]
  }
const copying = (context: Context, copy: Copy, from: number): ((out: Float32Array, x: Float32Array) => void) => {
  return (out, x) => copy(x, from, out, 0)
}
const broadcast =
  (context: Context): WasmPlan<ParamsOf['broadcast_in_dim']> =>
  ({ ins, outs, params: { shape, broadcastDimensions } }) => {
    const x = ins[0]!
    if (sizeOf(x.shape) === sizeOf(shape)) return (inputs) => [context.store.share(inputs[0]!, shape)]
    if (!isFloat32(ins)) return undefined
    const own = stridesOf(x.shape)
    const strides = shape.map((_, axis) => {
      const from = broadcastDimensions.indexOf(axis)
      return from < 0 || x.shape[from] === 1 ? 0 : own[from]!
    })
    const copy = copying(context, copier(shape, strides, stridesOf(shape)), 0)
    return inHeap(context, outs[0]!, (to, [data]) => copy(to, data as Float32Array))
  }
const slice =
  (context: Context): WasmPlan<ParamsOf['slice']> =>
  ({ ins, outs, params: { startIndices, strides: steps } }) => {
    if (!isFloat32(ins)) return undefined
    const own = stridesOf(ins[0]!.shape)
    const { shape } = outs[0]!
    const strides = own.map((s, i) => s * (steps?.[i] ?? 1))
    const from = own.reduce((at, s, i) => at + s * startIndices[i]!, 0)
    const copy = copying(context, copier(shape, strides, stridesOf(shape)), from)
    return inHeap(context, outs[0]!, (to, [data]) => copy(to, data as Float32Array))
  }
const reverse =
  (context: Context): WasmPlan<ParamsOf['rev']> =>
  ({ ins, outs, params: { dimensions } }) => {
    if (!isFloat32(ins)) return undefined
    const { shape } = ins[0]!
    const own = stridesOf(shape)
    const strides = own.map((s, i) => (dimensions.includes(i) ? -s : s))
    const from = own.reduce((at, s, i) => at + (dimensions.includes(i) ? s * (shape[i]! - 1) : 0), 0)
    const copy = copying(context, copier(shape, strides, own), from)
    return inHeap(context, outs[0]!, (to, [data]) => copy(to, data as Float32Array))
  }
const concatenate =
  (context: Context): WasmPlan<ParamsOf['concatenate']> =>
  ({ ins, outs, params: { dimension } }) => {
    if (!isFloat32(ins)) return undefined
    const out = stridesOf(outs[0]!.shape)
    let at = 0
    const parts = ins.map(({ shape }) => {
      const copy = copier(shape, stridesOf(shape), out)
      const offset = at * out[dimension]!
      at += shape[dimension]!
      return { copy, offset }
    })
    return inHeap(context, outs[0]!, (to, reads) => parts.forEach(({ copy, offset }, i) => copy(reads[i] as Float32Array, 0, to, offset)))
  }

/** Where a padded array's elements go: the part that is not cropped, its place in the source and in the result. */
export const padding = (
  shape: Shape,
  result: Shape,
  config: ParamsOf['pad']['paddingConfig'],
  own: readonly number[] = stridesOf(shape),
): { copy: Copy; from: number; to: number } => {
  const out = stridesOf(result)
  let from = 0
  let to = 0
  const kept = shape.map((n, i) => {
    const [low, , interior] = config[i]!
    const step = interior + 1
    const first = low < 0 ? Math.ceil(-low / step) : 0
    const last = Math.min(n - 1, Math.floor((result[i]! - 1 - low) / step))
    from += first * own[i]!
    to += (low + first * step) * out[i]!
    return Math.max(0, last - first + 1)
  })
  const strides = out.map((s, i) => s * (config[i]![2] + 1))
  return { copy: copier(kept, own, strides), from, to }
}
const pad =
  (context: Context): WasmPlan<ParamsOf['pad']> =>
  ({ ins, outs, params: { paddingConfig } }) => {
    if (!isFloat32(ins)) return undefined
    const { copy, from, to } = padding(ins[0]!.shape, outs[0]!.shape, paddingConfig)
    return inHeap(context, outs[0]!, (out, [x, value]) => {
      out.fill(value![0] as number)
      copy(x as Float32Array, from, out, to)
    })
  }
/** To float32 from what the host stores as numbers. */
const convert =
  (context: Context): WasmPlan<ParamsOf['convert_element_type']> =>
  ({ ins, outs, params: { newDtype } }) => {
    const { dtype } = ins[0]!
    if (dtype === newDtype) return (inputs) => [context.store.share(inputs[0]!)]
    if (newDtype !== 'float32') return undefined
    return inHeap(context, outs[0]!, (to, [x]) => to.set(x as Int32Array))
  }

export const layout = (context: Context): KernelPlans<Block> => ({
  reshape: reshape(context),
  squeeze: reshape(context),
  transpose: transpose(context),
  broadcast_in_dim: broadcast(context),
  slice: slice(context),
  rev: reverse(context),
  concatenate: concatenate(context),
  pad: pad(context),
  convert_element_type: convert(context),
})
