/**
 * Records with methods as nodes of trees: a class whose instances have the fields that they are made of, never change, and come apart into
 * them. Fields that are named `static` belong to the structure: functions, names, sizes.
 *
 * Laws: `map(x => x, r) = r`, of the same class; `r.replace({})` equals `r`; two records are of equal structure when class, names and static
 * fields are equal. Source: `flax.struct`.
 */
import { describe, TreeError } from './error'
import type { HasLeaves, LeafOf } from './leaf-type'
import { isPlainObject, listOf, string, suggestion, type OptionsOf } from './options'
import { optionsOf } from './read-options'
import { nodeTypeOf, registerNode } from './registry'

type Fn = (...args: never[]) => unknown
/** Leaves of the fields, as types know them: functions and strings are static. */
type FieldLeaves<F> = Exclude<LeafOf<{ readonly [K in keyof F as F[K] extends Fn | string ? never : K]: F[K] }>, Fn | string>

/** A record: its fields, and a copy with other values of some. */
export type Struct<F> = Readonly<F> &
  HasLeaves<FieldLeaves<F>> & {
    /** The same record with other values of some fields. Errors: TreeError for a field that it does not have. Source: `flax.struct.dataclass`. */
    replace<This>(this: This, updates: Partial<F>): This
  }
/** A class of records with fields F. */
export interface StructClass<F> {
  new (fields: F): Struct<F>
}
const dataclassOptions = optionsOf({
  /** Names of fields that are no trees of arrays: part of the structure, and compared by value, or functions by identity. */
  static: listOf(string),
})
/** Options of `struct.dataclass`. */
export interface DataclassOptions<F> extends OptionsOf<typeof dataclassOptions> {
  readonly static?: readonly (keyof F & string)[] | undefined
}

interface Aux {
  readonly names: readonly string[]
  readonly fixed: Readonly<Record<string, unknown>>
}
type Any = abstract new (...args: never[]) => object

/** A tensor, or another array with a shape and a dtype. */
const isArray = (x: unknown): boolean =>
  typeof x === 'object' && x !== null && 'shape' in x && Array.isArray(x.shape) && 'dtype' in x && !isPlainObject(x)

/** Makes the instances of a class nodes, once. */
const register = (cls: Any, fixed: ReadonlySet<string>): void => {
  if (nodeTypeOf(cls.prototype as object) !== undefined) return
  const namesOf = (x: object): readonly string[] =>
    Object.keys(x)
      .filter((name) => !fixed.has(name))
      .sort()
  registerNode<object>(cls, {
    flatten: (x) => {
      const names = namesOf(x)
      const all = x as Readonly<Record<string, unknown>>
      const kept = Object.fromEntries(Object.keys(x).flatMap((name) => (fixed.has(name) ? [[name, all[name]]] : [])))
      return [names.map((name) => all[name]), { names, fixed: kept } satisfies Aux]
    },
    // children may be anything (axes, dtypes, marks), so no constructor sees them
    unflatten: (aux, children) => {
      const { names, fixed: kept } = aux as Aux
      const fields = { ...kept, ...Object.fromEntries(names.map((name, i) => [name, children[i]])) }
      return Object.freeze(Object.assign(Object.create(cls.prototype as object) as object, fields))
    },
    keys: namesOf,
  })
}

/**
 * A class of records with these fields, to be extended by a class of yours with methods.
 *
 * ```ts
 * class Ray extends struct.dataclass<{ origin: Tensor; direction: Tensor; label: string }>({ static: ['label'] }) {
 *   at(t: Tensor): Tensor { return this.origin.add(this.direction.mul(t)) }
 * }
 * const ray = new Ray({ origin, direction, label: 'first' })
 * const moved = ray.replace({ origin: ray.at(t) })
 * ```
 *
 * Records go wherever trees go: through `jit`, `grad`, `vmap`, `scan`, into checkpoints. They are frozen; a class field of a subclass
 * (`count = 0`) is no field of the record and can't be set: give it to the constructor.
 * Errors: TreeError for fields that are no object, and a name of a method in the place of a field. Source: `flax.struct.dataclass`,
 * `flax.struct.PyTreeNode`; `field(pytree_node=False)` is `static` here.
 */
export const dataclass = <F extends object>(options?: DataclassOptions<F>): StructClass<F> => {
  const { static: names = [] } = dataclassOptions('struct.dataclass', options)
  const fixed = new Set<string>(names)
  const refuseTensors = (where: string, fields: Readonly<Record<string, unknown>>): void => {
    for (const name of fixed)
      if (isArray(fields[name]))
        throw new TreeError(
          where,
          [name],
          `the field is static and holds ${describe(fields[name])}, which no transformation would see: leave its name out of \`static\``,
        )
  }
  class Data {
    constructor(fields: object) {
      const where = new.target.name === 'Data' ? 'struct.dataclass' : `new ${new.target.name}`
      if (!isPlainObject(fields))
        throw new TreeError(
          where,
          [],
          `expected the fields as an object, got ${describe(fields)}; it is called new Class({ field: value, ... })`,
        )
      const method = Object.keys(fields).find((name) => name in new.target.prototype)
      if (method !== undefined) throw new TreeError(where, [method], 'the field has the name of a method of the class, which it would hide')
      refuseTensors(where, fields)
      register(new.target, fixed)
      Object.assign(this, fields)
      Object.freeze(this)
    }
    replace(updates: object): this {
      const where = `${this.constructor.name}.replace`
      if (!isPlainObject(updates))
        throw new TreeError(
          where,
          [],
          `expected an object of new values by field, got ${describe(updates)}; it is called record.replace({ field: value })`,
        )
      const unknown = Object.keys(updates).find((name) => !Object.hasOwn(this, name))
      if (unknown !== undefined)
        throw new TreeError(where, [], `there is no field "${unknown}" (${suggestion(unknown, Object.keys(this))})`)
      refuseTensors(where, updates)
      const copy = Object.create(Object.getPrototypeOf(this) as object) as this
      return Object.freeze(Object.assign(copy, this, updates))
    }
  }
  return Data as unknown as StructClass<F>
}
