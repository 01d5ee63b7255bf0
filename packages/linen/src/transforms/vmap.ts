/**
 * vmap of modules.
 */
import type { Result } from '@heddle/func'
import * as lift from '@heddle/lift'
import { liftTarget, type Methods } from '../lifting/lift-class'
import { lifterOf } from '../lifting/lifter'
import type { Transformation } from '../lifting/transformation'
import type { Answers, Target, TargetFn } from './target'

/** As of `lift.vmap`; and which methods of a class. */
export interface VmapOptions<T = never> extends lift.VmapOptions, Methods<lift.VmapOptions, T> {}

const transformation: Transformation = { name: 'vmap', prefix: 'Vmap', options: lift.vmapOptions }

/**
 * A class of modules, or a function of a module, mapped over a new axis of its arguments and variables.
 *
 * Shapes: with `inAxes: 0` an argument `[n, ...]` is `[...]` inside; variables with axis `a` have `n` at `a`.
 * Names: `VmapDense_0`. Errors: TransformTargetError and those of `lift.vmap`. Source: `flax.linen.vmap`.
 *
 * @example
 * const BatchDense = nn.vmap(nn.Dense, { variableAxes: { params: 0 }, splitRngs: { params: true } })
 * const y = new BatchDense({ features: 5 }).call(x)
 */
export const vmap: {
  <T extends TargetFn, const R extends Result>(target: T & Answers<R>, options?: VmapOptions<NoInfer<T>>): T
  <T extends Target>(target: T, options?: VmapOptions<NoInfer<T>>): T
} = <T extends Target>(target: T, options: VmapOptions<T> = {}): T =>
  liftTarget<T, lift.VmapOptions>(transformation, target, options, lifterOf(lift.vmap))
