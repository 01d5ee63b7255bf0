/** Indexing of float32 on wasm: windows at computed places, and rows by their numbers; the general gather and scatter are the host's. */
import { type Aval, type ParamsOf, stridesOf } from '@heddle/func/backend'
import type { KernelPlan, KernelPlans } from '../device'
import { rowsOfGather, rowsOfScatter } from '../rows'
import { copier } from '../strided'
import { type Buffer, type Context, inHeap, isFloat32 } from './context'
import type { Block } from './heap'

const clamp = (i: number, low: number, high: number): number => (i < low ? low : i > high ? high : i)

/** Where a window begins, its starts clamped so that it fits. */
const offsetOf = ({ store }: Context, shape: readonly number[], window: readonly number[]): ((starts: readonly Buffer[]) => number) => {
  const strides = stridesOf(shape)
  return (starts) => {
    let at = 0
    for (let i = 0; i < strides.length; i++) at += strides[i]! * clamp(Number(store.onHost(starts[i]!)[0]), 0, shape[i]! - window[i]!)
    return at
  }
}
const dynamicSlice =
  (context: Context): KernelPlan<Block, ParamsOf['dynamic_slice']> =>
  ({ ins, outs, params: { sliceSizes } }) => {
    const { shape } = ins[0]!
    if (!isFloat32([ins[0]!])) return undefined
    const offset = offsetOf(context, shape, sliceSizes)
    const copy = copier(sliceSizes, stridesOf(shape), stridesOf(sliceSizes))
    return inHeap(context, outs[0]!, (to, [x], [, ...starts]) => copy(x as Float32Array, offset(starts), to, 0))
  }
const dynamicUpdateSlice =
  (context: Context): KernelPlan<Block, ParamsOf['dynamic_update_slice']> =>
  ({ ins, outs }) => {
    const [{ shape }, update] = ins as readonly [Aval, Aval]
    if (!isFloat32([ins[0]!, update])) return undefined
    const offset = offsetOf(context, shape, update.shape)
    const copy = copier(update.shape, stridesOf(update.shape), stridesOf(shape))
    return inHeap(context, outs[0]!, (to, [x, u], [, , ...starts]) => {
      to.set(x as Float32Array)
      copy(u as Float32Array, 0, to, offset(starts))
    })
  }

const gather =
  (context: Context): KernelPlan<Block, ParamsOf['gather']> =>
  ({ ins, outs, params }) => {
    const [x, indices] = ins as readonly [Aval, Aval]
    const rows = isFloat32([x]) ? rowsOfGather(x, indices, params) : undefined
    if (rows === undefined) return undefined
    const { outer, size, inner, count } = rows
    const missing = params.fillValue ?? Number.NaN
    return inHeap(context, outs[0]!, (to, [data, at]) => {
      const from = data as Float32Array
      for (let o = 0, q = 0; o < outer; o++)
        for (let i = 0; i < count; i++, q += inner) {
          const index = Number(at![i])
          const inside = index >= 0 && index < size
          if (!inside && params.mode === 'fill') {
            to.fill(missing, q, q + inner)
            continue
          }
          const p = (o * size + clamp(index, 0, size - 1)) * inner
          if (inner > 24) to.set(from.subarray(p, p + inner), q)
          else for (let k = 0; k < inner; k++) to[q + k] = from[p + k]!
        }
    })
  }
type Write = (out: Float32Array, p: number, updates: Float32Array, q: number, n: number) => void
const scatterBy =
  (context: Context, write: Write): KernelPlan<Block, ParamsOf['scatter']> =>
  ({ ins, outs, params }) => {
    const [x, indices, updates] = ins as readonly [Aval, Aval, Aval]
    const rows = isFloat32([x, updates]) ? rowsOfScatter(x, indices, updates, params) : undefined
    if (rows === undefined) return undefined
    const { outer, size, inner, count } = rows
    return inHeap(context, outs[0]!, (to, [data, at, u]) => {
      to.set(data as Float32Array)
      for (let o = 0, q = 0; o < outer; o++)
        for (let i = 0; i < count; i++, q += inner) {
          const index = Number(at![i])
          const inside = index >= 0 && index < size
          if (!inside && params.mode !== 'clip') continue
          write(to, (o * size + clamp(index, 0, size - 1)) * inner, u as Float32Array, q, inner)
        }
    })
  }
const replace: Write = (out, p, updates, q, n) => {
  for (let k = 0; k < n; k++) out[p + k] = updates[q + k]!
}
const add: Write = (out, p, updates, q, n) => {
  for (let k = 0; k < n; k++) out[p + k]! += updates[q + k]!
}
export const indexing = (context: Context): KernelPlans<Block> => ({
  dynamic_slice: dynamicSlice(context),
  dynamic_update_slice: dynamicUpdateSlice(context),
  gather: gather(context),
  scatter: scatterBy(context, replace),
  'scatter-add': scatterBy(context, add),
})
