/** slice concatenate pad rev iota: elements moved, never computed. */
import { type HostArray, type Kernels, sizeOf, stridesOf } from '@heddle/func/backend'
import { alloc, hostArray, isBig, type NumberData, narrow, widen } from '../element'
import { allocLike, bitsOf, copier, move, walk } from '../strided'

type Table = Pick<Kernels<HostArray>, 'slice' | 'concatenate' | 'pad' | 'rev' | 'iota'>

const offsetOf = (index: readonly number[], strides: readonly number[]): number => index.reduce((sum, v, i) => sum + v * strides[i]!, 0)

const slice: Table['slice'] = ({ params, ins, outs }) => {
  const { shape, dtype } = outs[0]!
  const own = stridesOf(ins[0]!.shape)
  const copy = copier(
    shape,
    own.map((s, i) => s * (params.strides?.[i] ?? 1)),
    offsetOf(params.startIndices, own),
  )
  return (inputs) => [hostArray(shape, dtype, copy(inputs[0]!.data))]
}

const rev: Table['rev'] = ({ params, ins }) => {
  const { shape, dtype } = ins[0]!
  const own = stridesOf(shape)
  const last = shape.map((n, i) => (params.dimensions.includes(i) ? n - 1 : 0))
  const copy = copier(
    shape,
    own.map((s, i) => (params.dimensions.includes(i) ? -s : s)),
    offsetOf(last, own),
  )
  return (inputs) => [hostArray(shape, dtype, copy(inputs[0]!.data))]
}

const concatenate: Table['concatenate'] = ({ params, ins, outs }) => {
  const { shape, dtype } = outs[0]!
  const n = sizeOf(shape)
  const to = stridesOf(shape)
  let offset = 0
  const parts = ins.map((a) => {
    const part = { walk: walk(a.shape, stridesOf(a.shape), to), offset }
    offset += a.shape[params.dimension]! * to[params.dimension]!
    return part
  })
  return (inputs) => {
    const out = alloc(dtype, n)
    const bits = bitsOf(out)
    parts.forEach((part, i) => move(part.walk, bitsOf(inputs[i]!.data), 0, bits, part.offset))
    return [hostArray(shape, dtype, out)]
  }
}

/** Of an axis: the elements of the operand that are still inside after padding, and where the first of them goes. */
const inside = (n: number, out: number, [low, , interior]: readonly [number, number, number]) => {
  const step = interior + 1
  const first = low < 0 ? Math.ceil(-low / step) : 0
  const end = Math.min(n, Math.ceil((out - low) / step))
  return { first, count: Math.max(0, end - first), to: low + first * step, step }
}
const pad: Table['pad'] = ({ params, ins, outs }) => {
  const { shape, dtype } = outs[0]!
  const n = sizeOf(shape)
  const from = stridesOf(ins[0]!.shape)
  const to = stridesOf(shape)
  const axes = params.paddingConfig.map((config, i) => inside(ins[0]!.shape[i]!, shape[i]!, config))
  const w = walk(
    axes.map((a) => a.count),
    from,
    axes.map((a, i) => a.step * to[i]!),
  )
  const source = axes.reduce((sum, a, i) => sum + a.first * from[i]!, 0)
  const target = axes.reduce((sum, a, i) => sum + a.to * to[i]!, 0)
  return (inputs) => {
    const [x, value] = inputs
    const out = allocLike(x!.data, n)
    const bits = bitsOf(out)
    bits.fill(bitsOf(value!.data)[0]!)
    move(w, bitsOf(x!.data), source, bits, target)
    return [hostArray(shape, dtype, out)]
  }
}

const iota: Table['iota'] = ({ params, outs }) => {
  const { shape, dtype } = outs[0]!
  const n = sizeOf(shape)
  const size = shape[params.dimension]!
  const inner = sizeOf(shape.slice(params.dimension + 1))
  return () => {
    const wide = widen(hostArray(shape, dtype, alloc(dtype, n)))
    const count = (i: number): number => Math.floor(i / inner) % size
    if (isBig(dtype)) for (let i = 0; i < n; i++) wide.data[i] = BigInt(count(i))
    else {
      const out = wide.data as NumberData
      if (inner === 1 && n === size) for (let i = 0; i < n; i++) out[i] = i
      else for (let i = 0; i < n; i++) out[i] = count(i)
    }
    return [narrow(wide, dtype)]
  }
}

export const layout: Table = { slice, concatenate, pad, rev, iota }
