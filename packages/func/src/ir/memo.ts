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
