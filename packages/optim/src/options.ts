/** What optimizers, schedules and losses take: read by the one rule for options, which `@heddle/func/options` tells. */
import { ArgumentError, isTensor } from '@heddle/func'
import {
  anything,
  boolean,
  dtype,
  either,
  func,
  type Kind,
  number,
  optionsReaders,
  type OptionsReader,
  sayProblems,
} from '@heddle/func/options'

/** A reader of options that throws this package's ArgumentError. */
export const optionsOf = optionsReaders((where, problems) => new ArgumentError(where, sayProblems(problems)))

export const scalar: Kind = { expected: 'a number or a scalar tensor', is: (x) => number.is(x) || (isTensor(x) && x.ndim === 0) }
/** A number, or a function of the count of steps. */
export const rate: Kind = { ...either(scalar, func), expected: 'a number, a scalar tensor or a schedule' }
export const optional = (kind: Kind): Kind => ({ ...kind, is: (x) => x === undefined || kind.is(x) })

/** Kinds of the options of optimizers by name: the same name is the same kind in all of them. */
const kinds = {
  b1: scalar,
  b2: scalar,
  eps: scalar,
  epsRoot: scalar,
  rho: scalar,
  decay: scalar,
  threshold: scalar,
  initialScale: scalar,
  initialAccumulatorValue: scalar,
  minNorm: scalar,
  minScale: scalar,
  trustCoefficient: scalar,
  momentum: scalar,
  weightDecay: rate,
  muDtype: dtype,
  accumulatorDtype: dtype,
  nesterov: boolean,
  centered: boolean,
  epsInSqrt: boolean,
  biasCorrection: boolean,
  debias: boolean,
  flipSign: boolean,
  useGradMean: boolean,
  mask: anything,
  weightDecayMask: anything,
  trustRatioMask: anything,
} as const
type Name = keyof typeof kinds
type Named<O> = { readonly [N in keyof O & string]-?: N extends Name ? true : never }
/** A reader of options of these names; the list must be complete. */
export const named = <O extends object>(names: Named<O>): OptionsReader<O> =>
  optionsOf<O>(Object.fromEntries(Object.keys(names).map((n) => [n, kinds[n as Name]])) as never)

/** An argument: its name and kind, or how options are read. */
type Argument = readonly [name: string, kind: Kind] | OptionsReader<unknown>
/** The same function, whose arguments are checked before. Errors: ArgumentError. */
export const taking =
  <A extends readonly unknown[], R>(where: string, takes: readonly Argument[], f: (...args: A) => R): ((...args: A) => R) =>
  (...args) => {
    for (const [i, take] of takes.entries()) {
      if (typeof take === 'function') take(where, args[i])
      else read(where, take[0], take[1], args[i])
    }
    return f(...args)
  }
/** Checks an argument. Errors: ArgumentError that names it. */
export const read = (where: string, name: string, { is, expected, hint }: Kind, x: unknown): void => {
  if (!is(x)) throw new ArgumentError(where, sayProblems([{ path: [name], expected, actual: x, hint: hint?.(x) }]))
}
