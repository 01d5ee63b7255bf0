/**
 * Sums and extrema of windows on wasm.
 *
 * XNNPACK's pooling of images turns a NaN into -Infinity or drops it, so it is used where the sum of all elements is a number. All
 * else is JavaScript: a window is the product of its sides, so it is reduced along one axis after the other, whole rows at a time.
 */
import { type ParamsOf, sizeOf } from '@heddle/func/backend'
import type { KernelPlan, KernelPlans } from '../device'
import { isPooling } from '../window-slices'
import { bitsOf, type Context, inHeap, isFloat32 } from './context'
import type { Block } from './heap'
import { sumRuns } from './reduction'

type Params = ParamsOf['reduce_window_sum']

interface AxisWindow {
  readonly outer: number
  readonly inner: number
  readonly size: number
  readonly result: number
  /** For each place of the window the rows that it covers: their ends in `rows`. */
  readonly ends: Int32Array
  readonly rows: Int32Array
}
/** The rows along an axis that a window covers, place by place; padding and holes left out. */
const axisWindow = (shape: readonly number[], axis: number, result: number, p: Params): AxisWindow => {
  const ends = new Int32Array(result)
  const rows: number[] = []
  const size = shape[axis]!
  for (let j = 0; j < result; j++) {
    for (let k = 0; k < p.windowDimensions[axis]!; k++) {
      const at = j * p.windowStrides[axis]! + k * p.windowDilation[axis]! - p.padding[axis]![0]
      const row = at / p.baseDilation[axis]!
      if (Number.isInteger(row) && row >= 0 && row < size) rows.push(row)
    }
    ends[j] = rows.length
  }
  return { outer: sizeOf(shape.slice(0, axis)), inner: sizeOf(shape.slice(axis + 1)), size, result, ends, rows: Int32Array.from(rows) }
}
const isTrivial = (p: Params, axis: number): boolean =>
  p.windowDimensions[axis] === 1 &&
  p.windowStrides[axis] === 1 &&
  p.baseDilation[axis] === 1 &&
  p.padding[axis]![0] === 0 &&
  p.padding[axis]![1] === 0

/** Each operation has its own loops, which the engine compiles each for itself. */
type Reduce = (x: Float32Array, w: AxisWindow, out: Float32Array) => void

const sum: Reduce = (x, { outer, inner, size, result, ends, rows }, out) => {
  for (let o = 0, to = 0; o < outer; o++)
    for (let j = 0, i = 0; j < result; j++, to += inner) {
      const end = ends[j]!
      if (i === end) out.fill(0, to, to + inner)
      for (let first = true; i < end; i++, first = false) {
        const from = (o * size + rows[i]!) * inner
        if (first) for (let k = 0; k < inner; k++) out[to + k] = x[from + k]!
        else for (let k = 0; k < inner; k++) out[to + k] = out[to + k]! + x[from + k]!
      }
    }
}
// without branches on the data, as in pointwise.ts
const max: Reduce = (x, { outer, inner, size, result, ends, rows }, out) => {
  const [values, bits] = [bitsOf(x), bitsOf(out)]
  for (let o = 0, to = 0; o < outer; o++)
    for (let j = 0, i = 0; j < result; j++, to += inner) {
      const end = ends[j]!
      if (i === end) out.fill(Number.NEGATIVE_INFINITY, to, to + inner)
      for (let first = true; i < end; i++, first = false) {
        const from = (o * size + rows[i]!) * inner
        if (first) for (let k = 0; k < inner; k++) out[to + k] = x[from + k]!
        else
          for (let k = 0; k < inner; k++) {
            const v = x[from + k]!
            const old = bits[to + k]!
            bits[to + k] = old ^ ((old ^ values[from + k]!) & -(Number(v > out[to + k]!) | Number(v !== v)))
          }
      }
    }
}
const min: Reduce = (x, { outer, inner, size, result, ends, rows }, out) => {
  const [values, bits] = [bitsOf(x), bitsOf(out)]
  for (let o = 0, to = 0; o < outer; o++)
    for (let j = 0, i = 0; j < result; j++, to += inner) {
      const end = ends[j]!
      if (i === end) out.fill(Number.POSITIVE_INFINITY, to, to + inner)
      for (let first = true; i < end; i++, first = false) {
        const from = (o * size + rows[i]!) * inner
        if (first) for (let k = 0; k < inner; k++) out[to + k] = x[from + k]!
        else
          for (let k = 0; k < inner; k++) {
            const v = x[from + k]!
            const old = bits[to + k]!
            bits[to + k] = old ^ ((old ^ values[from + k]!) & -(Number(v < out[to + k]!) | Number(v !== v)))
          }
      }
    }
}
const windowBy =
  (context: Context, reduce: Reduce): KernelPlan<Block, Params> =>
  ({ ins, outs, params }) => {
    if (!isFloat32(ins)) return undefined
    const { shape: to } = outs[0]!
    const shape = [...ins[0]!.shape]
    const steps: AxisWindow[] = []
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (isTrivial(params, axis)) continue
      steps.push(axisWindow(shape, axis, to[axis]!, params))
      shape[axis] = to[axis]!
    }
    if (steps.length === 0) return (inputs) => [context.store.share(inputs[0]!)]
    return inHeap(context, outs[0]!, (out, [x]) => {
      let from = x as Float32Array
      steps.forEach((step, i) => {
        const next = i === steps.length - 1 ? out : new Float32Array(step.outer * step.result * step.inner)
        reduce(from, step, next)
        from = next
      })
    })
  }
/** Whether the sum of the elements is a number, so that none of them is NaN. */
const isClean = (x: Float32Array): boolean => {
  const sum = new Float32Array(1)
  sumRuns(x, x.length, 1, sum)
  return !Number.isNaN(sum[0])
}
/** XNNPACK's pooling, guarded; its average leaves padding out of the count, so padded sums are JavaScript's. */
const pooled =
  (context: Context, name: 'MaxPool' | 'AvgPool', general: KernelPlan<Block, Params>): KernelPlan<Block, Params> =>
  (call) => {
    const loops = general(call)
    const { params: p } = call
    if (loops === undefined || !isPooling(p, name === 'AvgPool' ? 'unpadded' : 'padded')) return loops
    const { store, heap } = context
    const [c, times] = [heap.call(name), heap.call('Multiply')]
    const [batch, height, width, channels] = call.ins[0]!.shape as [number, number, number, number]
    const [, h, w] = p.windowDimensions as [number, number, number, number]
    const [, sh, sw] = p.windowStrides as [number, number, number, number]
    const [, [top, bottom], [left, right]] = p.padding as [unknown, readonly [number, number], readonly [number, number]]
    const geometry = [batch, height, width, h, w, top, right, bottom, left]
    const n = sizeOf(call.outs[0]!.shape)
    return (inputs) => {
      const x = store.onDevice(inputs[0]!)
      if (!isClean(heap.f32(x, sizeOf(call.ins[0]!.shape)))) return loops(inputs)
      const out = heap.alloc('float32', n)
      if (name === 'MaxPool') {
        c(x.id, ...geometry, 1, 1, sh, sw, channels, channels, out.id)
        return [store.ofDevice(out, call.outs[0]!)]
      }
      c(x.id, ...geometry, sh, sw, channels, out.id)
      const count = heap.upload(Float32Array.of(h * w), 'float32')
      const sums = heap.alloc('float32', n)
      times(out.id, heap.shape(0, [n]), 1, count.id, heap.shape(1, [1]), 1, 0, sums.id)
      heap.free(out)
      heap.free(count)
      return [store.ofDevice(sums, call.outs[0]!)]
    }
  }

export const windows = (context: Context): KernelPlans<Block> => ({
  reduce_window_sum: pooled(context, 'AvgPool', windowBy(context, sum)),
  reduce_window_max: pooled(context, 'MaxPool', windowBy(context, max)),
  reduce_window_min: windowBy(context, min),
})
