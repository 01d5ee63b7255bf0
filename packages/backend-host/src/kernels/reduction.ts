/** Extrema, products, all, any, and the places of extrema. Over nothing they answer their identity. */
import { type DType, type HostArray, type Kernels, type TypedArray, sizeOf } from '@heddle/func/backend'
import { alloc, byArithmetic, highest, hostArray, isBig, lowest, type NumberData, viaFloat32 } from '../element'
import { type FoldLayout, fold, foldLayout } from '../fold'

type Family = 'reduce_max' | 'reduce_min' | 'reduce_prod' | 'reduce_and' | 'reduce_or' | 'argmax' | 'argmin'
type Table = Pick<Kernels<HostArray>, Family>

type Element = number | bigint
type Combine = (sum: never, value: never) => Element
interface Folding {
  readonly init: (dtype: DType) => Element
  readonly float?: Combine
  readonly int: Combine
  readonly big: Combine
}
const bigMax = (a: bigint, b: bigint): bigint => (a > b ? a : b)
const bigMin = (a: bigint, b: bigint): bigint => (a < b ? a : b)
const max = (a: number, b: number): number => Math.max(a, b)
const min = (a: number, b: number): number => Math.min(a, b)

const reducing = (name: string, { init, ...combine }: Folding): Table['reduce_max'] =>
  viaFloat32(({ params, ins, outs }) => {
    const { shape, dtype } = outs[0]!
    const layout = foldLayout(ins[0]!.shape, params.axes)
    const n = sizeOf(shape)
    const f = byArithmetic<Combine>(name, dtype, combine) as (sum: Element, value: Element) => Element
    const start = init(dtype)
    return (inputs) => {
      const out = alloc(dtype, n)
      fold(layout.arrange(inputs[0]!.data), out, layout, start, f)
      return [hostArray(shape, dtype, out)]
    }
  })

/** The index of the first extremum of each fold; the first NaN counts as one. */
const firstBest = (x: TypedArray, out: TypedArray, { outer, size, inner }: FoldLayout, largest: boolean): void => {
  const values = x as NumberData
  const big = out instanceof BigInt64Array || out instanceof BigUint64Array
  for (let o = 0, at = 0; o < outer; o++)
    for (let i = 0; i < inner; i++, at++) {
      const from = o * size * inner + i
      let best = values[from]!
      let place = 0
      for (let k = 1, p = from + inner; k < size && !Number.isNaN(best); k++, p += inner) {
        const v = values[p]!
        if (largest ? v > best : v < best) {
          best = v
          place = k
        } else if (v !== v) {
          best = v
          place = k
        }
      }
      out[at] = big ? BigInt(place) : place
    }
}
const placeOf = (largest: boolean): Table['argmax'] =>
  viaFloat32(({ params, ins, outs }) => {
    const { shape, dtype } = outs[0]!
    const layout = foldLayout(ins[0]!.shape, params.axes)
    const n = sizeOf(shape)
    return (inputs) => {
      const out = alloc(dtype, n)
      firstBest(layout.arrange(inputs[0]!.data), out, layout, largest)
      return [hostArray(shape, dtype, out)]
    }
  })

export const reduction: Table = {
  reduce_max: reducing('reduce_max', { init: lowest, float: max, int: max, big: bigMax }),
  reduce_min: reducing('reduce_min', { init: highest, float: min, int: min, big: bigMin }),
  reduce_prod: reducing('reduce_prod', {
    init: (dtype) => (isBig(dtype) ? 1n : 1),
    float: (a: number, b: number) => a * b,
    int: (a: number, b: number) => Math.imul(a, b),
    big: (a: bigint, b: bigint) => BigInt.asIntN(64, a * b),
  }),
  reduce_and: reducing('reduce_and', {
    init: (dtype) => (isBig(dtype) ? -1n : dtype === 'bool' ? 1 : -1),
    int: (a: number, b: number) => a & b,
    big: (a: bigint, b: bigint) => a & b,
  }),
  reduce_or: reducing('reduce_or', {
    init: (dtype) => (isBig(dtype) ? 0n : 0),
    int: (a: number, b: number) => a | b,
    big: (a: bigint, b: bigint) => a | b,
  }),
  argmax: placeOf(true),
  argmin: placeOf(false),
}
