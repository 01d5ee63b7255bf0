/**
 * Reads goldens: JSON files of inputs and of what JAX and Flax gave for them (`goldens/README.md` says what makes which).
 *
 * What is read is plain host data, free of any tensor type: arrays and keys are instances of the two classes below, `None` is null,
 * tuples and lists are arrays, and dicts are objects in the reference's key order. `convert` turns the leaves into tensors.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** An array of the reference: row-major data; for `bool` the data are booleans. */
export class GoldenArray {
  constructor(
    readonly dtype: string,
    readonly shape: readonly number[],
    readonly data: readonly number[] | readonly boolean[],
  ) {}
}

/** A PRNG key of the reference: its two 32-bit words, the high one first. */
export class GoldenKey {
  constructor(readonly words: readonly [number, number]) {}
}

/** A value in a metadata box, such as Flax's `Partitioned`. */
export class GoldenBoxed {
  constructor(
    readonly type: string,
    readonly names: GoldenValue,
    readonly value: GoldenValue,
  ) {}
}

export type GoldenLeaf = GoldenArray | GoldenKey
export type GoldenValue =
  | null
  | boolean
  | number
  | string
  | GoldenLeaf
  | GoldenBoxed
  | readonly GoldenValue[]
  | { readonly [key: string]: GoldenValue }

/** A golden's value after `convert`: the same tree with leaves of type L. */
export type Converted<L> =
  | null
  | boolean
  | number
  | string
  | L
  | GoldenBoxed
  | readonly Converted<L>[]
  | { readonly [key: string]: Converted<L> }

/** One file: its parts by name. The getters throw, naming the file, when a part is absent or of another kind. */
export class Golden {
  constructor(
    readonly name: string,
    readonly description: string,
    readonly reference: Readonly<Record<string, string>>,
    readonly parts: Readonly<Record<string, GoldenValue>>,
  ) {}

  /** The value at a path of keys and indices, such as `value('variables', 'params', 'kernel')` or `value('args', 0)`. */
  value(...path: readonly (string | number)[]): GoldenValue {
    let at: GoldenValue = this.parts
    path.forEach((step, i) => {
      const children: Readonly<Record<string | number, GoldenValue>> = isTree(at) ? (at as Readonly<Record<string, GoldenValue>>) : {}
      if (!Object.hasOwn(children, step)) {
        const where = path.slice(0, i).join('/') || 'the top'
        throw new Error(
          `golden ${this.name}: no ${JSON.stringify(step)} at ${where} (there is: ${Object.keys(children).join(', ') || 'nothing'})`,
        )
      }
      at = children[step] as GoldenValue
    })
    return at
  }

  /** The array at a path. */
  array(...path: readonly (string | number)[]): GoldenArray {
    const found = this.value(...path)
    if (found instanceof GoldenArray) return found
    throw new Error(`golden ${this.name}: ${path.join('/')} is not an array`)
  }

  /** The key at a path. */
  key(...path: readonly (string | number)[]): GoldenKey {
    const found = this.value(...path)
    if (found instanceof GoldenKey) return found
    throw new Error(`golden ${this.name}: ${path.join('/')} is not a key`)
  }
}

const folder = new URL('../../../goldens/data/', import.meta.url)

/** The golden of a name such as `linen/dense`. */
export const golden = (name: string): Golden => {
  let text: string
  try {
    text = readFileSync(new URL(`${name}.json`, folder), 'utf8')
  } catch (cause) {
    throw new Error(`golden ${name}: no such file (there is: ${goldenNames().join(', ')})`, { cause })
  }
  return parseGolden(text)
}

/** The names of all goldens, sorted; with a prefix such as `linen/` those that start so. */
export const goldenNames = (prefix = ''): readonly string[] =>
  readdirSync(fileURLToPath(folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.replaceAll('\\', '/').slice(0, -'.json'.length))
    .filter((name) => name.startsWith(prefix))
    .sort()

/** A golden from its JSON text. */
export const parseGolden = (text: string): Golden => {
  const { name, description, reference, ...parts } = JSON.parse(text) as {
    name: string
    description: string
    reference: Record<string, string>
  } & Record<string, Json>
  return new Golden(name, description, reference, mapValues(parts, decode))
}

/** The tree with each array and key replaced by what `leaf` makes of it; boxes stay, with their value converted by `boxed` if given. */
export const convert = <L>(value: GoldenValue, leaf: (leaf: GoldenLeaf) => L, boxed?: (box: GoldenBoxed) => Converted<L>): Converted<L> => {
  const go = (at: GoldenValue): Converted<L> => {
    if (at instanceof GoldenArray || at instanceof GoldenKey) return leaf(at)
    if (at instanceof GoldenBoxed) return boxed ? boxed(at) : at
    if (isList(at)) return at.map(go)
    return isTree(at) ? mapValues(at as Readonly<Record<string, GoldenValue>>, go) : (at as Converted<L>)
  }
  return go(value)
}

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

const specials: Readonly<Record<string, number>> = { NaN, Infinity, '-Infinity': -Infinity }

const decode = (json: Json): GoldenValue => {
  if (typeof json === 'string') return Object.hasOwn(specials, json) ? (specials[json] as number) : json
  if (json === null || typeof json !== 'object') return json
  if (isList(json)) return json.map(decode)
  const only = json as Readonly<Record<string, Json>>
  if (Object.hasOwn(only, '$array')) {
    const { dtype, shape, data } = only['$array'] as { dtype: string; shape: number[]; data: (number | boolean | string)[] }
    return new GoldenArray(dtype, shape, data.map(decode) as number[] | boolean[])
  }
  if (Object.hasOwn(only, '$key')) return new GoldenKey(only['$key'] as [number, number])
  if (Object.hasOwn(only, '$boxed')) {
    const { type, names, value } = only['$boxed'] as { type: string; names: Json; value: Json }
    return new GoldenBoxed(type, decode(names), decode(value))
  }
  return mapValues(only, decode)
}

const isList = <T>(value: T | readonly T[]): value is readonly T[] => Array.isArray(value)

const isTree = (value: GoldenValue): boolean =>
  value !== null &&
  typeof value === 'object' &&
  !(value instanceof GoldenArray || value instanceof GoldenKey || value instanceof GoldenBoxed)

const mapValues = <A, B>(record: Readonly<Record<string, A>>, f: (a: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, f(value)]))
