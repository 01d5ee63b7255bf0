/**
 * rematScan of modules.
 */
import type { Result } from '@heddle/func'
import * as lift from '@heddle/lift'
import { liftTarget } from '../lifting/lift-class'
import { lifterOf } from '../lifting/lifter'
import type { Transformation } from '../lifting/transformation'
import type { Answers, CarriesNoNumbers, Target, TargetFn } from './target'

/** As of `lift.rematScan`. */
export type RematScanOptions = lift.RematScanOptions

const transformation: Transformation = { name: 'rematScan', prefix: 'Remat_scan', options: lift.rematScanOptions }

/**
 * A class of modules, or a function of a module, from a carry to one, repeated as often as the product of `lengths` says.
 *
 * Memory for the gradient grows with the root of the depth: with the sum of the lengths. Names: `Remat_scanDense_0`.
 * Source: `flax.linen.remat_scan`.
 *
 * @example
 * const Stack = nn.rematScan(nn.Dense, { lengths: [10, 10] })
 * const y = new Stack({ features: 8 }, { name: 'dense_stack' }).call(x)
 */
export const rematScan: {
  <T extends TargetFn, const R extends Result>(target: T & Answers<R> & CarriesNoNumbers<T>, options: RematScanOptions): T
  <T extends Target>(target: T & CarriesNoNumbers<T>, options: RematScanOptions): T
} = <T extends Target>(target: T, options: RematScanOptions): T =>
  liftTarget<T, RematScanOptions>(transformation, target, options, lifterOf(lift.rematScan as never))
