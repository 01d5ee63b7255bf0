/** The grid of special values: its rows, what heddle answers to one, and where that is neither JAX's number nor the exact one. */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { type DType, isTensor, jit, jvp, np, type Tensor, vjp } from '@heddle/func'
import { kindOf, tensorOf, textOf, valuesOf } from '../differential/call'
import { functionOf } from '../differential/heddle'

type Some = readonly [at: readonly number[], base64: string]
/** JAX's array, and at the elements where it is another number what 64 bits say, rounded, and of derivatives what they are forwards. */
interface Expected {
  readonly jax: readonly [dtype: DType, base64: string]
  readonly exact?: Some
  readonly forward?: Some
}
/** A function of one or two operands of a dtype: the special values, or all pairs of them. */
export interface Row {
  readonly fn: string
  readonly dtype: DType
  readonly operands: 1 | 2
  readonly after?: readonly unknown[]
  readonly options?: Readonly<Record<string, unknown>>
  readonly results: readonly Expected[]
  /** Of each result by each operand; none of results that are no floats. */
  readonly slopes?: readonly (readonly Expected[])[]
}
type Values = Readonly<Record<string, readonly [long: string, short: string]>>

const lines = gunzipSync(readFileSync(new URL('../data/special/grid.jsonl.gz', import.meta.url)))
  .toString()
  .split('\n')
  .filter(Boolean)
const { values } = JSON.parse(lines[0]!) as { readonly values: Values }
export const rows: readonly Row[] = lines.slice(1).map((line) => JSON.parse(line) as Row)
export const nameOf = ({ fn, dtype, after = [], options }: Row): string =>
  `${fn} ${[...after, ...(options ? [options] : [])].map((x) => `${JSON.stringify(x)} `).join('')}${dtype}`

type Numbers = readonly number[]
/** The special values of a dtype: of functions of one operand, or the fewer of those of two. */
const special = (dtype: DType, operands: 1 | 2): Numbers => {
  const text = values[dtype]![operands - 1]!
  return Array.from(valuesOf([dtype, [], text]), Number)
}
/** The operands of a row, element by element. */
export const operandsOf = ({ dtype, operands }: Row): readonly Numbers[] => {
  const v = special(dtype, operands)
  return operands === 1 ? [v] : [v.flatMap((x) => v.map(() => x)), v.flatMap(() => v)]
}

const lists = (y: unknown): readonly Tensor[] => (Array.isArray(y) ? y.flatMap(lists) : isTensor(y) ? [y] : [])
/** What heddle answers, by the way that it was asked. */
export interface Answers {
  readonly results: Readonly<Record<'eager' | 'jit', readonly Tensor[]>>
  readonly slopes: Readonly<Record<'vjp' | 'jvp', readonly (readonly Tensor[])[]>>
}
export const answerOf = (row: Row): Answers => {
  const f = functionOf(row.fn)
  const xs = operandsOf(row).map((v) => tensorOf([row.dtype, [v.length], textOf(row.dtype, v)]))
  const run = (...given: readonly Tensor[]): readonly Tensor[] =>
    lists(f(...given, ...(row.after ?? []), ...(row.options ? [row.options] : [])))
  const ones = (y: Tensor): Tensor => np.ones(y.shape, y.dtype)
  const eager = run(...xs)
  const slopes = (row.slopes ?? []).map((found) => found.length > 0)
  const of = (k: number) => (...given: readonly Tensor[]): Tensor => run(...given)[k]!
  return {
    results: { eager, jit: jit((given: readonly Tensor[]) => [...run(...given)])(xs) },
    slopes: {
      vjp: slopes.map((has, k) => (has ? ([...vjp(of(k), ...xs)[1](ones(eager[k]!))] as Tensor[]) : [])),
      jvp: slopes.map((has, k) =>
        has ? xs.map((x, j) => jvp((t: Tensor) => of(k)(...xs.map((y, i) => (i === j ? t : y))), [x], [ones(x)])[1] as Tensor) : [],
      ),
    },
  }
}

/** Relative to the element: a few roundings of the dtype. */
const rate: Partial<Record<DType, number>> = { float32: 2e-5, float16: 4e-3, bfloat16: 3e-2 }
/** The smallest normal number of a dtype. */
const normal: Partial<Record<DType, number>> = { float32: 2 ** -126, float16: 2 ** -14, bfloat16: 2 ** -126 }
/**
 * Infinities, NaN and the signs of zeros exactly, others to a few units in the last place. Below the smallest normal number only the sign
 * counts: there 0 may stand for all.
 */
const same = (x: number, y: number, dtype: DType, looser: number): boolean => {
  if (Object.is(x, y) || (Number.isNaN(x) && Number.isNaN(y))) return true
  if (kindOf(dtype) !== 'float' || !Number.isFinite(x) || !Number.isFinite(y)) return false
  const [a, b] = [Math.abs(x), Math.abs(y)]
  if (a < normal[dtype]! && b < normal[dtype]!) return signOf(x) === signOf(y)
  return Math.abs(x - y) <= rate[dtype]! * looser * b
}
const signOf = (x: number): boolean => x < 0 || Object.is(x, -0)
/** An element that is neither JAX's nor exact. */
export interface Fault {
  readonly row: Row
  /** `eager`, `jit`, `vjp 0`, `jvp 1` and, of functions with several results, which. */
  readonly part: string
  readonly at: number
  readonly inputs: Numbers
  readonly is: number
  readonly jax: number
  readonly exact?: number
}
export const textOfFault = ({ row, part, inputs, is, jax, exact }: Fault): string => {
  const text = (x: number): string => (Object.is(x, -0) ? '-0' : String(x))
  return `${nameOf(row)} (${inputs.map(text)}) ${part}: ${text(is)}, JAX ${text(jax)}${exact === undefined ? '' : `, exact ${text(exact)}`}`
}
/** Whether a number is below the smallest normal one of a dtype, and not 0. */
export const isSubnormal = (x: number, dtype: DType): boolean => x !== 0 && Math.abs(x) < (normal[dtype] ?? 0)

const some = ([dtype]: Expected['jax'], given: Some | undefined): ReadonlyMap<number, number> =>
  new Map(given?.[0].map((at, i) => [at, Number(valuesOf([dtype, [], given[1]])[i])]))
const faultsOf = (
  row: Row,
  part: string,
  mine: Tensor | undefined,
  theirs: Expected,
  { looser, dtype, forward }: { readonly looser: number; readonly dtype: DType; readonly forward?: boolean },
): readonly Fault[] => {
  const [stored, text] = theirs.jax
  const fault = (at: number, is: number, jax: number, exact?: number): Fault => ({
    row,
    part,
    at,
    inputs: operandsOf(row).map((v) => v[at]!),
    is,
    jax,
    ...(exact === undefined ? {} : { exact }),
  })
  if (mine === undefined || mine.dtype !== dtype)
    return [{ ...fault(0, Number.NaN, Number.NaN), part: `${part} dtype ${mine?.dtype}, JAX ${dtype}` }]
  const [is, jax] = [Array.from(mine.dataSync(), Number), Array.from(valuesOf([stored, [], text]), Number)]
  const [exact, forwards] = [some(theirs.jax, theirs.exact), some(theirs.jax, forward ? theirs.forward : undefined)]
  return is.flatMap((x, at) => {
    const [reference, other] = [forwards.get(at) ?? jax[at]!, exact.get(at)]
    if (same(x, reference, dtype, looser)) return []
    // what is exact was asked for in reverse; forwards its zeros may have the other sign
    if (other !== undefined && (same(x, other, dtype, looser) || (forward && x === 0 && other === 0))) return []
    return [fault(at, x, reference, other)]
  })
}
/** Every element that is neither JAX's nor exact. */
export const faults = (row: Row): readonly Fault[] => {
  const { results, slopes } = answerOf(row)
  const which = (k: number): string => (row.results.length > 1 ? ` of ${k}` : '')
  const found = Object.entries(results).flatMap(([way, ys]) =>
    row.results.flatMap((theirs, k) => faultsOf(row, `${way}${which(k)}`, ys[k], theirs, { looser: 1, dtype: theirs.jax[0] })),
  )
  const more = Object.entries(slopes).flatMap(([way, ys]) =>
    (row.slopes ?? []).flatMap((theirs, k) => {
      const forward = way === 'jvp'
      const dtype = forward ? row.results[k]!.jax[0] : row.dtype
      return theirs.flatMap((t, j) => faultsOf(row, `${way} ${j}${which(k)}`, ys[k]?.[j], t, { looser: 4, dtype, forward }))
    }),
  )
  return [...found, ...more]
}
