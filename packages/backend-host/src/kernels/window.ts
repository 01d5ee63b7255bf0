/**
 * Windows: sums and extrema over them, and the gather and scatter at their extrema that are the derivatives of pooling.
 *
 * A reduction over a box is one along each axis after the other, so its cost grows with the sum of the window's sizes.
 */
import { type DType, type HostArray, type Kernels, type ParamsOf, type TypedArray, sizeOf, stridesOf } from '@heddle/func/backend'
import { alloc, byArithmetic, highest, hostArray, isBig, lowest, type NumberData, viaFloat32 } from '../element'
import { range } from '../strided'
import { poolingScatter } from './pooling'

type Table = Pick<
  Kernels<HostArray>,
  'reduce_window_sum' | 'reduce_window_max' | 'reduce_window_min' | 'select_and_scatter_add' | 'select_and_gather_add'
>
type Window = ParamsOf['reduce_window_sum']
type Element = number | bigint
type Combine = (sum: never, value: never) => Element

/** Along one axis: for each place and each tap of its window the operand's index, or -1 outside (or in a hole). */
const tapsOf = (w: Window, axis: number, size: number, places: number): Int32Array => {
  const taps = w.windowDimensions[axis]!
  const table = new Int32Array(places * taps)
  for (let o = 0; o < places; o++)
    for (let t = 0; t < taps; t++) {
      const index = (o * w.windowStrides[axis]! + t * w.windowDilation[axis]! - w.padding[axis]![0]) / w.baseDilation[axis]!
      table[o * taps + t] = index >= 0 && index < size && Number.isInteger(index) ? index : -1
    }
  return table
}
/** Whether an axis is left as it is. */
const untouched = (w: Window, axis: number, size: number, places: number): boolean =>
  w.windowDimensions[axis] === 1 &&
  size === places &&
  w.padding[axis]![0] === 0 &&
  w.windowStrides[axis] === 1 &&
  w.baseDilation[axis] === 1

interface Folding {
  readonly init: (dtype: DType) => Element
  readonly float: Combine
  readonly int: Combine
  readonly big: Combine
}
const reduceWindow = (name: string, { init, ...combine }: Folding): Table['reduce_window_sum'] =>
  viaFloat32(({ params, ins, outs }) => {
    const { dtype } = ins[0]!
    const { shape } = outs[0]!
    const f = byArithmetic<Combine>(name, dtype, combine) as (sum: Element, value: Element) => Element
    const start = init(dtype)
    const working = dtype === 'float32' ? 'float64' : dtype
    const axes = shape.map((places, axis) => ({ axis, places, size: ins[0]!.shape[axis]! }))
    const passes = axes
      .filter(({ axis, size, places }) => !untouched(params, axis, size, places))
      .map(({ axis, size, places }) => ({
        size,
        places,
        taps: params.windowDimensions[axis]!,
        table: tapsOf(params, axis, size, places),
        outer: sizeOf(shape.slice(0, axis)),
        inner: sizeOf(ins[0]!.shape.slice(axis + 1)),
      }))
    return (inputs) => {
      let data: TypedArray = inputs[0]!.data
      for (const { size, places, taps, table, outer, inner } of passes) {
        const out = alloc(working, outer * places * inner)
        for (let o = 0, at = 0; o < outer; o++)
          for (let p = 0; p < places; p++)
            for (let i = 0; i < inner; i++, at++) {
              let sum = start
              for (let t = p * taps; t < (p + 1) * taps; t++) {
                const index = table[t]!
                if (index >= 0) sum = f(sum, data[(o * size + index) * inner + i]!)
              }
              out[at] = sum
            }
        data = out
      }
      const out = alloc(dtype, data.length)
      ;(out as NumberData).set(data as NumberData)
      return [hostArray(shape, dtype, out)]
    }
  })

/**
 * Calls `each` with every place of a window and the offset in the operand of the element that it selects; -1 where the
 * window lies all outside. `initial` (a padding's value) is what an element has to beat, if anything.
 */
const selected = (
  w: Window,
  shape: readonly number[],
  places: readonly number[],
  largest: boolean,
  initial: Element | undefined,
): ((x: TypedArray, each: (place: number, offset: number) => void) => void) => {
  const tables = shape.map((size, axis) => tapsOf(w, axis, size, places[axis]!))
  const strides = stridesOf(shape)
  const area = sizeOf(places)
  const taps = sizeOf(w.windowDimensions)
  const placeStrides = stridesOf(places)
  const tapStrides = stridesOf(w.windowDimensions)
  const axes = range(shape.length)
  const tapIndex = axes.map((a) => Int32Array.from({ length: taps }, (_, t) => Math.floor(t / tapStrides[a]!) % w.windowDimensions[a]!))
  return (x, each) => {
    const rows = axes.map(() => 0)
    for (let place = 0; place < area; place++) {
      for (const a of axes) rows[a] = (Math.floor(place / placeStrides[a]!) % places[a]!) * w.windowDimensions[a]!
      let best = initial
      let winner = -1
      for (let t = 0; t < taps; t++) {
        let offset = 0
        for (let a = 0; a < axes.length && offset >= 0; a++) {
          const index = tables[a]![rows[a]! + tapIndex[a]![t]!]!
          offset = index < 0 ? -1 : offset + index * strides[a]!
        }
        if (offset < 0) continue
        const v = x[offset]!
        if (best === undefined || !(largest ? best >= v : best <= v)) {
          best = v
          winner = offset
        }
      }
      each(place, winner)
    }
  }
}

const selectAndScatterAdd: Table['select_and_scatter_add'] = viaFloat32((call) => {
  const { params, ins, outs } = call
  const { shape, dtype } = outs[0]!
  const pooled = poolingScatter(call)
  if (pooled !== undefined)
    return (inputs) => {
      const out = new Float32Array(sizeOf(shape))
      pooled(inputs[0]!.data as Float32Array, inputs[1]!.data as Float32Array, out)
      return [hostArray(shape, dtype, out)]
    }
  const ones = shape.map(() => 1)
  const find = selected({ ...params, baseDilation: ones, windowDilation: ones }, shape, ins[0]!.shape, params.select === 'ge', undefined)
  const n = sizeOf(shape)
  return (inputs) => {
    const [source, operand] = inputs
    const from = source!.data as NumberData
    const out = alloc(dtype, n) as NumberData
    find(operand!.data, (place, offset) => {
      if (offset >= 0) out[offset]! += from[place]!
    })
    return [hostArray(shape, dtype, out)]
  }
})

const selectAndGatherAdd: Table['select_and_gather_add'] = viaFloat32(({ params, ins, outs }) => {
  const { shape, dtype } = outs[0]!
  const largest = params.select === 'ge'
  const find = selected(params, ins[1]!.shape, shape, largest, largest ? lowest(dtype) : highest(dtype))
  const n = sizeOf(shape)
  return (inputs) => {
    const [tangents, operand] = inputs
    const from = tangents!.data as NumberData
    const out = alloc(dtype, n) as NumberData
    find(operand!.data, (place, offset) => {
      if (offset >= 0) out[place] = from[offset]!
    })
    return [hostArray(shape, dtype, out)]
  }
})

export const window: Table = {
  reduce_window_sum: reduceWindow('reduce_window_sum', {
    init: (dtype) => (isBig(dtype) ? 0n : 0),
    float: (a: number, b: number) => a + b,
    int: (a: number, b: number) => (a + b) | 0,
    big: (a: bigint, b: bigint) => a + b,
  }),
  reduce_window_max: reduceWindow('reduce_window_max', {
    init: lowest,
    float: (a: number, b: number) => Math.max(a, b),
    int: (a: number, b: number) => Math.max(a, b),
    big: (a: bigint, b: bigint) => (a > b ? a : b),
  }),
  reduce_window_min: reduceWindow('reduce_window_min', {
    init: highest,
    float: (a: number, b: number) => Math.min(a, b),
    int: (a: number, b: number) => Math.min(a, b),
    big: (a: bigint, b: bigint) => (a < b ? a : b),
  }),
  select_and_scatter_add: selectAndScatterAdd,
  select_and_gather_add: selectAndGatherAdd,
}
