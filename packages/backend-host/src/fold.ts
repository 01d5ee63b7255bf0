/**
 * Folds along axes. An array and some of its axes are seen as [outer, size, inner], the middle one being folded; where
 * the axes do not lie side by side the data are transposed first.
 */
import { type TypedArray, sizeOf } from '@heddle/func/backend'
import { others, pick, transposer } from './strided'

export interface FoldLayout {
  readonly outer: number
  readonly size: number
  readonly inner: number
  readonly arrange: <T extends TypedArray>(data: T) => T
}
/** How to fold the axes of a shape. */
export const foldLayout = (shape: readonly number[], axes: readonly number[]): FoldLayout => {
  const size = sizeOf(pick(shape, axes))
  const kept = others(shape.length, axes)
  const real = axes.filter((a) => shape[a] !== 1).toSorted((a, b) => a - b)
  const first = real[0] ?? shape.length
  const last = real.at(-1) ?? shape.length
  const together = !kept.some((k) => k > first && k < last && shape[k] !== 1)
  if (together) {
    const outer = sizeOf(
      pick(
        shape,
        kept.filter((k) => k < first),
      ),
    )
    const inner = sizeOf(
      pick(
        shape,
        kept.filter((k) => k > first),
      ),
    )
    return { outer, size, inner, arrange: (data) => data }
  }
  return {
    outer: sizeOf(pick(shape, kept)),
    size,
    inner: 1,
    arrange: transposer(shape, [...kept, ...real, ...axes.filter((a) => shape[a] === 1)]),
  }
}

/** `out[o, i] = f(... f(f(init, x[o, 0, i]), x[o, 1, i]) ...)`; numbers or BigInts, as `init` is. */
export const fold = <E extends number | bigint>(
  x: TypedArray,
  out: TypedArray,
  { outer, size, inner }: FoldLayout,
  init: E,
  f: (sum: E, value: E) => E,
): void => {
  for (let o = 0, at = 0; o < outer; o++)
    for (let i = 0; i < inner; i++, at++) {
      let sum = init
      for (let k = 0, p = o * size * inner + i; k < size; k++, p += inner) sum = f(sum, x[p] as E)
      out[at] = sum
    }
}
/** `out[o, k, i] = f(out[o, k - 1, i], x[o, k, i])`, from the front or from the back. */
export const scanFold = <E extends number | bigint>(
  x: TypedArray,
  out: TypedArray,
  { outer, size, inner }: FoldLayout,
  reverse: boolean,
  f: (sum: E, value: E) => E,
): void => {
  if (size === 0) return
  const step = reverse ? -inner : inner
  for (let o = 0; o < outer; o++)
    for (let i = 0; i < inner; i++) {
      let p = (o * size + (reverse ? size - 1 : 0)) * inner + i
      let sum = x[p] as E
      out[p] = sum
      for (let k = 1; k < size; k++) {
        p += step
        sum = f(sum, x[p] as E)
        out[p] = sum
      }
    }
}
