/**
 * remat (checkpoint) of modules.
 */
import type { Result } from '@heddle/func'
import * as lift from '@heddle/lift'
import { liftTarget, type Methods } from '../lifting/lift-class'
import { lifterOf } from '../lifting/lifter'
import type { Transformation } from '../lifting/transformation'
import type { Answers, TakesNoNumbers, Target, TargetFn } from './target'

/** As of `lift.checkpoint`; and which methods of a class. */
export interface CheckpointOptions<T = never, N extends lift.Argnums = lift.Argnums>
  extends lift.CheckpointOptions<N>,
    Methods<lift.CheckpointOptions, T> {}

const transformation: Transformation = { name: 'checkpoint', prefix: 'Checkpoint', options: lift.checkpointOptions }

/**
 * A class of modules, or a function of a module, whose intermediate values are computed again in the backward pass, not kept.
 *
 * Booleans and strings among the arguments are static; in `staticArgnums`, for numbers and functions, the module is argument 0.
 * Names: `CheckpointDense_0`. Source: `flax.linen.checkpoint`.
 *
 * @example
 * const y = new (nn.checkpoint(nn.Dense))({ features: 128 }).call(x)
 */
export const checkpoint: {
  <T extends TargetFn, const R extends Result, const N extends lift.Argnums = readonly []>(
    target: T & Answers<R> & TakesNoNumbers<T, N>,
    options?: CheckpointOptions<NoInfer<T>, N>,
  ): T
  <T extends Target, const N extends lift.Argnums = readonly []>(
    target: T & TakesNoNumbers<T, N>,
    options?: CheckpointOptions<NoInfer<T>, N>,
  ): T
} = <T extends Target, N extends lift.Argnums>(target: T, options: CheckpointOptions<T, N> = {}): T =>
  liftTarget<T, lift.CheckpointOptions>(transformation, target, options, lifterOf(lift.checkpoint))

/** The other name of checkpoint. */
export const remat = checkpoint
