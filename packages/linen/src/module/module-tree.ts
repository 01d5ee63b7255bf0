/**
 * Modules in trees: props and attributes may hold arrays and objects of modules. Their names are those of the way to them: `heads_0`.
 */
import { type AnyModule, isModule } from './state'

type Plain = Readonly<Record<string, unknown>>

const isPlain = (x: unknown): x is Plain => {
  if (typeof x !== 'object' || x === null) return false
  const proto: unknown = Object.getPrototypeOf(x)
  return proto === Object.prototype || proto === null
}

/** Is there something of a kind in it, in arrays and objects? */
const holds = (x: unknown, is: (x: unknown) => boolean): boolean => {
  if (is(x)) return true
  if (Array.isArray(x)) return x.some((v) => holds(v, is))
  return isPlain(x) && Object.values(x).some((v) => holds(v, is))
}

/** Is there a module in it? */
export const holdsModules = (x: unknown): boolean => holds(x, isModule)

/** The modules in it, in order. */
export const modulesIn = (x: unknown): readonly AnyModule[] => {
  if (isModule(x)) return [x]
  if (Array.isArray(x)) return x.flatMap(modulesIn)
  return isPlain(x) ? sortedEntries(x).flatMap(([, v]) => modulesIn(v)) : []
}

const sortedEntries = (x: Plain): (readonly [string, unknown])[] =>
  Object.keys(x)
    .sort()
    .map((k) => [k, x[k]] as const)

/** A copy with other modules in it, frozen; the same object if there are none. `f` gets the way to the module: `_0_name`. */
export const mapModules = (f: (module: AnyModule, suffix: string) => unknown, x: unknown, suffix = ''): unknown => {
  if (isModule(x)) return f(x, suffix)
  if (!holdsModules(x)) return x
  if (Array.isArray(x)) return Object.freeze(x.map((v, i) => mapModules(f, v, `${suffix}_${i}`)))
  return Object.freeze(Object.fromEntries(sortedEntries(x as Plain).map(([k, v]) => [k, mapModules(f, v, `${suffix}_${k}`)])))
}
