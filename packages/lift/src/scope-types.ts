/** Types of what scopes give and take: variables, initializers, options. */
import type { AxisMetadata, Variables as CoreVariables } from '@heddle/core'
import type { Tensor } from '@heddle/func'
import type { NamedTree } from '@heddle/tree'
import type { Key } from './ports'
import type { Scope } from './scope'

/** Variables of tensors, by collection, as they may be given: any tree. What is answered says more, `ReadVariables`. */
export type Variables = CoreVariables<Tensor>

/** The variables of one collection, whose names the type does not know: `params.Dense_0.kernel` is a tensor without a cast. */
export type Params = NamedTree<Tensor, Tensor & { readonly mean: Tensor; readonly var: Tensor }>

/** Variables by collection, as they are answered and read. `P` are the params; who knows their names says so, others read any name. */
export type ReadVariables<P = Params> = { readonly params: P } & { readonly [collection: string]: Params }

/** An initializer: a key and static arguments to a value, perhaps in a box with metadata. */
export type Init<T, Args extends readonly unknown[]> = (key: Key, ...args: Args) => T | AxisMetadata<T>

/** How a variable is declared. */
export interface DeclareOptions {
  /** Take boxes with metadata off what is answered (default true). */
  readonly unbox?: boolean
}

/** How a child scope is made. */
export interface ChildOptions {
  readonly name?: string
  readonly prefix?: string
}

/** What a declared value is: itself, or with `unbox: false` perhaps in its box. */
export type Declared<T, O> = O extends { readonly unbox: false } ? T | AxisMetadata<T> : T

/** A function of a scope. */
export type ScopeFn<Args extends readonly unknown[], R> = (scope: Scope, ...args: Args) => R
