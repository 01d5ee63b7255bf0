/**
 * Random streams: the key of a stream at a place is the root key with 32 bits folded in that are the beginning of the SHA-1 of the
 * names on the way there and of a count. So keys do not depend on the order in which modules are called, and the same seed gives
 * the same parameters as Flax.
 *
 * Laws: no suffix, no fold; counts at different places do not touch each other; `plus(before, minus(after, before)) = after`.
 */
import { sha1 } from '@noble/hashes/legacy.js'
import type { Path } from './path'
import type { RngOps } from './ports'

/** A root key and the names, then the count, that are still to be folded into it. */
export interface LazyRng<K> {
  readonly key: K
  readonly suffix: readonly (string | number)[]
}

/** A stream that begins with a key. */
export const lazyRng = <K>(key: K): LazyRng<K> => ({ key, suffix: [] })

/** The stream further down: one more name or count to fold in. */
export const extend = <K>(rng: LazyRng<K>, part: string | number): LazyRng<K> => ({ key: rng.key, suffix: [...rng.suffix, part] })

const utf8 = new TextEncoder()

const bytesOf = (part: string | number): Uint8Array => {
  if (typeof part === 'string') return utf8.encode(part)
  const bytes: number[] = []
  for (let n = part; n > 0; n = Math.floor(n / 256)) bytes.unshift(n % 256)
  return Uint8Array.from(bytes)
}

const zero = Uint8Array.of(0)

/**
 * The first 32 bits of the SHA-1 of names (UTF-8) and counts (big-endian, without leading zeros), one after the other.
 *
 * With `separator` a zero byte stands before each, so that ("ab", "c") and ("a", "bc") differ (Flax's `flax_fix_rng_separator`).
 */
export const hashParts = (parts: readonly (string | number)[], separator = false): number => {
  const hash = sha1.create()
  for (const part of parts) {
    if (separator) hash.update(zero)
    hash.update(bytesOf(part))
  }
  const d = hash.digest()
  return ((d[0]! << 24) | (d[1]! << 16) | (d[2]! << 8) | d[3]!) >>> 0
}

/** The key itself. Source: `flax.core.scope.LazyRng.as_jax_rng`. */
export const toKey = <K>(ops: RngOps<K>, rng: LazyRng<K>, separator = false): K =>
  rng.suffix.length === 0 ? rng.key : ops.foldIn(rng.key, hashParts(rng.suffix, separator))

/** How many keys each stream gave, at a place and in the scopes below it. */
export interface Counters {
  readonly counts: Readonly<Record<string, number>>
  readonly children: Readonly<Record<string, Counters>>
}

/** Nothing counted. */
export const noCounts: Counters = { counts: {}, children: {} }

const own = <V>(record: Readonly<Record<string, V>>, key: string): V | undefined => (Object.hasOwn(record, key) ? record[key] : undefined)

/** The counters of the scope at a path, and below. */
export const countersAt = (counters: Counters, path: Path): Counters =>
  path.reduce((c, name) => own(c.children, name) ?? noCounts, counters)

/** A copy with other counters at a path. */
export const withCountersAt = (counters: Counters, path: Path, value: Counters): Counters => {
  const [name, ...rest] = path
  if (name === undefined) return value
  const child = withCountersAt(own(counters.children, name) ?? noCounts, rest, value)
  return { counts: counters.counts, children: { ...counters.children, [name]: child } }
}

/** How many keys a stream gave in the scope of these counters. */
export const countOf = (counters: Counters, stream: string): number => own(counters.counts, stream) ?? 0

/** A copy that counts one more key. */
export const increment = (counters: Counters, stream: string): Counters => ({
  ...counters,
  counts: { ...counters.counts, [stream]: countOf(counters, stream) + 1 },
})

const zip = (a: Counters, b: Counters, f: (x: number, y: number) => number): Counters => {
  const keys = (x: object, y: object): string[] => [...new Set([...Object.keys(x), ...Object.keys(y)])]
  const counts = keys(a.counts, b.counts).map((k) => [k, f(countOf(a, k), countOf(b, k))] as const)
  const children = keys(a.children, b.children).map(
    (k) => [k, zip(own(a.children, k) ?? noCounts, own(b.children, k) ?? noCounts, f)] as const,
  )
  return { counts: Object.fromEntries(counts), children: Object.fromEntries(children) }
}

/** How many keys were given from `b` to `a`. */
export const minus = (a: Counters, b: Counters): Counters => zip(a, b, (x, y) => x - y)

/** A stream of which both counted keys at one place, if there is one. */
export const sharedStream = (a: Counters, b: Counters): string | undefined => {
  const here = Object.keys(a.counts).find((k) => countOf(a, k) > 0 && countOf(b, k) > 0)
  if (here !== undefined) return here
  for (const [name, child] of Object.entries(a.children)) {
    const found = sharedStream(child, own(b.children, name) ?? noCounts)
    if (found !== undefined) return found
  }
  return undefined
}

/** Are all counts 0? */
export const isZero = ({ counts, children }: Counters): boolean =>
  Object.values(counts).every((n) => n === 0) && Object.values(children).every(isZero)

/** Counters further by so many keys. */
export const plus = (a: Counters, more: Counters): Counters => zip(a, more, (x, y) => x + y)
