/**
 * What lift takes of func for core: the ports filled, and the few types and functions of tensors that scopes need.
 */
import { evalShape, isTensor, random, type Tensor } from '@heddle/func'
import type { LeafOps, RngOps } from '@heddle/core'
import * as tree from '@heddle/tree'

/** A key of random numbers: a uint32 tensor whose last dimension is 2. */
export type Key = Tensor

/** Keys, for core. */
export const rngOps: RngOps<Key> = { foldIn: (key, data) => random.foldIn(key, data) }

/** The shape of a tensor, or of a stand-in for one; of anything else, that of a scalar. */
export const shapeOf = (x: unknown): readonly number[] => {
  const shape = typeof x === 'object' && x !== null ? (x as { readonly shape?: unknown }).shape : undefined
  return Array.isArray(shape) ? (shape as readonly number[]) : []
}

/** Leaves, for core. */
export const leafOps: LeafOps<unknown> = { shape: shapeOf }

/** Is it one key, and not a batch of them? */
export const isKey = (x: unknown): x is Key => isTensor(x) && x.dtype === 'uint32' && x.shape.length === 1 && x.shape[0] === 2

/** Is it a stand-in for a tensor, with shape and dtype alone? */
export const isType = (x: unknown): boolean =>
  typeof x === 'object' && x !== null && !isTensor(x) && Array.isArray((x as { readonly shape?: unknown }).shape)

type Shapes = readonly (readonly number[])[]
const known = new WeakMap<object, Map<string, Shapes>>()

/** Arguments of an initializer that are plain data, as a string; undefined if one is not. */
const plainKey = (args: readonly unknown[]): string | undefined => {
  const plain = tree.leaves(args).every((x) => typeof x === 'number' || typeof x === 'string' || typeof x === 'boolean')
  return plain && args.length > 0 ? JSON.stringify(args) : undefined
}

/**
 * The shapes of the leaves that an initializer would give, found without running it.
 *
 * Remembered for each initializer that is called with plain data (a shape, a dtype): they depend on nothing else.
 */
export const initShapes = <Args extends readonly unknown[]>(init: (key: Key, ...args: Args) => unknown, args: Args): Shapes => {
  const key = plainKey(args)
  const mine = known.get(init) ?? new Map<string, Shapes>()
  const found = key === undefined ? undefined : mine.get(key)
  if (found !== undefined) return found
  const shapes = tree
    .leaves(
      evalShape(() => init(random.key(0), ...args)),
      isType,
    )
    .map(shapeOf)
  if (key !== undefined) known.set(init, mine.set(key, shapes))
  return shapes
}
