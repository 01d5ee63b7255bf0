/** sort and top_k along an axis. Numbers ascend, NaN is the largest, equal elements keep their order, and -0 equals 0. */
import { type HostArray, type Kernels, type TypedArray, sizeOf } from '@heddle/func/backend'
import { alloc, hostArray, isBig, type NumberData, viaFloat32 } from '../element'
import { allocLike } from '../strided'

type Table = Pick<Kernels<HostArray>, 'sort' | 'top_k'>

/** Whether b stands strictly before a (BigInts compare alike). */
const after = (a: number, b: number): boolean => b < a || (a !== a && b === b)
const before = (a: number, b: number): boolean => b > a || (b !== b && a === a)

/** Sorts places by key, stably: merges of runs that double in length. */
const sortPlaces = (order: Int32Array, keys: NumberData, descending: boolean): void => {
  const n = order.length
  let from: Int32Array = order
  let to: Int32Array = new Int32Array(n)
  for (let width = 1; width < n; width *= 2) {
    for (let start = 0; start < n; start += 2 * width) {
      const middle = Math.min(start + width, n)
      const end = Math.min(start + 2 * width, n)
      let l = start
      let r = middle
      for (let k = start; k < end; k++) {
        const right =
          l >= middle || (r < end && (descending ? before(keys[from[l]!]!, keys[from[r]!]!) : after(keys[from[l]!]!, keys[from[r]!]!)))
        to[k] = right ? from[r++]! : from[l++]!
      }
    }
    const swap = from
    from = to
    to = swap
  }
  if (from !== order) order.set(from)
}

/** Ascending numbers in place. Typed arrays put -0 before 0, so the zeros are put back as they stood. */
const sortNumbers = (line: NumberData): void => {
  const zeros: number[] = []
  for (let i = 0; i < line.length; i++) if (line[i] === 0) zeros.push(line[i]!)
  line.sort()
  if (zeros.length > 1 && zeros.some((z) => Object.is(z, -0)))
    line.set(
      zeros,
      line.findIndex((v) => v === 0),
    )
}

interface Lines {
  readonly outer: number
  readonly n: number
  readonly inner: number
}
const linesOf = (shape: readonly number[], axis: number): Lines => ({
  outer: sizeOf(shape.slice(0, axis)),
  n: shape[axis] ?? 1,
  inner: sizeOf(shape.slice(axis + 1)),
})
/** A line of an array, dense. */
const read = <T extends TypedArray>(x: T, from: number, step: number, to: T): void => {
  for (let k = 0, p = from; k < to.length; k++, p += step) to[k] = x[p]!
}

const sort: Table['sort'] = viaFloat32(({ params, ins }) => {
  const { outer, n, inner } = linesOf(ins[0]!.shape, params.dimension)
  const alone = ins.length === 1 && !isBig(ins[0]!.dtype)
  return (inputs) => {
    const outs = inputs.map((x) => alloc(x.dtype, x.data.length) as NumberData)
    const sources = inputs.map((x) => x.data as NumberData)
    const buffers = sources.slice(0, params.numKeys).map((s) => allocLike(s, n))
    const order = new Int32Array(n)
    for (let o = 0; o < outer; o++)
      for (let i = 0; i < inner; i++) {
        const from = o * n * inner + i
        buffers.forEach((b, k) => read(sources[k]!, from, inner, b))
        if (alone) {
          sortNumbers(buffers[0]!)
          for (let k = 0, p = from; k < n; k++, p += inner) outs[0]![p] = buffers[0]![k]!
          continue
        }
        for (let k = 0; k < n; k++) order[k] = k
        // the last key first: stable sorts by the earlier ones keep its order among equals
        for (const keys of buffers.toReversed()) sortPlaces(order, keys, false)
        outs.forEach((out, x) => {
          for (let k = 0, p = from; k < n; k++, p += inner) out[p] = sources[x]![from + order[k]! * inner]!
        })
      }
    return outs.map((out, i) => hostArray(inputs[i]!.shape, inputs[i]!.dtype, out))
  }
})

/** The places of the k largest, by insertion into a short sorted list. */
const insertLargest = (keys: NumberData, top: Int32Array): void => {
  let held = 0
  for (let i = 0; i < keys.length; i++) {
    const v = keys[i]!
    if (held === top.length && !before(keys[top[held - 1]!]!, v)) continue
    let at = held < top.length ? held++ : held - 1
    for (; at > 0 && before(keys[top[at - 1]!]!, v); at--) top[at] = top[at - 1]!
    top[at] = i
  }
}

const topK: Table['top_k'] = viaFloat32(({ params, ins, outs }) => {
  const { k, axis } = params
  const { outer, n, inner } = linesOf(ins[0]!.shape, axis)
  const size = sizeOf(outs[0]!.shape)
  return (inputs) => {
    const x = inputs[0]!.data as NumberData
    const values = allocLike(x, size)
    const indices = new Int32Array(size)
    const keys = allocLike(x, n)
    const order = new Int32Array(k > 16 ? n : k)
    if (k > 0)
      for (let o = 0; o < outer; o++)
        for (let i = 0; i < inner; i++) {
          read(x, o * n * inner + i, inner, keys)
          if (k > 16) {
            for (let j = 0; j < n; j++) order[j] = j
            sortPlaces(order, keys, true)
          } else insertLargest(keys, order)
          for (let j = 0, p = o * k * inner + i; j < k; j++, p += inner) {
            indices[p] = order[j]!
            values[p] = keys[order[j]!]!
          }
        }
    return [hostArray(outs[0]!.shape, inputs[0]!.dtype, values), hostArray(outs[1]!.shape, 'int32', indices)]
  }
})

export const sorting: Table = { sort, top_k: topK }
