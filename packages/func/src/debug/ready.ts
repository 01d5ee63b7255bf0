/** Waiting for devices. */
import { leaves } from '@heddle/tree'
import { ConcreteTensor } from '../array'

/**
 * The tree, when all its tensors are computed: for measuring times, and for errors of a device that come late. Backends that compute at once
 * are done already. What is traced is left as it is. Source: jax.block_until_ready.
 */
export const blockUntilReady = async <T>(tree: T): Promise<T> => {
  await Promise.all(leaves(tree).map((x) => (x instanceof ConcreteTensor ? x.ready() : undefined)))
  return tree
}
