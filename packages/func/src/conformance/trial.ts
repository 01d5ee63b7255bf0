/** What a law is given: a row made concrete for one backend. */
import { setDefaultBackend } from '../backend/registry'
import type { Backend } from '../backend/backend'
import { type DType, isFloating } from '../dtype'
import type { Tensor } from '../tensor'
import { type Plain, stackAt } from './data'
import type { Operand, Row } from './row'
import { seeded, uniform } from './sample'
import { sizeOf } from '../aval'

/** A function of some of the operands, as a list in and a list out. */
export type Fn = (...xs: Tensor[]) => readonly Tensor[]
export type Law = (trial: Trial) => Promise<void>

interface Tolerances {
  /** Of the same computation done in two ways. */
  readonly same: number
  /** Of a derivative beside differences, and the step of those. */
  readonly difference: number
  readonly step: number
}
export interface Trial {
  readonly backend: Backend
  /** Where values are compared with; undefined for the backend that is itself the reference. */
  readonly reference: Backend | undefined
  readonly row: Row
  readonly f: Fn
  readonly float: DType
  readonly tolerance: Tolerances
  /** One example of each operand, by number. */
  readonly example: (i: number) => readonly Plain[]
  /** Standard directions of a type, for tangents and cotangents. */
  readonly direction: (like: readonly Plain[]) => readonly Plain[]
}

/** What the laws of a backend are tried in. */
export interface Setting {
  readonly backend: Backend
  readonly reference: Backend | undefined
  /** The type of operands whose dtype is `float`. */
  readonly float: DType
}
/** Short, so that a step along it crosses no kink. */
const along = uniform(-1, 1)
const typeOf = (o: Operand, float: DType): DType => (o.dtype === 'float' ? float : o.dtype)
const tolerances = (float: DType, factor: number): Tolerances =>
  float === 'float64'
    ? { same: 1e-9 * factor, difference: 2e-7 * factor, step: 1e-3 }
    : { same: 3e-5 * factor, difference: 5e-3 * factor, step: 1e-2 }

/** Whether a backend has all the types of a row. */
export const runsOn = ({ backend, float }: Setting, row: Row): boolean => row.operands.every((o) => backend.dtypes.has(typeOf(o, float)))

export const trialOf = ({ backend, reference, float }: Setting, name: string, row: Row): Trial => {
  setDefaultBackend(backend)
  const next = seeded(`${name} ${row.about}`)
  const examples: (readonly Plain[])[] = []
  const draw = (): readonly Plain[] =>
    row.operands.map((o) => ({ shape: o.shape, dtype: typeOf(o, float), values: o.sample(sizeOf(o.shape), next) }))
  const f: Fn = (...xs) => {
    const out = row.f(...xs)
    return Array.isArray(out) ? out : [out as Tensor]
  }
  return {
    backend,
    reference,
    row,
    float,
    f,
    tolerance: tolerances(float, row.tolerance),
    example: (i) => {
      while (examples.length <= i) examples.push(draw())
      return examples[i]!
    },
    direction: (like) => like.map((p) => ({ ...p, values: along(p.values.length, next) })),
  }
}

/** The indices of operands that are differentiated. */
export const smoothOf = ({ row }: Trial): readonly number[] => row.operands.flatMap((o, i) => (o.smooth ? [i] : []))
/** Each of a list alone, and all together. */
export const onesAndAll = (xs: readonly number[]): readonly (readonly number[])[] =>
  xs.length > 1 ? [...xs.map((x) => [x]), xs] : xs.length === 1 ? [xs] : []
/** Not-empty choices of n things; for n above 3: each alone, the odd, and all. */
export const choices = (n: number): readonly (readonly number[])[] => {
  const all = Array.from({ length: n }, (_, i) => i)
  if (n > 3) return [...all.map((i) => [i]), all.filter((i) => i % 2 === 1), all]
  return Array.from({ length: 2 ** n - 1 }, (_, mask) => all.filter((i) => ((mask + 1) >> i) & 1))
}
/** The function of the operands at `at`, others held at `xs`; only floating results. */
export const restricted =
  (f: Fn, xs: readonly Tensor[], at: readonly number[]): Fn =>
  (...ys) =>
    f(...xs.map((x, i) => (at.includes(i) ? ys[at.indexOf(i)]! : x))).filter((y) => isFloating(y.dtype))
/** Examples 0 to n-1, stacked for the operands in `at` at the axes given; example 0 for others. */
export const batch = (trial: Trial, n: number, at: readonly number[], axisOf: (operand: number) => number): readonly Plain[] =>
  trial.example(0).map((x, i) =>
    at.includes(i)
      ? stackAt(
          Array.from({ length: n }, (_, k) => trial.example(k)[i]!),
          axisOf(i),
          x,
        )
      : x,
  )
/** Example k for the operands in `at`, example 0 for others. */
export const single = (trial: Trial, k: number, at: readonly number[]): readonly Plain[] =>
  trial.example(0).map((x, i) => (at.includes(i) ? trial.example(k)[i]! : x))
