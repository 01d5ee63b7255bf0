/**
 * Classes as nodes: how a class tells its children, and how it is made again of new ones.
 *
 * Laws: `unflatten(aux, children)` of what `flatten(x)` gave equals `x`; equal `aux` means equal structure.
 */
import { needFunction } from './arguments'
import { describe, TreeError } from './error'
import type { PathKey } from './path'

/** How instances of a class come apart and together. */
export interface NodeType<T = unknown> {
  /** Children, which are trees, and static data that belongs to the structure. */
  readonly flatten: (x: T) => readonly [children: readonly unknown[], aux: unknown]
  readonly unflatten: (aux: unknown, children: readonly unknown[]) => T
  /** Static data as a string, if not by value: equal strings mean equal structure. */
  readonly auxKey?: (aux: unknown) => string
  /** Names of the children in paths; indices by default. */
  readonly keys?: (x: T) => readonly PathKey[]
}

/** A registered node type, with a number and the name of its class. */
export interface RegisteredNode extends NodeType {
  readonly id: number
  readonly className: string
}

type Class<T> = abstract new (...args: never[]) => T

const registered = new WeakMap<object, RegisteredNode>()
let nextId = 0

/**
 * Makes instances of exactly this class nodes of trees (of a subclass they stay leaves until it is registered too).
 *
 * Static data (`aux`) is compared by value where it is made of primitives, arrays and plain objects, else by identity.
 * Errors: TreeError when the class is registered already. Source: `jax.tree_util.register_pytree_node`.
 */
export const registerNode = <T>(cls: Class<T>, type: NodeType<T>): void => {
  const usage = 'tree.registerNode(Class, { flatten, unflatten })'
  needFunction('tree.registerNode', 'the class', cls, usage)
  const proto = cls.prototype as object | undefined
  if (proto === undefined) throw new TreeError('tree.registerNode', [], `expected a class, got ${describe(cls)}; it is called ${usage}`)
  if (typeof type !== 'object' || type === null)
    throw new TreeError(
      'tree.registerNode',
      [],
      `expected how instances of ${cls.name} come apart and together, got ${describe(type)}; it is called ${usage}`,
    )
  needFunction('tree.registerNode', 'flatten', type.flatten, usage)
  needFunction('tree.registerNode', 'unflatten', type.unflatten, usage)
  if (registered.has(proto)) throw new TreeError('tree.registerNode', [], `class ${cls.name} is registered already`)
  registered.set(proto, { ...(type as NodeType), id: nextId++, className: cls.name })
}

/** The node type of objects with this prototype, if their class is registered. */
export const nodeTypeOf = (proto: object): RegisteredNode | undefined => registered.get(proto)

const identities = new WeakMap<object, number>()
const symbols = new Map<symbol, number>()
let nextIdentity = 0

const identityOf = (x: object): number => {
  const known = identities.get(x)
  if (known !== undefined) return known
  identities.set(x, nextIdentity)
  return nextIdentity++
}

/** The static data of a node as a string. */
export const auxKey = (type: NodeType, aux: unknown): string => (type.auxKey ?? staticKey)(aux)

/** Objects with a method under this key are compared, as static data, by the string that it answers. */
export const keyOf: unique symbol = Symbol.for('heddle.keyOf') as never

/** A value as a string: equal strings mean equal values, by value for plain data, as `keyOf` says, and by identity for the rest. */
export const staticKey = (x: unknown): string => {
  switch (typeof x) {
    case 'string':
      return JSON.stringify(x)
    case 'number':
      return Object.is(x, -0) ? '-0' : String(x)
    case 'bigint':
      return `${x}n`
    case 'symbol': {
      if (!symbols.has(x)) symbols.set(x, symbols.size)
      return `@s${symbols.get(x)}`
    }
    case 'function':
      return `@${identityOf(x)}`
    case 'object': {
      if (x === null) return 'null'
      if (Array.isArray(x)) return `[${x.map(staticKey).join(',')}]`
      if (keyOf in x) return `<${(x as { readonly [keyOf]: () => string })[keyOf]()}>`
      const proto: unknown = Object.getPrototypeOf(x)
      if (proto !== null && Object.getPrototypeOf(proto) !== null) return `@${identityOf(x)}`
      const o = x as Readonly<Record<string, unknown>>
      return `{${Object.keys(o)
        .sort()
        .map((k) => `${JSON.stringify(k)}:${staticKey(o[k])}`)
        .join(',')}}`
    }
    default:
      return String(x)
  }
}
