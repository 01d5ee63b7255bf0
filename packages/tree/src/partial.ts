/**
 * Partial: a function with a tree of arrays bound to it, which is itself a tree of them. So a function may go where trees of arrays go:
 * into a loop, out of a compiled program, among the residuals of a derivative.
 *
 * Laws: `partial(f, xs)(...args) = f(xs, ...args)`; its leaves are those of `xs`.
 */
import { needFunction } from './arguments'
import { registerNode } from './registry'

/** A function with bound arrays, as a node of trees. */
export interface Partial<Args extends readonly unknown[] = readonly unknown[], R = unknown> {
  (...args: Args): R
  /** The tree that is bound. */
  readonly bound: unknown
}

type Bound = (bound: never, ...args: never[]) => unknown

/** The prototype of all partials, by which trees know them. */
class PartialNode {}
Object.setPrototypeOf(PartialNode.prototype, Function.prototype)

const functions = new WeakMap<object, Bound>()

/**
 * A function with a tree of arrays bound as its first argument. Two are of equal structure when function and structure of the tree are.
 *
 * Source: `jax.tree_util.Partial`.
 */
export const partial = <B, Args extends readonly unknown[], R>(f: (bound: B, ...args: Args) => R, bound: B): Partial<Args, R> => {
  needFunction('tree.partial', 'f', f, 'tree.partial(f, bound)')
  const call = (...args: Args): R => f(bound, ...args)
  functions.set(call, f as unknown as Bound)
  Object.setPrototypeOf(call, PartialNode.prototype as object)
  return Object.assign(call, { bound })
}

registerNode(PartialNode, {
  flatten: (x) => [[(x as unknown as Partial).bound], functions.get(x)],
  unflatten: (f, [bound]) => partial(f as (bound: unknown) => unknown, bound) as unknown as PartialNode,
  keys: () => ['bound'],
})
