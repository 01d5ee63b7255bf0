/**
 * TreeDef: the structure of a tree without its leaves, as a value.
 *
 * A definition is itself a tree of nodes, kept in one shape for all kinds: a kind, the children, and what tells two nodes of a kind
 * apart. Leaves share one definition, so that flattening allocates nothing for them.
 * Laws: `a.key === b.key` iff `a` and `b` are equal structures; `unflatten(flatten(x).leaves)` is a copy of `x`.
 */
import type { PathKey } from './path'
import { auxKey, type RegisteredNode, staticKey } from './registry'
import { describe, TreeError } from './error'

/** The structure of a tree: what is left when its leaves are taken out. */
export interface TreeDef {
  readonly numLeaves: number
  /** Equal exactly when the structures are equal; computed once. */
  readonly key: string
  /** A tree of this structure with these leaves, in order. Throws TreeError when their number differs. */
  unflatten<T = unknown>(leaves: readonly unknown[]): T
  equals(other: TreeDef): boolean
  toString(): string
}

/** What a node is. Null, undefined and static values are nodes without children. */
export type Kind = 'leaf' | 'null' | 'undefined' | 'static' | 'array' | 'object' | 'class'

const none: readonly never[] = []
type Taker = { readonly leaves: readonly unknown[]; next: number }

/** Structural equality without making keys: what a loop that repeats one call asks each time. */
const same = (a: Def, b: Def): boolean => {
  if (a === b) return true
  if (a.kind !== b.kind || a.numLeaves !== b.numLeaves || a.children.length !== b.children.length) return false
  if (a.kind === 'static' && typeof a.aux !== 'object') return Object.is(a.aux, b.aux)
  if (a.kind === 'class' || a.kind === 'static') return a.key === b.key
  if (a.kind === 'object') for (let i = 0; i < a.children.length; i++) if (a.keys![i] !== b.keys![i]) return false
  for (let i = 0; i < a.children.length; i++) if (!same(a.children[i]!, b.children[i]!)) return false
  return true
}

/** The one implementation of TreeDef; other files of this package read its fields. */
export class Def implements TreeDef {
  readonly kind: Kind
  readonly children: readonly Def[]
  /** Keys of the children in paths; for an object, its sorted keys; undefined for indices. */
  readonly keys: readonly PathKey[] | undefined
  readonly type: RegisteredNode | undefined
  readonly aux: unknown
  readonly numLeaves: number
  #key: string | undefined

  constructor(kind: Kind, children: readonly Def[] = none, keys?: readonly PathKey[], type?: RegisteredNode, aux?: unknown) {
    this.kind = kind
    this.children = children
    this.keys = keys
    this.type = type
    this.aux = aux
    let n = kind === 'leaf' ? 1 : 0
    for (const c of children) n += c.numLeaves
    this.numLeaves = n
  }

  get key(): string {
    return (this.#key ??= this.#makeKey())
  }

  #makeKey(): string {
    const { children, keys } = this
    switch (this.kind) {
      case 'leaf':
        return '*'
      case 'null':
        return 'N'
      case 'undefined':
        return 'U'
      case 'static':
        return `=${staticKey(this.aux)}`
      case 'array':
        return `[${children.map((c) => c.key).join(',')}]`
      case 'object':
        return `{${children.map((c, i) => `${JSON.stringify(keys![i])}:${c.key}`).join(',')}}`
      case 'class':
        return `#${this.type!.id}<${auxKey(this.type!, this.aux)}>(${children.map((c) => c.key).join(',')})`
    }
  }

  equals(other: TreeDef): boolean {
    return this === other || (other instanceof Def ? same(this, other) : this.key === other.key)
  }

  unflatten<T = unknown>(leaves: readonly unknown[]): T {
    if (!Array.isArray(leaves)) throw new TreeError('tree.unflatten', [], `expected a list of leaves, got ${describe(leaves)}`)
    if (leaves.length !== this.numLeaves)
      throw new TreeError('tree.unflatten', [], `${this.toString()} has ${this.numLeaves} leaves, got ${leaves.length}`)
    return this.build({ leaves, next: 0 }) as T
  }

  build(from: Taker): unknown {
    switch (this.kind) {
      case 'leaf':
        return from.leaves[from.next++]
      case 'null':
        return null
      case 'undefined':
        return undefined
      case 'static':
        return this.aux
      case 'array':
        return this.children.map((c) => c.build(from))
      case 'object':
        return makeObject(
          this.keys as readonly string[],
          this.children.map((c) => c.build(from)),
        )
      case 'class':
        return this.type!.unflatten(
          this.aux,
          this.children.map((c) => c.build(from)),
        )
    }
  }

  toString(): string {
    const { children, keys } = this
    switch (this.kind) {
      case 'leaf':
        return '*'
      case 'null':
      case 'undefined':
        return this.kind
      case 'static':
        return typeof this.aux === 'string' ? JSON.stringify(this.aux) : String(this.aux)
      case 'array':
        return `[${children.join(', ')}]`
      case 'object':
        return `{${children.map((c, i) => `${String(keys![i])}: ${c.toString()}`).join(', ')}}`
      case 'class':
        return `${this.type!.className}(${children.join(', ')})`
    }
  }
}

/** A plain object of keys and values; safe for a key named `__proto__`. */
const makeObject = (keys: readonly string[], values: readonly unknown[]): Record<string, unknown> => {
  const out: Record<string, unknown> = {}
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!
    if (key === '__proto__') Object.defineProperty(out, key, { value: values[i], enumerable: true, writable: true, configurable: true })
    else out[key] = values[i]
  }
  return out
}

/** The structure of a leaf, of null, of undefined. */
export const leafDef = new Def('leaf')
export const nullDef = new Def('null')
export const undefinedDef = new Def('undefined')

const trueDef = new Def('static', none, undefined, undefined, true)
const falseDef = new Def('static', none, undefined, undefined, false)
/** The structure of a value that is no leaf but part of the structure. */
export const staticDef = (x: unknown): Def =>
  x === true ? trueDef : x === false ? falseDef : new Def('static', none, undefined, undefined, x)

/** The implementation behind a TreeDef. */
export const asDef = (treedef: TreeDef, usage = 'with one'): Def => {
  if (treedef instanceof Def) return treedef
  throw new TreeError(
    usage.replace(/\(.*/, ''),
    [],
    `expected a structure, as tree.structure or tree.flatten answers, got ${describe(treedef)}; it is called ${usage}`,
  )
}
