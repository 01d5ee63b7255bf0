/**
 * Copies between strided arrays of float32: what transposing, broadcasting, slicing, padding and joining come down to.
 *
 * A copy is prepared once (axes of size 1 dropped, neighbours merged, a loop chosen) and run on data as often as needed.
 */
import { type Shape, sizeOf } from '@heddle/func/backend'

export const pick = (xs: readonly number[], at: readonly number[]): number[] => at.map((i) => xs[i]!)

interface Axis {
  n: number
  src: number
  dst: number
}
/** From `src[s]` to `dst[d]`, the copy's two origins. */
export type Copy = (src: Float32Array, s: number, dst: Float32Array, d: number) => void

const merged = (shape: Shape, src: readonly number[], dst: readonly number[]): Axis[] => {
  const axes: Axis[] = []
  shape.forEach((n, i) => {
    if (n === 1) return
    const last = axes.at(-1)
    const axis = { n, src: src[i]!, dst: dst[i]! }
    if (last && last.src === axis.src * n && last.dst === axis.dst * n) Object.assign(last, { n: last.n * n, src: axis.src, dst: axis.dst })
    else axes.push(axis)
  })
  return axes
}
/** Above this length a line is copied by the engine's memory move. */
const long = 24

const line = ({ n, src: ss, dst: ds }: Axis): Copy => {
  if (ss === 1 && ds === 1)
    return n > long
      ? (src, s, dst, d) => dst.set(src.subarray(s, s + n), d)
      : (src, s, dst, d) => {
          for (let i = 0; i < n; i++) dst[d + i] = src[s + i]!
        }
  if (ss === 0 && ds === 1) return (src, s, dst, d) => void dst.fill(src[s]!, d, d + n)
  return (src, s, dst, d) => {
    for (let i = 0; i < n; i++, s += ss, d += ds) dst[d] = src[s]!
  }
}
/** Short runs in a row: one loop for both axes. */
const plane = (outer: Axis, inner: Axis): Copy => {
  const { n: m, src: so, dst: dO } = outer
  const { n, src: si, dst: di } = inner
  return (src, s, dst, d) => {
    for (let i = 0; i < m; i++, s += so, d += dO) for (let j = 0, p = s, q = d; j < n; j++, p += si, q += di) dst[q] = src[p]!
  }
}
const rows = 8
/**
 * A transposition: `a` runs along the source, `b` along the destination. Eight lines of the source are read side by side and written as
 * runs of eight (0.6 ns an element; square tiles take 1.5).
 */
const transposition = (a: Axis, b: Axis): Copy => {
  const { n: m, dst: to } = a
  const { n, src: ss } = b
  const whole = n - (n % rows)
  return (src, s, dst, d) => {
    for (let i = 0; i < whole; i += rows)
      for (let j = 0, p = s + i * ss, q = d + i; j < m; j++, p++, q += to) {
        dst[q] = src[p]!
        dst[q + 1] = src[p + ss]!
        dst[q + 2] = src[p + 2 * ss]!
        dst[q + 3] = src[p + 3 * ss]!
        dst[q + 4] = src[p + 4 * ss]!
        dst[q + 5] = src[p + 5 * ss]!
        dst[q + 6] = src[p + 6 * ss]!
        dst[q + 7] = src[p + 7 * ss]!
      }
    for (let i = whole; i < n; i++) for (let j = 0, p = s + i * ss, q = d + i; j < m; j++, p++, q += to) dst[q] = src[p]!
  }
}
const repeatOver = ({ n, src: ss, dst: ds }: Axis, inner: Copy): Copy => {
  return (src, s, dst, d) => {
    for (let i = 0; i < n; i++, s += ss, d += ds) inner(src, s, dst, d)
  }
}
/** The same block `n` times over, dense: copied once, then doubled. */
const doubled = (n: number, block: number, inner: Copy): Copy => {
  return (src, s, dst, d) => {
    inner(src, s, dst, d)
    const end = block * n
    for (let have = block; have < end; have *= 2) dst.copyWithin(d + have, d, d + Math.min(have, end - have))
  }
}
const nest = (axes: readonly Axis[]): Copy => {
  const [first, ...rest] = axes
  if (first === undefined) return (src, s, dst, d) => void (dst[d] = src[s]!)
  if (rest.length === 0) return line(first)
  const inner = rest[rest.length - 1]!
  const block = sizeOf(rest.map((a) => a.n))
  const dense = inner.dst === 1 && rest.every((a, i) => i === rest.length - 1 || a.dst === rest[i + 1]!.dst * rest[i + 1]!.n)
  if (first.src === 0 && first.dst === block && dense) return doubled(first.n, block, nest(rest))
  if (rest.length === 1) {
    if (inner.src === 1 && inner.dst === 1 && inner.n > long) return repeatOver(first, line(inner))
    if (inner.src === 0 && inner.dst === 1 && inner.n > long) return repeatOver(first, line(inner))
    return first.src === 1 && inner.dst === 1 ? transposition(first, inner) : plane(first, inner)
  }
  return repeatOver(first, nest(rest))
}
/** Where the source runs along another axis than the destination, that axis comes next to the last. */
const arranged = (axes: readonly Axis[]): readonly Axis[] => {
  const last = axes.at(-1)
  if (last === undefined || last.src <= 1) return axes
  const at = axes.findIndex((a) => a.src === 1)
  if (at < 0 || at >= axes.length - 1) return axes
  return [...axes.filter((_, i) => i !== at && i !== axes.length - 1), axes[at]!, last]
}
/** Prepares a copy of `shape` elements with these strides. */
export const copier = (shape: Shape, src: readonly number[], dst: readonly number[]): Copy =>
  sizeOf(shape) === 0 ? () => {} : nest(arranged(merged(shape, src, dst)))
