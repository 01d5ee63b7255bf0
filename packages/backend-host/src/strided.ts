/**
 * Walks over strided arrays: the one loop behind transpose, broadcast, slice, pad, concatenate and the like.
 *
 * Elements are only moved, so a walk works on bits: all 4-byte dtypes run through one Int32Array loop, whatever they mean.
 */
import { type TypedArray, sizeOf, stridesOf } from '@heddle/func/backend'

/** 0, 1, ... n-1. */
export const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i)
/** The entries at some positions. */
export const pick = (xs: readonly number[], at: readonly number[]): number[] => at.map((i) => xs[i]!)
/** The positions below `n` that a list lacks. */
export const others = (n: number, at: readonly number[]): number[] => range(n).filter((i) => !at.includes(i))

/** A walk: how far each of the axes takes a step in the source and in the destination. */
export interface Walk {
  readonly shape: readonly number[]
  readonly src: readonly number[]
  readonly dst: readonly number[]
}
/** The walk with axes of size 1 dropped and axes joined that are one in both arrays. */
export const walk = (shape: readonly number[], src: readonly number[], dst: readonly number[] = stridesOf(shape)): Walk => {
  if (sizeOf(shape) === 0) return { shape: [0], src: [1], dst: [1] }
  const out: { shape: number[]; src: number[]; dst: number[] } = { shape: [], src: [], dst: [] }
  for (let i = 0; i < shape.length; i++) {
    const n = shape[i]!
    if (n === 1) continue
    const last = out.shape.length - 1
    if (last >= 0 && out.src[last] === src[i]! * n && out.dst[last] === dst[i]! * n) {
      out.shape[last]! *= n
      out.src[last] = src[i]!
      out.dst[last] = dst[i]!
    } else {
      out.shape.push(n)
      out.src.push(src[i]!)
      out.dst.push(dst[i]!)
    }
  }
  return out
}

/** Data for moving only: 4-byte elements as int32; the type is nominal for other widths (which index and store alike). */
export const bitsOf = (data: TypedArray): Int32Array =>
  data instanceof Float32Array || data instanceof Uint32Array
    ? new Int32Array(data.buffer, data.byteOffset, data.length)
    : data instanceof Int8Array
      ? (new Uint8Array(data.buffer, data.byteOffset, data.length) as unknown as Int32Array)
      : data instanceof Int16Array
        ? (new Uint16Array(data.buffer, data.byteOffset, data.length) as unknown as Int32Array)
        : (data as unknown as Int32Array)

const line = (src: Int32Array, s: number, ss: number, dst: Int32Array, d: number, ds: number, n: number): void => {
  if (ss === 1 && ds === 1) {
    if (n > 24) dst.set(src.subarray(s, s + n), d)
    else for (let i = 0; i < n; i++) dst[d + i] = src[s + i]!
  } else if (ss === 0 && ds === 1) dst.fill(src[s]!, d, d + n)
  else
    for (let i = 0; i < n; i++) {
      dst[d] = src[s]!
      s += ss
      d += ds
    }
}

/** Calls `each` with the offsets of every line along the walk's last axis. A walk without axes is one element. */
export const lines = (w: Walk, s: number, d: number, each: (s: number, d: number) => void): void => {
  const rank = w.shape.length - 1
  if (w.shape.includes(0)) return
  if (rank <= 0) return each(s, d)
  const index = new Int32Array(rank)
  for (;;) {
    each(s, d)
    let axis = rank - 1
    for (; axis >= 0; axis--) {
      s += w.src[axis]!
      d += w.dst[axis]!
      index[axis]! += 1
      if (index[axis]! < w.shape[axis]!) break
      s -= w.src[axis]! * w.shape[axis]!
      d -= w.dst[axis]! * w.shape[axis]!
      index[axis] = 0
    }
    if (axis < 0) return
  }
}

/** Moves elements along a walk, from `src[s0]` and to `dst[d0]` on. */
export const move = (w: Walk, src: Int32Array, s0: number, dst: Int32Array, d0: number): void => {
  const last = w.shape.length - 1
  const n = last < 0 ? 1 : w.shape[last]!
  const ss = last < 0 ? 1 : w.src[last]!
  const ds = last < 0 ? 1 : w.dst[last]!
  lines(w, s0, d0, (s, d) => line(src, s, ss, dst, d, ds, n))
}

/** A prepared copy into a new dense array of `shape`, reading with the strides given from an offset on. */
export const copier = (shape: readonly number[], strides: readonly number[], offset = 0): (<T extends TypedArray>(data: T) => T) => {
  const w = walk(shape, strides)
  const n = sizeOf(shape)
  return <T extends TypedArray>(data: T): T => {
    const out = allocLike(data, n)
    move(w, bitsOf(data), offset, bitsOf(out), 0)
    return out
  }
}
/** Zeros in the storage of some data. */
export const allocLike = <T extends TypedArray>(data: T, n: number): T => new (data.constructor as new (n: number) => T)(n)
/** A prepared transposition. */
export const transposer = (shape: readonly number[], permutation: readonly number[]): (<T extends TypedArray>(data: T) => T) => {
  const w = walk(pick(shape, permutation), pick(stridesOf(shape), permutation))
  const same = w.shape.length === 0 || (w.shape.length === 1 && w.src[0] === 1)
  return same ? (data) => data : copier(pick(shape, permutation), pick(stridesOf(shape), permutation))
}
