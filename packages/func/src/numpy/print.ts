/** Concrete tensors as text, in the layout of numpy. */
import { range } from '../aval'
import type { HostArray } from '../backend/backend'
import { type DType, dtypes, isFloating } from '../dtype'
import { getElement, setElement } from '../scalar'
import { valueAt } from './host-data'

const threshold = 1000
const edge = 3
const precision = 8

const trimmed = (x: number, digits: number): string => {
  const text = x.toFixed(digits)
  return text.includes('.') ? text.replace(/0+$/, '') : `${text}.`
}
/** The fewest digits that give the same float of that dtype. */
const shortest = (x: number, dtype: DType): number => {
  if (dtype === 'float64') return x
  const one = new dtypes[dtype].storage(1)
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(x.toPrecision(digits))
    setElement(one, 0, dtype, short)
    if (getElement(one, 0, dtype) === x) return short
  }
  return x
}

/** Formats all shown values alike: one width, and exponents only where fixed notation would be unreadable. */
const formatter = (host: HostArray, shown: readonly number[]): ((flat: number) => string) => {
  const plain = (flat: number): string => String(valueAt(host, flat))
  let text = plain
  if (isFloating(host.dtype)) {
    const values = shown.map((i) => Number(valueAt(host, i)))
    const finite = values.filter((v) => Number.isFinite(v) && v !== 0).map(Math.abs)
    const [largest, smallest] = [Math.max(0, ...finite), Math.min(Number.POSITIVE_INFINITY, ...finite)]
    const scientific = largest >= 1e8 || smallest < 1e-4
    const digits = Math.min(
      precision,
      Math.max(0, ...finite.map((v) => (String(shortest(v, host.dtype)).split('.')[1] ?? '').replace(/e.*/, '').length)),
    )
    text = (flat) => {
      const v = Number(valueAt(host, flat))
      if (Number.isNaN(v)) return 'nan'
      if (!Number.isFinite(v)) return v > 0 ? 'inf' : '-inf'
      return scientific ? shortest(v, host.dtype).toExponential() : trimmed(v, digits)
    }
  }
  const width = Math.max(0, ...shown.map((i) => text(i).length))
  return (flat) => text(flat).padStart(width)
}
/** Indices along an axis that are shown; -1 is the dots in between. */
const shownAlong = (n: number, summarize: boolean): number[] =>
  summarize && n > 2 * edge ? [...range(edge), -1, ...range(edge, n - edge)] : range(n)

/** The elements as nested brackets, with dots for the middle of large tensors. */
export const showArray = (host: HostArray): string => {
  const { shape } = host
  const size = host.data.length
  if (shape.length === 0) return formatter(host, [0])(0).trim()
  if (size === 0) return '[]'
  const summarize = size > threshold
  const flats: number[] = []
  const collect = (depth: number, from: number, count: number): void => {
    if (depth === shape.length) return void flats.push(from)
    const inner = count / shape[depth]!
    for (const i of shownAlong(shape[depth]!, summarize)) if (i >= 0) collect(depth + 1, from + i * inner, inner)
  }
  collect(0, 0, size)
  const show = formatter(host, flats)
  const go = (depth: number, from: number, count: number): string => {
    if (depth === shape.length) return show(from)
    const inner = count / shape[depth]!
    const parts = shownAlong(shape[depth]!, summarize).map((i) => (i < 0 ? '...' : go(depth + 1, from + i * inner, inner)))
    const last = depth === shape.length - 1
    return `[${parts.join(last ? ', ' : `,${'\n'.repeat(shape.length - depth - 1)}${' '.repeat(depth + 1)}`)}]`
  }
  return go(0, 0, size)
}
