/**
 * jit of modules.
 */
import type { Result } from '@heddle/func'
import * as lift from '@heddle/lift'
import { staticKey } from '@heddle/tree'
import { liftTarget, type Methods } from '../lifting/lift-class'
import { compiledLifter } from '../lifting/lifter'
import type { Transformation } from '../lifting/transformation'
import type { Answers, TakesNoNumbers, Target, TargetFn } from './target'

/** As of `lift.jit`; and which methods of a class. */
export interface JitOptions<T = never, N extends lift.Argnums = lift.Argnums> extends lift.JitOptions<N>, Methods<lift.JitOptions, T> {}

const transformation: Transformation = { name: 'jit', prefix: 'Jit', options: lift.jitOptions }

const known = new WeakMap<object, Map<string, unknown>>()

/** The same class for the same target and options, so that what was compiled is found again. */
const remembered = <T extends Target>(target: T, options: lift.JitOptions, make: () => T): T => {
  // backends are told apart by identity
  const key = JSON.stringify(options, (name, value: unknown) => (name === 'device' ? staticKey(value) : value))
  const mine = known.get(target) ?? new Map<string, unknown>()
  known.set(target, mine)
  if (!mine.has(key)) mine.set(key, make())
  return mine.get(key) as T
}

/**
 * A class of modules, or a function of a module, as a compiled program.
 *
 * It is traced again only for other props, shapes, types, or values of the booleans and strings among the arguments, which are static.
 * In `staticArgnums` and `donateArgnums` the module is argument 0.
 * A `device` is a backend object, such as `await pjrt({ device: 1 })`: JAX's `backend`, a name, has no use beside it.
 * Names: `JitDense_0`. Errors: TransformTargetError, InvalidOptionsError. Source: `flax.linen.jit`.
 *
 * @example
 * const y = new (nn.jit(nn.Dense))({ features: 4 }).call(x)
 */
export const jit: {
  <T extends TargetFn, const R extends Result, const N extends lift.Argnums = readonly []>(
    target: T & Answers<R> & TakesNoNumbers<T, N>,
    options?: JitOptions<NoInfer<T>, N>,
  ): T
  <T extends Target, const N extends lift.Argnums = readonly []>(target: T & TakesNoNumbers<T, N>, options?: JitOptions<NoInfer<T>, N>): T
} = <T extends Target, N extends lift.Argnums>(target: T, options: JitOptions<T, N> = {}): T =>
  remembered<T>(target, options, () => liftTarget<T, lift.JitOptions>(transformation, target, options, compiledLifter))
