/**
 * Convolution with any number of spatial axes, as matrix products of the filters with patches of the input (im2col).
 *
 * Operands are brought to [batch, feature, ...spatial] and [out, in, ...spatial]; patches are made for a limited number of
 * places at a time, so that memory stays small.
 */
import { type DType, type HostArray, type Kernels, type TypedArray, sizeOf, stridesOf } from '@heddle/func/backend'
import { converter } from '../convert'
import { alloc, hostArray, isHalf, type NumberData, narrow } from '../element'
import { gemm } from '../gemm'
import { allocLike, pick, transposer } from '../strided'

type Conv = Kernels<HostArray>['conv_general_dilated']
type ConvCall = Parameters<Conv>[0]

/** Elements of a block of patches. */
const blockSize = 1 << 18

/** Along one spatial axis: for each place and tap the input index times its stride, or -1 in the padding. */
const tapsOf = (call: ConvCall, axis: number, size: number, taps: number, places: number, stride: number): Int32Array => {
  const { windowStrides, padding, lhsDilation, rhsDilation } = call.params
  const dilation = lhsDilation[axis]!
  const table = new Int32Array(places * taps)
  for (let o = 0; o < places; o++)
    for (let t = 0; t < taps; t++) {
      const at = o * windowStrides[axis]! + t * rhsDilation[axis]! - padding[axis]![0]
      const index = at / dilation
      table[o * taps + t] = at >= 0 && Number.isInteger(index) && index < size ? index * stride : -1
    }
  return table
}

/** For places `from` to `to` (row-major) and every tap of the window: the offset in one channel of the input, or -1. */
const offsets = (
  tables: readonly Int32Array[],
  places: readonly number[],
  window: readonly number[],
  from: number,
  to: number,
): Int32Array => {
  const taps = sizeOf(window)
  const out = new Int32Array((to - from) * taps)
  const placeStrides = stridesOf(places)
  const tapStrides = stridesOf(window)
  for (let axis = 0; axis < places.length; axis++) {
    const table = tables[axis]!
    const width = window[axis]!
    for (let place = from, at = 0; place < to; place++) {
      const row = (Math.floor(place / placeStrides[axis]!) % places[axis]!) * width
      for (let tap = 0; tap < taps; tap++, at++) {
        const step = table[row + (Math.floor(tap / tapStrides[axis]!) % width)]!
        out[at] = step < 0 || out[at]! < 0 ? -1 : out[at]! + step
      }
    }
  }
  return out
}

/** Patches [place][channel][tap] of `channels` channels that lie `plane` apart, from `base` on. */
const fillPatches = (x: NumberData, base: number, plane: number, channels: number, at: Int32Array, taps: number, out: NumberData): void => {
  const places = taps === 0 ? 0 : at.length / taps
  const zero = (x instanceof BigInt64Array || x instanceof BigUint64Array ? 0n : 0) as number
  for (let place = 0, to = 0; place < places; place++)
    for (let c = 0, from = base; c < channels; c++, from += plane)
      for (let tap = 0, p = place * taps; tap < taps; tap++, p++, to++) {
        const step = at[p]!
        out[to] = step < 0 ? zero : x[from + step]!
      }
}

const inverse = (permutation: readonly number[]): number[] => permutation.map((_, i) => permutation.indexOf(i))
const computed = (dtype: DType): DType => (isHalf(dtype) ? 'float32' : dtype)

const convolve: Conv = (call) => {
  const { params, ins, outs } = call
  const { lhsSpec, rhsSpec, outSpec } = params.dimensionNumbers
  const { shape, dtype } = outs[0]!
  const [batch, features, ...spatial] = pick(ins[0]!.shape, lhsSpec) as [number, number, ...number[]]
  const [outFeatures, channels, ...window] = pick(ins[1]!.shape, rhsSpec) as [number, number, ...number[]]
  const planar = pick(shape, outSpec)
  const places = planar.slice(2)
  const [plane, taps, area] = [spatial, window, places].map(sizeOf) as [number, number, number]
  const strides = stridesOf(spatial)
  const tables = spatial.map((size, i) => tapsOf(call, i, size, window[i]!, places[i]!, strides[i]!))
  const { featureGroupCount: featureGroups, batchGroupCount: batchGroups } = params
  const groups = featureGroups * batchGroups
  const perGroup = outFeatures / groups
  const perBatch = batch / batchGroups
  const k = channels * taps
  const block = Math.max(1, Math.min(area, Math.floor(blockSize / Math.max(1, k))))

  const toChannels = transposer(ins[0]!.shape, lhsSpec)
  const toFilters = transposer(ins[1]!.shape, rhsSpec)
  const back = transposer(planar, inverse(outSpec))
  const work = computed(dtype)
  const converts = ins.map((a) => converter(a.dtype, work))
  const multiply = gemm(work)
  const n = sizeOf(shape)

  /** All products for places `from` to `to`: of one image, the channels of one group with the filters of that group. */
  const run = (x: TypedArray, w: TypedArray, out: TypedArray, from: number, to: number): void => {
    const at = offsets(tables, places, window, from, to)
    const patches = allocLike(x, (to - from) * k)
    const product = allocLike(x, perGroup * (to - from))
    for (let image = 0; image < perBatch; image++)
      for (let g = 0; g < groups; g++) {
        const source = batchGroups > 1 ? g * perBatch + image : image
        const firstChannel = featureGroups > 1 ? g * channels : 0
        fillPatches(x as NumberData, (source * features + firstChannel) * plane, plane, channels, at, taps, patches as NumberData)
        multiply({ data: w, offset: g * perGroup * k, row: k, column: 1 }, { data: patches, offset: 0, row: 1, column: k }, product, 0, {
          m: perGroup,
          n: to - from,
          k,
        })
        for (let f = 0; f < perGroup; f++) {
          const target = (image * outFeatures + g * perGroup + f) * area + from
          const row = product.subarray(f * (to - from), (f + 1) * (to - from))
          ;(out as NumberData).set(row as NumberData, target)
        }
      }
  }
  return (inputs) => {
    const x = toChannels(converts[0]!(inputs[0]!).data)
    const w = toFilters(converts[1]!(inputs[1]!).data)
    const out = alloc(work, n)
    if (n > 0) for (let from = 0; from < area; from += block) run(x, w, out, from, Math.min(area, from + block))
    return [narrow(hostArray(shape, work, back(out)), dtype)]
  }
}

export const convolution: Pick<Kernels<HostArray>, 'conv_general_dilated'> = { conv_general_dilated: convolve }
