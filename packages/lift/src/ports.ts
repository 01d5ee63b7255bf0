/**
 * The ports of core, filled with the tensors and keys of func; and what scopes ask of these besides.
 */
import { isTensor, random, type Tensor } from '@heddle/func'
import type { LeafOps, RngOps } from '@heddle/core'

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
