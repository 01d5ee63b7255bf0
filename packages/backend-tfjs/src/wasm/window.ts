/**
 * Sums and extrema of windows on wasm, in JavaScript: XNNPACK's pooling turns a NaN into -Infinity or drops it.
 *
 * A window is the product of its sides, so it is reduced along one axis after the other, over whole rows at a time.
 */
import type { ParamsOf } from '@heddle/func/backend'
import type { Plan, Plans } from '../device'
import { product } from '../strided'
import { type Context, inHeap, isFloat32 } from './context'
import type { Block } from './heap'

type Params = ParamsOf['reduce_window_sum']
type Floats = Float32Array | Float64Array
/** Folds row `from` of x into a row of the result. */
type Fold = (x: Floats, from: number, out: Floats, to: number, n: number) => void

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
  return { outer: product(shape.slice(0, axis)), inner: product(shape.slice(axis + 1)), size, result, ends, rows: Int32Array.from(rows) }
}
const isTrivial = (p: Params, axis: number): boolean =>
  p.windowDimensions[axis] === 1 &&
  p.windowStrides[axis] === 1 &&
  p.baseDilation[axis] === 1 &&
  p.padding[axis]![0] === 0 &&
  p.padding[axis]![1] === 0

const reduceAxis = (x: Floats, { outer, inner, size, result, ends, rows }: AxisWindow, fold: Fold, identity: number, out: Floats): void => {
  for (let o = 0; o < outer; o++)
    for (let j = 0; j < result; j++) {
      const to = (o * result + j) * inner
      let i = j === 0 ? 0 : ends[j - 1]!
      const end = ends[j]!
      if (i === end) {
        out.fill(identity, to, to + inner)
        continue
      }
      const first = (o * size + rows[i++]!) * inner
      for (let k = 0; k < inner; k++) out[to + k] = x[first + k]!
      for (; i < end; i++) fold(x, (o * size + rows[i]!) * inner, out, to, inner)
    }
}
const add: Fold = (x, from, out, to, n) => {
  for (let i = 0; i < n; i++) out[to + i]! += x[from + i]!
}
const max: Fold = (x, from, out, to, n) => {
  for (let i = 0; i < n; i++) {
    const v = x[from + i]!
    if (v > out[to + i]! || v !== v) out[to + i] = v
  }
}
const min: Fold = (x, from, out, to, n) => {
  for (let i = 0; i < n; i++) {
    const v = x[from + i]!
    if (v < out[to + i]! || v !== v) out[to + i] = v
  }
}
const windowBy =
  (context: Context, fold: Fold, identity: number): Plan<Block, Params> =>
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
      let from = x as Floats
      steps.forEach((step, i) => {
        const next = i === steps.length - 1 ? out : new Float64Array(step.outer * step.result * step.inner)
        reduceAxis(from, step, fold, identity, next)
        from = next
      })
    })
  }
export const windows = (context: Context): Plans<Block> => ({
  reduce_window_sum: windowBy(context, add, 0),
  reduce_window_max: windowBy(context, max, Number.NEGATIVE_INFINITY),
  reduce_window_min: windowBy(context, min, Number.POSITIVE_INFINITY),
})
