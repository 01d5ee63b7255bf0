/**
 * foldRngs of modules.
 */
import type { Result } from '@heddle/func'
import * as lift from '@heddle/lift'
import { liftTarget, type Methods } from '../lifting/lift-class'
import { lifterOf } from '../lifting/lifter'
import type { Transformation } from '../lifting/transformation'
import type { Answers, Target, TargetFn } from './target'

/** As of `lift.foldRngs`; and which methods of a class. */
export interface FoldRngsOptions<T = never> extends lift.FoldRngsOptions, Methods<lift.FoldRngsOptions, T> {}

const transformation: Transformation = { name: 'foldRngs', prefix: 'Fold_rngs', options: lift.foldRngsOptions }

/**
 * A class of modules, or a function of a module, whose keys have the names of the scopes folded in before, not at each draw.
 *
 * Names: `Fold_rngsDense_0`. Source: `flax.linen.fold_rngs`.
 */
export const foldRngs: {
  <T extends TargetFn, const R extends Result>(target: T & Answers<R>, options?: FoldRngsOptions<NoInfer<T>>): T
  <T extends Target>(target: T, options?: FoldRngsOptions<NoInfer<T>>): T
} = <T extends Target>(target: T, options: FoldRngsOptions<T> = {}): T =>
  liftTarget<T, lift.FoldRngsOptions>(transformation, target, options, lifterOf(lift.foldRngs, { fork: true }))
