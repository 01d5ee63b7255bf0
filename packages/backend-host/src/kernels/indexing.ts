/** dynamic_slice dynamic_update_slice gather scatter: windows at places that data decide. */
import {
  type DType,
  dtypes,
  type HostArray,
  type InPlace,
  type KernelCall,
  type Kernels,
  type ParamsOf,
  type TypedArray,
  type Writer,
  type WritingName,
  sizeOf,
  stridesOf,
} from '@heddle/func/backend'
import { converter } from '../convert'
import {
  alloc,
  asIndex,
  byArithmetic,
  type HostKernel,
  highest,
  hostArray,
  isBig,
  isHalf,
  lowest,
  type NumberData,
  viaFloat32,
  widen,
} from '../element'
import { type HalfDType, narrowHalves, widenHalves } from '../half'
import { windowOffsets } from '../places'
import { bitsOf, lines, move, others, pick, walk } from '../strided'

type Family =
  | 'dynamic_slice'
  | 'dynamic_update_slice'
  | 'gather'
  | 'scatter'
  | 'scatter-add'
  | 'scatter-mul'
  | 'scatter-min'
  | 'scatter-max'
type Table = Pick<Kernels<HostArray>, Family>

/** The offset of a window whose starts are scalars, each clamped so that the window is inside. */
const clampedOffset = (
  starts: readonly HostArray[],
  shape: readonly number[],
  window: readonly number[],
  strides: readonly number[],
): number => starts.reduce((sum, s, i) => sum + Math.min(Math.max(asIndex(s), 0), shape[i]! - window[i]!) * strides[i]!, 0)

const dynamicSlice: Table['dynamic_slice'] = ({ ins, outs }) => {
  const { shape, dtype } = outs[0]!
  const own = stridesOf(ins[0]!.shape)
  const n = sizeOf(shape)
  const w = walk(shape, own)
  return ([x, ...starts]) => {
    const out = alloc(dtype, n)
    move(w, bitsOf(x!.data), clampedOffset(starts, x!.shape, shape, own), bitsOf(out), 0)
    return [hostArray(shape, dtype, out)]
  }
}

/** Prepares a write into the data of the first operand, and never declines. */
type Writing<P> = (call: KernelCall<P>) => (inputs: readonly HostArray[]) => void
/** The kernel that writes into a copy. */
const copying =
  <P>(writer: Writing<P>): HostKernel<P> =>
  (call) => {
    const write = writer(call)
    const { shape, dtype } = call.outs[0]!
    return ([x, ...rest]) => {
      const out = hostArray(shape, dtype, x!.data.slice())
      write([out, ...rest])
      return [out]
    }
  }

const updateSlice: Writing<ParamsOf['dynamic_update_slice']> = ({ ins, outs }) => {
  const { shape } = outs[0]!
  const window = ins[1]!.shape
  const own = stridesOf(shape)
  const w = walk(window, stridesOf(window), own)
  return ([x, update, ...starts]) => move(w, bitsOf(update!.data), 0, bitsOf(x!.data), clampedOffset(starts, shape, window, own))
}

/** What gather reads out of bounds: the value given, or JAX's mark of an absent value. */
const fillOf = (value: number | null, dtype: DType): TypedArray => {
  const { kind } = dtypes[dtype]
  const absent = kind === 'float' ? Number.NaN : kind === 'int' ? lowest(dtype) : highest(dtype)
  const chosen = value ?? absent
  if (!isBig(dtype)) return converter('float64', dtype)(hostArray([], 'float64', Float64Array.of(Number(chosen)))).data
  const out = alloc(dtype, 1)
  out[0] = typeof chosen === 'bigint' ? chosen : BigInt(Math.trunc(chosen))
  return out
}

const gather: Table['gather'] = ({ params, ins, outs }) => {
  const { dimensionNumbers: d, sliceSizes, mode } = params
  const { shape, dtype } = outs[0]!
  const operand = ins[0]!.shape
  const own = stridesOf(operand)
  const to = stridesOf(shape)
  const axes = others(operand.length, [...d.collapsedSliceDims, ...d.operandBatchingDims])
  const w = walk(pick(sliceSizes, axes), pick(own, axes), pick(to, d.offsetDims))
  const blank = walk(
    pick(sliceSizes, axes),
    axes.map(() => 0),
    pick(to, d.offsetDims),
  )
  const each = windowOffsets({
    operand,
    window: sliceSizes,
    indices: ins[1]!.shape,
    startIndexMap: d.startIndexMap,
    operandBatchingDims: d.operandBatchingDims,
    indicesBatchingDims: d.startIndicesBatchingDims,
    strides: pick(to, others(shape.length, d.offsetDims)),
    clip: mode !== 'fill',
  })
  const fill = bitsOf(fillOf(params.fillValue, dtype))
  const n = sizeOf(shape)
  return ([x, indices]) => {
    const out = alloc(dtype, n)
    if (n === 0) return [hostArray(shape, dtype, out)]
    const from = bitsOf(x!.data)
    const bits = bitsOf(out)
    if (w.shape.length === 0) each(indices!, (offset, at) => void (bits[at] = offset < 0 ? fill[0]! : from[offset]!))
    else each(indices!, (offset, at) => (offset < 0 ? move(blank, fill, 0, bits, at) : move(w, from, offset, bits, at)))
    return [hostArray(shape, dtype, out)]
  }
}

/** Combines a line of updates into the result. */
type Apply = (out: NumberData, d: number, ds: number, update: NumberData, s: number, ss: number, n: number) => void
const replaceLine: Apply = (out, d, ds, update, s, ss, n) => {
  for (let i = 0; i < n; i++, d += ds, s += ss) out[d] = update[s]!
}
const addLine: Apply = (out, d, ds, update, s, ss, n) => {
  for (let i = 0; i < n; i++, d += ds, s += ss) out[d]! += update[s]!
}
const applyEach =
  (f: (x: number, update: number) => number): Apply =>
  (out, d, ds, update, s, ss, n) => {
    for (let i = 0; i < n; i++, d += ds, s += ss) out[d] = f(out[d]!, update[s]!)
  }
/** Numbers, 32-bit integers and BigInts; the last behind the type of the first. */
interface Applies {
  readonly float: Apply
  readonly int: Apply
  readonly big: Apply
}
const same = (apply: Apply): Applies => ({ float: apply, int: apply, big: apply })
const extremum = (f: (x: number, y: number) => number, big: (x: number, y: number) => number): Applies => ({
  float: applyEach(f),
  int: applyEach(f),
  big: applyEach(big),
})

/** On 16-bit floats, with updates of float32: the line is widened and rounded again, so no element may come twice. */
const onHalves =
  (dtype: HalfDType, apply: Apply): Apply =>
  (out, d, ds, update, s, ss, n) => {
    const line = Uint16Array.from({ length: n }, (_, i) => out[d + i * ds]!)
    const wide = widenHalves(line, dtype)
    apply(wide, 0, 1, update, s, ss, n)
    narrowHalves(wide, dtype).forEach((bits, i) => {
      out[d + i * ds] = bits
    })
  }
const scatterInto =
  (name: string, applies: Applies): Writing<ParamsOf['scatter']> =>
  ({ params, ins, outs }) => {
    const { dimensionNumbers: d } = params
    const { shape, dtype } = outs[0]!
    const [, indices, updates] = ins.map((a) => a.shape) as [readonly number[], readonly number[], readonly number[]]
    const own = stridesOf(shape)
    const from = stridesOf(updates)
    const axes = others(shape.length, [...d.insertedWindowDims, ...d.operandBatchingDims])
    const window = shape.map((_, axis) => {
      const at = axes.indexOf(axis)
      return at < 0 ? 1 : updates[d.updateWindowDims[at]!]!
    })
    const w = walk(pick(window, axes), pick(from, d.updateWindowDims), pick(own, axes))
    const last = w.shape.length - 1
    const [n, ss, ds] = last < 0 ? [1, 1, 1] : [w.shape[last]!, w.src[last]!, w.dst[last]!]
    const each = windowOffsets({
      operand: shape,
      window,
      indices,
      startIndexMap: d.scatterDimsToOperandDims,
      operandBatchingDims: d.operandBatchingDims,
      indicesBatchingDims: d.scatterIndicesBatchingDims,
      strides: pick(from, others(updates.length, d.updateWindowDims)),
      clip: params.mode === 'clip',
    })
    const plain = byArithmetic<Apply>(name, dtype, applies)
    // what replaces moves bits
    const half = isHalf(dtype) && plain !== replaceLine
    const apply = half ? onHalves(dtype, plain) : plain
    return (inputs) => {
      const out = inputs[0]!.data as NumberData
      const update = (half ? widen(inputs[2]!) : inputs[2]!).data as NumberData
      if (update.length > 0)
        each(inputs[1]!, (offset, at) => {
          if (offset < 0) return
          if (w.shape.length < 2) apply(out, offset, ds, update, at, ss, n)
          else lines(w, at, offset, (s, to) => apply(out, to, ds, update, s, ss, n))
        })
    }
  }

/** The scatters, by what becomes of an element and its update. */
const applies: Readonly<Record<Exclude<WritingName, 'dynamic_update_slice'>, Applies>> = {
  scatter: same(replaceLine),
  'scatter-add': same(addLine),
  'scatter-mul': { float: applyEach((x, y) => x * y), int: applyEach(Math.imul), big: applyEach((x, y) => x * y) },
  'scatter-min': extremum(Math.min, (x, y) => (y < x ? y : x)),
  'scatter-max': extremum(Math.max, (x, y) => (y > x ? y : x)),
}
type ScatterName = keyof typeof applies
const scatter = (name: ScatterName): HostKernel<ParamsOf['scatter']> => viaFloat32(copying(scatterInto(name, applies[name])))
/** Sums of 16-bit floats are rounded once, so places that may come twice are summed in a copy. */
const inPlaceScatter =
  (name: ScatterName): Writer<HostArray, ParamsOf['scatter']> =>
  (call) => {
    const repeats = !call.params.uniqueIndices && sizeOf(call.ins[1]!.shape.slice(0, -1)) > 1
    return repeats && name !== 'scatter' && isHalf(call.outs[0]!.dtype) ? undefined : scatterInto(name, applies[name])(call)
  }
/** Those that write into the data of their first operand. */
export const writers: Required<InPlace<HostArray>['kernels']> = {
  dynamic_update_slice: updateSlice,
  scatter: inPlaceScatter('scatter'),
  'scatter-add': inPlaceScatter('scatter-add'),
  'scatter-mul': inPlaceScatter('scatter-mul'),
  'scatter-min': inPlaceScatter('scatter-min'),
  'scatter-max': inPlaceScatter('scatter-max'),
}
export const indexing: Table = {
  dynamic_slice: dynamicSlice,
  dynamic_update_slice: copying(updateSlice),
  gather,
  scatter: copying(scatterInto('scatter', applies.scatter)),
  'scatter-add': scatter('scatter-add'),
  'scatter-mul': scatter('scatter-mul'),
  'scatter-min': scatter('scatter-min'),
  'scatter-max': scatter('scatter-max'),
}
