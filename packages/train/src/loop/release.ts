/** Batches that were used. */
import { ConcreteTensor } from '@heddle/func'
import { leaves } from '@heddle/tree'

/** Frees device memory of what the host has too: of batches that were used. */
export const release = (batch: unknown): void => {
  for (const x of leaves(batch)) if (x instanceof ConcreteTensor && !x.isDisposed && x.isOnHost) x.release()
}
