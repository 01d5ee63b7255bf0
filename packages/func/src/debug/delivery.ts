/**
 * Reading for callbacks. A device that reads at once is read when the program comes to the callback; one that doesn't (WebGPU) later, in the same
 * order, and whoever must have all of it waits for `effectsBarrier`.
 */
import type { ConcreteTensor } from '../array'
import type { HostArray } from '../backend/backend'
import type { Tensor } from '../tensor'

let queue: Promise<void> | undefined
let failure: { readonly error: unknown } | undefined

/** After all that waits already. */
export const later = (task: () => Promise<unknown>): void => {
  const mine: Promise<void> = (queue ?? Promise.resolve())
    .then(task)
    .catch((error: unknown) => {
      failure ??= { error }
    })
    .then(() => {
      if (queue === mine) queue = undefined
    })
  queue = mine
}

/** Hands over the data of tensors, at once where that can be and nobody waits. */
export const deliver = (xs: readonly Tensor[], to: (hosts: readonly HostArray[]) => void): void => {
  const all = xs as readonly ConcreteTensor[]
  if (queue === undefined && all.every((x) => x.readsAtOnce)) return to(all.map((x) => x.hostSync()))
  // reading begins now: the memory may be freed later
  const hosts = Promise.all(all.map((x) => x.host()))
  later(async () => to(await hosts))
}

/**
 * Done when all that `debug.print` and `debug.callback` have begun is done. Needed only on devices that read asynchronously (WebGPU), and for
 * callbacks that are async. Errors: the first that one of these has thrown. Source: jax.effects_barrier.
 */
export const effectsBarrier = async (): Promise<void> => {
  for (let waiting = queue; waiting !== undefined; waiting = queue) await waiting
  const failed = failure
  failure = undefined
  if (failed !== undefined) throw failed.error
}
