/**
 * The gradient of max pooling in float32: a window over two neighbouring axes, all features of a place at once.
 *
 * Which element of a window is selected depends on the data at every step, so choices are made by masks rather than branches.
 */
import { type KernelCall, type ParamsOf, sizeOf } from '@heddle/func/backend'

type PoolingCall = KernelCall<ParamsOf['select_and_scatter_add']>
type Scatter = (source: Float32Array, operand: Float32Array, out: Float32Array) => void
interface Side {
  readonly size: number
  readonly places: number
  readonly taps: number
  readonly stride: number
  readonly low: number
}
const none: Side = { size: 1, places: 1, taps: 1, stride: 1, low: 0 }

/** The two axes (or one) that the window extends over, and what lies around them; undefined if there are others. */
const sidesOf = ({ params: p, ins }: PoolingCall): { outer: number; inner: number; rows: Side; columns: Side } | undefined => {
  const { shape } = ins[1]!
  const places = ins[0]!.shape
  const over = shape
    .map((_, i) => i)
    .filter((i) => p.windowDimensions[i] !== 1 || p.windowStrides[i] !== 1 || p.padding[i]!.some((n) => n !== 0))
  const first = over[0]
  const last = over.at(-1)
  if (first === undefined || last === undefined || last - first > 1) return undefined
  const side = (i: number): Side => ({
    size: shape[i]!,
    places: places[i]!,
    taps: p.windowDimensions[i]!,
    stride: p.windowStrides[i]!,
    low: p.padding[i]![0],
  })
  const rows = first === last ? none : side(first)
  return { outer: sizeOf(shape.slice(0, first)), inner: sizeOf(shape.slice(last + 1)), rows, columns: side(last) }
}
const bitsOf = (x: Float32Array): Int32Array => new Int32Array(x.buffer, x.byteOffset, x.length)
/** The part of a window at `place` that lies inside: its first and its end. */
const inside = ({ size, taps, stride, low }: Side, place: number): readonly [number, number] => {
  const from = place * stride - low
  return [Math.max(from, 0), Math.min(from + taps, size)]
}

/** Adds each source element to the first place of its window where the operand is largest (smallest); undefined for other windows. */
export const poolingScatter = (call: PoolingCall): Scatter | undefined => {
  const sides = call.outs[0]!.dtype === 'float32' ? sidesOf(call) : undefined
  if (sides === undefined) return undefined
  const { outer, inner, rows, columns } = sides
  const largest = call.params.select === 'ge'
  return (source, operand, out) => {
    const bits = bitsOf(operand)
    const best = new Float32Array(inner)
    const bestBits = bitsOf(best)
    const at = new Int32Array(inner)
    for (let o = 0, s = 0; o < outer; o++)
      for (let p = 0; p < rows.places; p++) {
        const [top, bottom] = inside(rows, p)
        for (let q = 0; q < columns.places; q++, s += inner) {
          const [left, right] = inside(columns, q)
          if (top >= bottom || left >= right) continue
          const start = ((o * rows.size + top) * columns.size + left) * inner
          for (let c = 0; c < inner; c++) {
            bestBits[c] = bits[start + c]!
            at[c] = start + c
          }
          for (let i = top; i < bottom; i++)
            for (let j = left; j < right; j++) {
              const from = ((o * rows.size + i) * columns.size + j) * inner
              if (from === start) continue
              for (let c = 0; c < inner; c++) {
                const v = operand[from + c]!
                const mask = -Number(largest ? !(best[c]! >= v) : !(best[c]! <= v))
                bestBits[c] = bestBits[c]! ^ ((bestBits[c]! ^ bits[from + c]!) & mask)
                at[c] = at[c]! ^ ((at[c]! ^ (from + c)) & mask)
              }
            }
          for (let c = 0; c < inner; c++) out[at[c]!] = out[at[c]!]! + source[s + c]!
        }
      }
  }
}
