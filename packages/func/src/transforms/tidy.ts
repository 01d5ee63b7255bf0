/** Freeing eager tensors. */
import { leaves } from '@heddle/tree'
import { ConcreteTensor } from '../array'
import { collecting } from '../array-scope'
import { readFunction } from '../options'
import type { Synchronous } from '../synchronous'

/**
 * Runs `f` and frees all tensors made inside, but those in its result. Not needed under `jit`, which frees by itself.
 * Errors: AsyncFunctionError. Source: tf.tidy.
 */
export const tidy = <A>(f: () => Synchronous<A>): A => {
  readFunction('tidy', f)
  return collecting(f as () => A, (result) => leaves(result))
}

/** Frees every tensor of a tree now. */
export const dispose = (tree: unknown): void => {
  for (const x of leaves(tree)) if (x instanceof ConcreteTensor) x.dispose()
}
