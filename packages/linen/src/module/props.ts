/**
 * Props: what the constructor of a module was given, with the defaults of its class, checked by the class's `propTypes`, and frozen, arrays
 * and plain objects in them too.
 */
import { isTensor } from '@heddle/func'
import { describe, isPlainObject, optionsReaders, sayProblems, type Kinds, type AnyReader } from '@heddle/tree/options'
import { classNameOf } from './class-name'
import { LayerError } from '../error'
import { isModule } from './state'

/**
 * What kind of value each prop of a class takes: `static readonly propTypes: PropTypes<DenseProps>`. The list is complete by type. The
 * kinds, such as `required(positive)`, are those of `@heddle/func/options`.
 */
export type PropTypes<P> = Kinds<P>

interface Checked {
  readonly read: AnyReader
  /** The class itself has the list, not one that it extends: there are no other props. */
  readonly complete: boolean
}

const readersOf = optionsReaders((where, problems) => new LayerError(where, sayProblems(problems, 'prop')))
const known = new WeakMap<object, Checked | null>()

const checkedOf = (cls: object): Checked | null => {
  const before = known.get(cls)
  if (before !== undefined) return before
  const { propTypes } = cls as { readonly propTypes?: PropTypes<object> }
  const made = isPlainObject(propTypes)
    ? {
        read: readersOf(propTypes as PropTypes<Readonly<Record<string, unknown>>>, { what: 'props' }),
        complete: Object.hasOwn(cls, 'propTypes'),
      }
    : null
  known.set(cls, made)
  return made
}

/** Refuses props that the class does not have, that are missing or of a wrong kind. Errors: LayerError, naming the nearest right one. */
export const checkProps = (cls: object, props: object): void => {
  const checked = checkedOf(cls)
  if (checked === null) return
  if (checked.complete) {
    checked.read(classNameOf(cls), props)
    return
  }
  const problems = checked.read.problems(props).filter(({ fault }) => fault !== 'unknown')
  if (problems.length > 0) throw new LayerError(classNameOf(cls), sayProblems(problems, 'prop'))
}

const settled = new WeakSet<object>()

/** Arrays and plain objects copied and frozen, whatever their depth: who gave them may change them. Other values stay themselves. */
const frozenCopy = (x: unknown): unknown => {
  if (typeof x !== 'object' || x === null || settled.has(x)) return x
  const copy = Array.isArray(x) ? x.map(frozenCopy) : isPlainObject(x) ? mapped(Object.entries(x)) : undefined
  if (copy === undefined) return x
  settled.add(copy)
  return Object.freeze(copy)
}
const mapped = (entries: readonly (readonly [string, unknown])[]): object =>
  Object.fromEntries(entries.map(([k, v]) => [k, frozenCopy(v)] as const))

const noProps = (cls: object, given: unknown): string => {
  const name = classNameOf(cls)
  const first = checkedOf(cls)?.read.names[0] ?? 'name'
  return `props are an object, new ${name}({ ${first}: ... }); got ${describe(given)}`
}

/** The settings of a new module. Errors: LayerError. */
export const propsOf = (cls: object, given: unknown): object => {
  if (typeof given !== 'object' || given === null || Array.isArray(given) || isTensor(given) || isModule(given) || given instanceof Promise)
    throw new LayerError(classNameOf(cls), noProps(cls, given))
  const props = withDefaults(cls, given)
  checkProps(cls, props)
  return props
}

/** Props over the defaults of the class, without name and parent. */
export const withDefaults = (cls: object, given: object): object => {
  const { defaultProps = {} } = cls as { readonly defaultProps?: object }
  const own = Object.entries(given).filter(([k, v]) => k !== 'name' && k !== 'parent' && v !== undefined)
  return Object.freeze(mapped([...Object.entries(defaultProps), ...own]))
}
