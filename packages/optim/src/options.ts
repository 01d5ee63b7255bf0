/**
 * What optimizers, schedules and losses take: declared by the one rule for options, which `@heddle/func/options` tells. The options of
 * optimizers stand in one table: the same name is the same kind in all of them.
 */
import { ArgumentError, type DType, isTensor, type Tensor } from '@heddle/func'
import {
  type AnyReader,
  boolean,
  type Declared,
  dtype,
  type Kind,
  of,
  optionsOf,
  type OptionsReader,
  positive,
  readArgument,
  tensor,
} from '@heddle/func/options'
import { leaves, type Tree } from '@heddle/tree'
import { checked, fitOf } from './checked'
import { type GradientTransformation, isTransformation } from './transformation'
import type { Scalar } from './tree-math'

/** A value that depends on the number of steps done. */
export type Schedule = (count: Scalar) => Scalar
/** A number, or one that depends on the count of steps. */
export type ScalarOrSchedule = Scalar | Schedule
/** A tree of booleans that is a prefix of the parameters' tree, or a function that makes one of them. */
export type Mask = Tree<boolean> | ((params: never) => Tree<boolean>)

const isScalarTensor = (x: unknown): boolean => isTensor(x) && x.ndim === 0
/** A string that reads as a number is one that was not converted. */
const asNumber = (x: unknown): string | undefined =>
  typeof x === 'string' && x.trim() !== '' && !Number.isNaN(Number(x)) ? `a string is given: is ${Number(x)} meant?` : undefined
/** Finite numbers of a range, or a scalar tensor, whose value is not known when it is traced. */
const numbers = (expected: string, has: (x: number) => boolean): Kind<Scalar> => ({
  expected: `${expected} or a scalar tensor`,
  is: (x) => (typeof x === 'number' && Number.isFinite(x) && has(x)) || isScalarTensor(x),
  hint: asNumber,
})

export const scalar = numbers('a finite number', () => true)
/** Infinity too, where that is no limit. */
export const limit: Kind<Scalar> = {
  expected: 'a non-negative number or a scalar tensor',
  is: (x) => (typeof x === 'number' && x >= 0) || isScalarTensor(x),
  hint: asNumber,
}
export const nonNegative = numbers('a non-negative number', (x) => x >= 0)
/** How much of a running sum is kept. Of a sum of squares it is not negative. */
export const kept = numbers('a number from -1 to 1', (x) => x >= -1 && x <= 1)
export const share = numbers('a number from 0 to 1', (x) => x >= 0 && x <= 1)
/** The value of a loss: it may have become NaN or infinite. */
export const loss: Kind<Scalar> = {
  expected: 'the value of the loss, a number or a scalar tensor',
  is: (x) => typeof x === 'number' || isScalarTensor(x),
}
const shareNumber: Kind<number> = {
  expected: 'a number from 0 to 1',
  is: (x) => typeof x === 'number' && x >= 0 && x <= 1,
  hint: asNumber,
}
/** A number, or a function of the count of steps. */
export const rate: Kind<ScalarOrSchedule> = {
  expected: 'a finite number, a scalar tensor or a schedule',
  is: (x) => scalar.is(x) || typeof x === 'function',
  hint: (x) => (isTransformation(x) ? 'a transformation is given; chain(...) puts one after the other' : asNumber(x)),
}
/** A number, or what a schedule answers at a count of steps. Errors: ArgumentError where that is no number. */
export const valueAt = (where: string, of: ScalarOrSchedule, count: Scalar): Scalar => {
  if (typeof of !== 'function') return of
  const value = of(count)
  readArgument(where, 'what the schedule answers', scalar, value)
  return value
}
export const schedule: Kind<Schedule> = {
  expected: 'a schedule, a function of the count of steps',
  is: (x) => typeof x === 'function',
  hint: (x) => (typeof x === 'number' ? 'constantSchedule makes one of a number' : undefined),
}
/** How many steps: a number, or a function of those done. */
export const stepsEach: Kind<number | ((step: Tensor) => Tensor | number)> = {
  expected: 'a positive integer or a schedule',
  is: (x) => positive.is(x) || typeof x === 'function',
  hint: asNumber,
}

export const treeOfBooleans: Kind<Tree<boolean>> = {
  expected: 'a tree of true and false',
  is: (x) => x !== undefined && leaves(x).every((leaf) => typeof leaf === 'boolean'),
}
export const mask: Kind<Mask> = {
  expected: 'a mask: true or false, a tree of such like the parameters or a prefix of them, or a function that makes one of them',
  is: (x) => typeof x === 'function' || treeOfBooleans.is(x),
}

export const transformation: Kind<GradientTransformation<never>> = {
  expected: 'a gradient transformation, such as adam(1e-3)',
  is: isTransformation,
  hint: (x) => (typeof x === 'function' ? `a function is given: is it to be called, as ${x.name || 'adam'}(...)?` : undefined),
}
export const key: Kind<Tensor> = {
  ...tensor,
  expected: 'a key, a tensor',
  hint: (x) => (typeof x === 'number' ? 'random.key(seed) makes a key' : undefined),
}

/** Kinds of the options of optimizers by name. */
const kinds = {
  /** Decay of the mean of gradients. */
  b1: kept,
  /** Decay of the mean of squares. */
  b2: share,
  /** Added to the denominator, outside of the root. */
  eps: nonNegative,
  /** Added inside of the root; needed to differentiate through an update. */
  epsRoot: nonNegative,
  /** Decay of the mean of squares. */
  rho: share,
  /** Decay of the mean of squares. */
  decay: share,
  /** Decay of the third running mean. */
  b3: share,
  /** From what length on the variance counts as known. */
  threshold: scalar,
  initialScale: nonNegative,
  initialAccumulatorValue: nonNegative,
  minNorm: nonNegative,
  minScale: nonNegative,
  trustCoefficient: scalar,
  /** How much of the sum of updates before is kept. */
  momentum: kept,
  weightDecay: rate,
  /** The dtype of `mu`; that of the parameters by default. */
  muDtype: of<DType>()(dtype),
  /** The dtype of the running sum; that of the parameters by default. */
  accumulatorDtype: of<DType>()(dtype),
  /** Look one step ahead. */
  nesterov: boolean,
  /** Divide by the standard deviation, not the root of the mean square. */
  centered: boolean,
  /** Whether `eps` is added inside of the root. */
  epsInSqrt: boolean,
  biasCorrection: boolean,
  /** Correct for the start at zero. */
  debias: boolean,
  /** Go downhill (default). */
  flipSign: boolean,
  /** Take the mean of the gradients, not their sum. */
  useGradMean: boolean,
  /** Which parameters decay; all by default. */
  mask,
  weightDecayMask: mask,
  trustRatioMask: mask,
}
type Name = keyof typeof kinds
/** Declares options of these names. */
export const named = <const N extends Name>(...names: readonly N[]): OptionsReader<Pick<typeof kinds, N>> =>
  declared(Object.fromEntries(names.map((n) => [n, kinds[n]])) as Pick<typeof kinds, N>)
/** Declares options of these kinds. */
export const declared = <K extends Declared>(all: K): OptionsReader<K> => optionsOf(all, { hint: positional(Object.keys(all)) })
/** What is said of a number in the place of options: `sgd(0.1, 0.9)`. */
const positional =
  (names: readonly string[]) =>
  (x: unknown): string | undefined =>
    typeof x === 'number' || typeof x === 'boolean' || typeof x === 'string'
      ? `options are named: { ${names[0] ?? 'name'}: ${String(x)} }`
      : undefined

export const radamOptions = optionsOf({ ...named('b1', 'eps', 'epsRoot', 'nesterov', 'threshold').kinds, b2: shareNumber })
export const novogradOptions = optionsOf({ ...named('b1', 'b2', 'eps', 'epsRoot', 'muDtype').kinds, weightDecay: scalar })

/** An argument: its name and kind, or how options are read. */
export type Argument = readonly [name: string, kind: Kind] | AnyReader
export const optional = <T>(kind: Kind<T>): Kind<T | undefined> => ({ ...kind, is: (x) => x === undefined || kind.is(x) })
const declarations = /* @__PURE__ */ new WeakMap<object, readonly Argument[]>()
/** What a function of this package takes; undefined of others. */
export const argumentsOf = (f: object): readonly Argument[] | undefined => declarations.get(f)
/** The same function, whose arguments are checked before, and the calls of the transformation that it answers; there are no further ones. Errors: ArgumentError. */
export const taking = <A extends readonly unknown[], R>(
  where: string,
  takes: readonly Argument[],
  f: (...args: A) => R,
): ((...args: A) => R) => {
  const call = (...args: A): R => {
    for (const [i, take] of takes.entries()) {
      if (typeof take === 'function') take(where, args[i])
      else readArgument(where, take[0], take[1], args[i])
    }
    if (args.length > takes.length)
      throw new ArgumentError(where, `takes ${takes.length} argument${takes.length === 1 ? '' : 's'} at most, got ${args.length}`)
    const made = f(...args)
    if (!isTransformation(made)) return made
    const fit = fitOf(made) ?? args.flatMap((x) => (isTransformation(x) ? (fitOf(x) ?? []) : []))[0]
    return checked(where, made, fit) as R
  }
  declarations.set(call, takes)
  return call
}
