/** Results derived from a program, made once: derivatives, batched versions, plans. */
import type { Jaxpr } from './jaxpr'

const tables = new WeakMap<Jaxpr, Map<string, unknown>>()

export const memo = <A>(jaxpr: Jaxpr, key: string, make: () => A): A => {
  let table = tables.get(jaxpr)
  if (!table) {
    table = new Map()
    tables.set(jaxpr, table)
  }
  if (table.has(key)) return table.get(key) as A
  const made = make()
  table.set(key, made)
  return made
}
/** A list of booleans as a key. */
export const bits = (xs: readonly boolean[]): string => xs.map((x) => (x ? '1' : '0')).join('')

const ids = new WeakMap<object, number>()
let counted = 0
/** A number for an object in a key, by identity; 0 for none. */
export const idOf = (x: object | null): number => {
  if (x === null) return 0
  let id = ids.get(x)
  if (id === undefined) ids.set(x, (id = ++counted))
  return id
}
/** Parameters as a key: numbers that JSON has no text for keep their own. */
export const paramsKey = (params: unknown): string =>
  JSON.stringify(params, (_, v: unknown) => {
    if (typeof v === 'bigint') return `${v}n`
    return typeof v === 'number' && (!Number.isFinite(v) || Object.is(v, -0)) ? `${Object.is(v, -0) ? '-0' : v}n` : v
  })
