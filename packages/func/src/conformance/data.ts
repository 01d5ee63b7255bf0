/** Between plain numbers and tensors, and how near two results must be. */
import { ConcreteTensor } from '../array'
import { type Shape, sameShape, sizeOf, stridesOf } from '../aval'
import { type DType, dtypes, isFloating } from '../dtype'
import { getElement, setElement } from '../scalar'
import type { Tensor } from '../tensor'

/** Numbers in row-major order, with their type. */
export interface Plain {
  readonly shape: Shape
  readonly dtype: DType
  readonly values: readonly number[]
}
export const tensorOf = ({ shape, dtype, values }: Plain): Tensor => {
  const data = new dtypes[dtype].storage(values.length)
  values.forEach((v, i) => setElement(data, i, dtype, v))
  return ConcreteTensor.ofHost({ shape, dtype, data })
}
export const plainOf = async (x: Tensor): Promise<Plain> => {
  if (!(x instanceof ConcreteTensor)) throw new Error(`a result is not concrete but a tracer of ${x.trace.name}`)
  const { shape, dtype, data } = await x.host()
  if (dtype !== x.dtype || !sameShape(shape, x.shape)) throw new Error(`the buffer of a ${x.dtype}[${x.shape}] is a ${dtype}[${shape}]`)
  return { shape, dtype, values: Array.from({ length: data.length }, (_, i) => getElement(data, i, dtype)) }
}
export const plainsOf = (xs: readonly Tensor[]): Promise<readonly Plain[]> => Promise.all(xs.map(plainOf))

/** Examples of one type as one array, with the new axis at `axis`; `one` says the type where there are none. */
export const stackAt = (xs: readonly Plain[], axis: number, one: Plain = xs[0]!): Plain => {
  const shape = [...one.shape.slice(0, axis), xs.length, ...one.shape.slice(axis)]
  const inner = sizeOf(one.shape.slice(axis))
  const outer = sizeOf(one.shape.slice(0, axis))
  const values: number[] = []
  for (let o = 0; o < outer; o++) for (const x of xs) for (let i = 0; i < inner; i++) values.push(x.values[o * inner + i]!)
  return { shape, dtype: one.dtype, values }
}
/** `x + h t`, for differences. */
export const moved = (x: Plain, t: Plain, h: number): Plain => ({ ...x, values: x.values.map((v, i) => v + h * t.values[i]!) })
/** Sum of the products of all places. */
export const inner = (xs: readonly Plain[], ys: readonly Plain[]): { readonly value: number; readonly size: number } => {
  let value = 0
  let size = 0
  xs.forEach((x, k) => {
    x.values.forEach((v, i) => {
      value += v * ys[k]!.values[i]!
      size += Math.abs(v * ys[k]!.values[i]!)
    })
  })
  return { value, size }
}

const near = (a: number, b: number, tolerance: number): boolean =>
  Object.is(a, b) ||
  a === b ||
  (Number.isNaN(a) && Number.isNaN(b)) ||
  Math.abs(a - b) <= tolerance * (1 + Math.max(Math.abs(a), Math.abs(b)))
const place = (i: number, shape: Shape): string => {
  let rest = i
  return stridesOf(shape)
    .map((s) => {
      const k = Math.floor(rest / s)
      rest -= k * s
      return k
    })
    .join(',')
}
/** Results of fewer digits than the laws are tried in agree to their own. */
const digits: { readonly [D in DType]?: number } = { float32: 1e-5, float16: 2e-3, bfloat16: 2e-2 }
/** Throws where two lists of results differ in number, type or value; integers must be equal. */
export const mustAgree = (got: readonly Plain[], want: readonly Plain[], tolerance: number, what: string): void => {
  if (got.length !== want.length) throw new Error(`${what}: ${got.length} results in place of ${want.length}`)
  got.forEach((g, k) => {
    const w = want[k]!
    const result = got.length > 1 ? `result ${k}, ` : ''
    if (g.dtype !== w.dtype || !sameShape(g.shape, w.shape))
      throw new Error(`${what}: ${result}type ${g.dtype}[${g.shape}] in place of ${w.dtype}[${w.shape}]`)
    const allowed = isFloating(g.dtype) ? Math.max(tolerance, digits[g.dtype] ?? 0) : 0
    const bad = g.values.findIndex((v, i) => !near(v, w.values[i]!, allowed))
    if (bad >= 0)
      throw new Error(
        `${what}: ${result}${g.values[bad]} in place of ${w.values[bad]} at [${place(bad, g.shape)}] of ${g.dtype}[${g.shape}]`,
      )
  })
}
