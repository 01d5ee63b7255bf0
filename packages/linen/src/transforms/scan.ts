/**
 * scan of modules.
 */
import type { Result } from '@heddle/func'
import * as lift from '@heddle/lift'
import { liftTarget, type Methods } from '../lifting/lift-class'
import { lifterOf } from '../lifting/lifter'
import type { Transformation } from '../lifting/transformation'
import type { Answers, CarriesNoNumbers, Target, TargetFn } from './target'

/** As of `lift.scan`; and which methods of a class. */
export interface ScanOptions<T = never> extends lift.ScanOptions, Methods<lift.ScanOptions, T> {}

const transformation: Transformation = { name: 'scan', prefix: 'Scan', options: lift.scanOptions }

/**
 * A class of modules, or a function of a module, of the form `(carry, ...xs) => [carry, ys]`, as a loop.
 *
 * Shapes: with `inAxes: 0` an argument `[n, ...]` is `[...]` in an iteration, and `ys` are stacked along `outAxes`.
 * Names: `ScanLSTMCell_0`. Errors: TransformTargetError and those of `lift.scan`. Source: `flax.linen.scan`.
 *
 * @example
 * const Lstm = nn.scan(nn.LSTMCell, { variableBroadcast: 'params', splitRngs: { params: false }, inAxes: 1, outAxes: 1 })
 * const [carry, ys] = new Lstm({ features: 32 }).call(start, xs)
 */
export const scan: {
  <T extends TargetFn, const R extends Result>(target: T & Answers<R> & CarriesNoNumbers<T>, options?: ScanOptions<NoInfer<T>>): T
  <T extends Target>(target: T & CarriesNoNumbers<T>, options?: ScanOptions<NoInfer<T>>): T
} = <T extends Target>(target: T, options: ScanOptions<T> = {}): T =>
  liftTarget<T, lift.ScanOptions>(transformation, target, options, lifterOf(lift.scan as never))
