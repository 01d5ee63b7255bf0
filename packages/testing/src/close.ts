/**
 * Closeness of host arrays: floats to a tolerance, integers, booleans and key bits exactly.
 *
 * A float passes when it is within `rtol` of the expected value relatively *or* within `atol` absolutely; NaN equals NaN and an infinity
 * itself. `compare` measures, `expectClose` throws with the largest error and where it is, the tree forms walk a golden's value.
 */
import { GoldenArray, GoldenBoxed, GoldenKey, type GoldenLeaf, type GoldenValue } from './golden'

/** What is compared: any array that was downloaded. */
export interface HostArray {
  readonly dtype: string
  readonly shape: readonly number[]
  readonly data: ArrayLike<number> | ArrayLike<boolean> | ArrayLike<bigint>
}

export interface Tolerance {
  /** Relative tolerance of floats; 1e-5 by default. */
  readonly rtol?: number
  /** Absolute tolerance of floats; 1e-6 by default. */
  readonly atol?: number
  /** False lets the dtypes differ, and a float is then compared as a float; true by default. */
  readonly dtype?: boolean
}

/** The element that is farthest outside (or nearest to) its allowance. */
export interface Worst {
  /** Flat, row-major. */
  readonly flat: number
  /** One index for each dimension. */
  readonly index: readonly number[]
  readonly actual: number
  readonly expected: number
  readonly absolute: number
  /** `absolute / |expected|`; Infinity where the expected value is 0 and the actual one is not. */
  readonly relative: number
}

export interface Comparison {
  readonly ok: boolean
  /** Elements compared, and those out of tolerance. */
  readonly count: number
  readonly failed: number
  /** The largest error measured against its allowance; absent when all elements are equal. */
  readonly worst?: Worst
  /** Why the arrays cannot be compared element by element (dtype or shape). */
  readonly reason?: string
}

export const defaultTolerance = { rtol: 1e-5, atol: 1e-6 } as const

/** Measures `actual` against `expected`. Never throws. */
export const compare = (actual: HostArray, expected: HostArray | GoldenLeaf, tolerance: Tolerance = {}): Comparison => {
  const want = expected instanceof GoldenKey ? { dtype: 'uint32', shape: [2], data: expected.words } : expected
  const count = want.data.length
  const refuse = (reason: string): Comparison => ({ ok: false, count, failed: count, reason })
  if (tolerance.dtype !== false && actual.dtype !== want.dtype) return refuse(`expected dtype ${want.dtype}, got ${actual.dtype}`)
  if (actual.shape.length !== want.shape.length || actual.shape.some((n, i) => n !== want.shape[i]))
    return refuse(`expected shape ${shapeText(want.shape)}, got ${shapeText(actual.shape)}`)
  if (actual.data.length !== count) return refuse(`expected ${count} elements, got ${actual.data.length}`)

  const floats = isFloat(want.dtype) || isFloat(actual.dtype)
  const rtol = floats ? (tolerance.rtol ?? defaultTolerance.rtol) : 0
  const atol = floats ? (tolerance.atol ?? defaultTolerance.atol) : 0
  let failed = 0
  let worstScore = 0
  let worstAt = -1
  for (let i = 0; i < count; i++) {
    const a = Number(actual.data[i])
    const e = Number(want.data[i])
    if (Object.is(a, e) || a === e) continue
    const error = Math.abs(a - e)
    const allowed = Math.max(atol, rtol * Math.abs(e))
    const passes = Number.isFinite(e) && error <= allowed
    if (!passes) failed++
    const score = passes
      ? error / allowed
      : Number.isFinite(error) && allowed > 0
        ? error / allowed
        : Number.isFinite(error)
          ? error + 1
          : Infinity
    if (score > worstScore) {
      worstScore = score
      worstAt = i
    }
  }
  if (worstAt < 0) return { ok: failed === 0, count, failed }
  const a = Number(actual.data[worstAt])
  const e = Number(want.data[worstAt])
  const absolute = Math.abs(a - e)
  const worst = { flat: worstAt, index: unravel(worstAt, want.shape), actual: a, expected: e, absolute, relative: absolute / Math.abs(e) }
  return { ok: failed === 0, count, failed, worst }
}

/** Throws unless `actual` is close to `expected`; the message names the largest error and where it is. */
export const expectClose = (
  actual: HostArray,
  expected: HostArray | GoldenLeaf,
  tolerance: Tolerance & { readonly at?: string } = {},
): Comparison => {
  const result = compare(actual, expected, tolerance)
  if (!result.ok) throw new Error(`${tolerance.at ? `${tolerance.at}: ` : ''}${explain(result)}`)
  return result
}

/** A comparison in words. */
export const explain = ({ ok, count, failed, worst, reason }: Comparison): string => {
  if (reason !== undefined) return reason
  const largest = worst
    ? `largest error at [${worst.index.join(', ')}]: expected ${worst.expected}, got ${worst.actual} (absolute ${worst.absolute.toExponential(2)}, relative ${worst.relative.toExponential(2)})`
    : 'no error'
  return ok ? `${count} elements close, ${largest}` : `${failed} of ${count} elements differ, ${largest}`
}

/** One leaf of a compared tree. */
export interface LeafComparison extends Comparison {
  /** Such as `params/Dense_0/kernel`. */
  readonly at: string
}

/**
 * Compares a tree (objects, lists, leaves) with a golden's value, leaf by leaf; `read` downloads a leaf of the tree. Keys may come in
 * any order; a missing or surplus key, a wrong length or a wrong plain value is a failed leaf with a `reason`.
 */
export const compareTrees = <L>(
  actual: unknown,
  expected: GoldenValue,
  read: (leaf: L) => HostArray,
  tolerance: Tolerance = {},
): readonly LeafComparison[] => {
  const found: LeafComparison[] = []
  const refuse = (at: string, reason: string) => found.push({ at, ok: false, count: 1, failed: 1, reason })
  const visit = (a: unknown, e: GoldenValue, at: string): void => {
    if (e instanceof GoldenArray || e instanceof GoldenKey) {
      if (a === null || a === undefined) refuse(at, `expected an array, got ${String(a)}`)
      else found.push({ at, ...compare(read(a as L), e, tolerance) })
    } else if (e instanceof GoldenBoxed) {
      visit(a !== null && typeof a === 'object' && 'value' in a ? a.value : a, e.value, at)
    } else if (Array.isArray(e)) {
      if (!Array.isArray(a) || a.length !== e.length)
        refuse(at, `expected a list of ${e.length}, got ${Array.isArray(a) ? `one of ${a.length}` : typeof a}`)
      else e.forEach((child: GoldenValue, i) => visit(a[i], child, join(at, i)))
    } else if (e !== null && typeof e === 'object') {
      if (a === null || typeof a !== 'object') return void refuse(at, `expected an object, got ${String(a)}`)
      const children = a as Readonly<Record<string, unknown>>
      const wanted = e as Readonly<Record<string, GoldenValue>>
      for (const key of Object.keys(children)) if (!Object.hasOwn(wanted, key)) refuse(join(at, key), 'not expected')
      for (const [key, child] of Object.entries(wanted)) {
        if (Object.hasOwn(children, key)) visit(children[key], child, join(at, key))
        else refuse(join(at, key), 'missing')
      }
    } else if (typeof e === 'number' && a !== null && typeof a === 'object') {
      found.push({ at, ...compare(read(a as L), { dtype: 'float32', shape: [], data: [e] }, { ...tolerance, dtype: false }) })
    } else if (!Object.is(a, e)) refuse(at, `expected ${String(e)}, got ${String(a)}`)
  }
  visit(actual, expected, '')
  return found
}

/** Throws unless every leaf of the tree is close; the message has one line for each leaf that is not. */
export const expectTreesClose = <L>(
  actual: unknown,
  expected: GoldenValue,
  read: (leaf: L) => HostArray,
  tolerance: Tolerance = {},
): readonly LeafComparison[] => {
  const found = compareTrees(actual, expected, read, tolerance)
  const bad = found.filter((leaf) => !leaf.ok)
  if (bad.length > 0) throw new Error(bad.map((leaf) => `${leaf.at || 'the value'}: ${explain(leaf)}`).join('\n'))
  return found
}

const isFloat = (dtype: string): boolean => dtype.startsWith('float') || dtype.startsWith('bfloat')

const shapeText = (shape: readonly number[]): string => `[${shape.join(', ')}]`

const join = (at: string, step: string | number): string => (at === '' ? String(step) : `${at}/${step}`)

const unravel = (flat: number, shape: readonly number[]): readonly number[] => {
  const index: number[] = []
  let rest = flat
  for (const size of shape.toReversed()) {
    index.unshift(rest % size)
    rest = Math.floor(rest / size)
  }
  return index
}
