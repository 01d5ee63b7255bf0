/**
 * remat (checkpoint) of modules.
 */
import * as lift from '@heddle/lift'
import { lifterOf, liftTarget, type Methods } from '../lift-class'
import type { Target } from './target'

/** As of `lift.checkpoint`; and which methods of a class. */
export interface CheckpointOptions extends lift.CheckpointOptions, Methods<lift.CheckpointOptions> {
  /** Whether the function may branch on values. Values are concrete under a derivative outside of jit, so that it always may. */
  readonly concrete?: boolean
}

/**
 * A class of modules, or a function of a module, whose intermediate values are computed again in the backward pass, not kept.
 *
 * In `staticArgnums` the module is argument 0. Names: `CheckpointDense_0`. Source: `flax.linen.checkpoint`.
 *
 * @example
 * const y = new (nn.checkpoint(nn.Dense))({ features: 128 }).call(x)
 */
export const checkpoint = <T extends Target>(target: T, options: CheckpointOptions = {}): T => {
  const { concrete: _, ...own } = options
  return liftTarget<T, lift.CheckpointOptions>('Checkpoint', target, own, lifterOf(lift.checkpoint))
}

/** The other name of checkpoint. */
export const remat = checkpoint
