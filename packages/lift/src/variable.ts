/**
 * Variable: a name in a collection of a scope, whose value is read and written where the scope is.
 */
import { isAxisMetadata, replaceBoxed } from '@heddle/core'
import * as tree from '@heddle/tree'
import { unboxPlaced } from './mesh'
import type { Scope } from './scope'

/**
 * A variable of a scope. `value` reads and writes; writing needs a mutable collection.
 *
 * Boxes with metadata are taken off on reading and put back on writing, unless it was declared with `unbox: false`.
 * Source: `flax.core.Variable`.
 */
export class Variable<T = unknown> {
  readonly scope: Scope
  readonly collection: string
  readonly name: string
  readonly #unbox: boolean

  constructor(scope: Scope, collection: string, name: string, unboxed = true) {
    this.scope = scope
    this.collection = collection
    this.name = name
    this.#unbox = unboxed
  }

  get value(): T {
    const value = this.scope.getVariable(this.collection, this.name)
    return (this.#unbox ? unboxPlaced(() => `variable "${this.name}" in scope "${this.scope.pathText}"`, value) : value) as T
  }

  set value(value: T) {
    this.scope.putVariable(this.collection, this.name, this.#unbox ? this.#boxed(value) : value)
  }

  /** The value with the boxes that are there now around it, where the structures agree. */
  #boxed(value: unknown): unknown {
    const current = this.scope.getVariable(this.collection, this.name)
    const { leaves, treedef } = tree.flatten(current, isAxisMetadata)
    const agree = leaves.some(isAxisMetadata) && treedef.equals(tree.structure(value, isAxisMetadata))
    return agree ? replaceBoxed(current, value) : value
  }

  /** Makes it again on other scopes, without holding on to this one. */
  mover(): (scope: Scope) => Variable<T> {
    const { collection, name } = this
    const unboxed = this.#unbox
    return (scope) => new Variable<T>(scope, collection, name, unboxed)
  }

  /** May it be written? */
  isMutable(): boolean {
    return this.scope.isMutableCollection(this.collection)
  }
}
