/** Schedules: learning rates (or other numbers) that depend on the count of steps done. */
import { ArgumentError, np, type Tensor } from '@heddle/func'
import {
  isPlainObject,
  type Kind,
  optionsOf,
  readArgument,
  boolean,
  finite,
  fraction,
  func,
  list,
  listOf,
  number,
  oneOf,
  required,
  type OptionsOf,
} from '@heddle/func/options'
import { type Schedule, scalar } from './options'
import type { Scalar } from './tree-math'

const steps: Kind<number> = { ...finite, expected: 'a number of steps' }
const someSteps: Kind<number> = { expected: 'a positive number of steps', is: (x) => finite.is(x) && (x as number) > 0 }
const noOrSomeSteps: Kind<number> = { expected: 'a non-negative number of steps', is: (x) => finite.is(x) && (x as number) >= 0 }
const polynomialOptions = optionsOf({
  /** Steps before it begins. */
  transitionBegin: steps,
})
/** Options of `polynomialSchedule`. */
export interface PolynomialOptions extends OptionsOf<typeof polynomialOptions> {}
const exponentialOptions = optionsOf({
  /** Steps before it begins. */
  transitionBegin: steps,
  /** Whole intervals only. */
  staircase: boolean,
  /** The decay stops there. */
  endValue: number,
})
/** Options of `exponentialDecay`. */
export interface ExponentialOptions extends OptionsOf<typeof exponentialOptions> {}
const cosineOptions = optionsOf({
  /** The fraction of the first value that is left at the end. */
  alpha: number,
  exponent: number,
})
/** Options of `cosineDecaySchedule`. */
export interface CosineOptions extends OptionsOf<typeof cosineOptions> {}
const warmupCosineOptions = optionsOf({ endValue: number, exponent: number })
/** Options of `warmupCosineDecaySchedule`. */
export interface WarmupCosineOptions extends OptionsOf<typeof warmupCosineOptions> {}

/** Always the same. Source: optax.constant_schedule. */
export const constantSchedule = (value: Scalar): Schedule => {
  readArgument('constantSchedule', 'value', scalar, value)
  return () => value
}
/** From one value to another, by a power of the fraction that is left. Source: optax.polynomial_schedule. */
export const polynomialSchedule = (
  initValue: Scalar,
  endValue: Scalar,
  power: Scalar,
  transitionSteps: number,
  options?: PolynomialOptions,
): Schedule => {
  const { transitionBegin = 0 } = polynomialOptions('polynomialSchedule', options)
  for (const [name, value] of Object.entries({ initValue, endValue, power })) readArgument('polynomialSchedule', name, scalar, value)
  readArgument('polynomialSchedule', 'transitionSteps', steps, transitionSteps)
  if (transitionSteps <= 0) return constantSchedule(initValue)
  const begin = Math.max(transitionBegin, 0)
  return (count) => {
    const done = np.clip(np.subtract(count, begin), 0, transitionSteps)
    const left = np.subtract(1, np.divide(done, transitionSteps))
    const shaped = power === 1 ? left : np.power(left, power)
    return np.add(np.multiply(minus(initValue, endValue), shaped), endValue)
  }
}
const minus = (a: Scalar, b: Scalar): Scalar => (typeof a === 'number' && typeof b === 'number' ? a - b : np.subtract(a, b))
/** From one value to another in a straight line. Source: optax.linear_schedule. */
export const linearSchedule = (initValue: Scalar, endValue: Scalar, transitionSteps: number, options?: PolynomialOptions): Schedule => {
  for (const [name, value] of Object.entries({ initValue, endValue })) readArgument('linearSchedule', name, scalar, value)
  readArgument('linearSchedule', 'transitionSteps', steps, transitionSteps)
  return polynomialSchedule(initValue, endValue, 1, transitionSteps, polynomialOptions('linearSchedule', options))
}

const boundaryKind: Kind = {
  expected: 'an object from counts of steps to numbers, such as { 100: 0.1 }',
  is: (x) => isPlainObject(x) && Object.entries(x).every(([at, by]) => at.trim() !== '' && finite.is(Number(at)) && number.is(by)),
}
const nonNegative = (where: string, scales: readonly number[]): void => {
  if (scales.some((s) => !(s >= 0))) throw new ArgumentError(where, `scales must not be negative, got ${scales.join(', ')}`)
}
type Boundaries = Readonly<Record<number, number>>
const sorted = (boundaries: Boundaries): [number, number][] =>
  Object.entries(boundaries)
    .map(([at, by]): [number, number] => [Number(at), by])
    .sort(([a], [b]) => a - b)

/** Multiplied by a factor after each boundary (a count of steps). Source: optax.piecewise_constant_schedule. */
export const piecewiseConstantSchedule = (initValue: Scalar, boundariesAndScales: Boundaries = {}): Schedule => {
  readArgument('piecewiseConstantSchedule', 'initValue', scalar, initValue)
  readArgument('piecewiseConstantSchedule', 'boundariesAndScales', boundaryKind, boundariesAndScales)
  const steps = sorted(boundariesAndScales)
  nonNegative(
    'piecewiseConstantSchedule',
    steps.map(([, by]) => by),
  )
  return (count) => steps.reduce<Scalar>((value, [at, by]) => np.where(np.less(count, at), value, np.multiply(by, value)), initValue)
}
/** Multiplied by `decayRate` every `transitionSteps` steps, smoothly. Source: optax.exponential_decay. */
export const exponentialDecay = (initValue: Scalar, transitionSteps: number, decayRate: number, options?: ExponentialOptions): Schedule => {
  const { transitionBegin = 0, staircase = false, endValue } = exponentialOptions('exponentialDecay', options)
  readArgument('exponentialDecay', 'initValue', scalar, initValue)
  readArgument('exponentialDecay', 'transitionSteps', steps, transitionSteps)
  readArgument('exponentialDecay', 'decayRate', number, decayRate)
  if (transitionSteps <= 0 || decayRate === 0) return constantSchedule(initValue)
  const begin = Math.max(transitionBegin, 0)
  return (count) => {
    const since = np.subtract(count, begin)
    const fraction = np.divide(since, transitionSteps)
    const decayed = np.multiply(initValue, np.power(decayRate, staircase ? np.floor(fraction) : fraction))
    const value = np.where(np.lessEqual(since, 0), initValue, decayed)
    if (endValue === undefined) return value
    return decayRate < 1 ? np.maximum(value, endValue) : np.minimum(value, endValue)
  }
}
/** Half a cosine from the first value down to `alpha` of it. Source: optax.cosine_decay_schedule; Loshchilov and Hutter, SGDR, 2017. */
export const cosineDecaySchedule = (initValue: Scalar, decaySteps: number, options?: CosineOptions): Schedule => {
  const { alpha = 0, exponent = 1 } = cosineOptions('cosineDecaySchedule', options)
  readArgument('cosineDecaySchedule', 'initValue', scalar, initValue)
  readArgument('cosineDecaySchedule', 'decaySteps', someSteps, decaySteps)
  return (count) => {
    const done = np.minimum(count, decaySteps)
    const cosine = np.multiply(0.5, np.add(1, np.cos(np.divide(np.multiply(Math.PI, done), decaySteps))))
    const shaped = exponent === 1 ? cosine : np.power(cosine, exponent)
    return np.multiply(initValue, np.add(np.multiply(1 - alpha, shaped), alpha))
  }
}
/** One schedule after the other, each counting from its boundary. Source: optax.join_schedules. */
export const joinSchedules = (schedules: readonly Schedule[], boundaries: readonly number[]): Schedule => {
  readArgument('joinSchedules', 'schedules', listOf(func), schedules)
  readArgument('joinSchedules', 'boundaries', listOf(steps), boundaries)
  const [first, ...rest] = schedules
  if (first === undefined || rest.length !== boundaries.length)
    throw new ArgumentError(
      'joinSchedules',
      `${schedules.length} schedules need ${schedules.length - 1} boundaries, got ${boundaries.length}`,
    )
  return (count) =>
    rest.reduce<Scalar>(
      (value, next, i) => np.where(np.less(count, boundaries[i]!), value, next(np.subtract(count, boundaries[i]!))),
      first(count),
    )
}
/** A straight line up, then constant. Source: optax.warmup_constant_schedule. */
export const warmupConstantSchedule = (initValue: Scalar, peakValue: Scalar, warmupSteps: number): Schedule => {
  readArgument('warmupConstantSchedule', 'warmupSteps', noOrSomeSteps, warmupSteps)
  return linearSchedule(initValue, peakValue, warmupSteps)
}
/** The steps of the warmup are among those of the decay, which must be more. */
const checkWarmup = (where: string, warmupSteps: number, decaySteps: number): void => {
  readArgument(where, 'warmupSteps', noOrSomeSteps, warmupSteps)
  readArgument(where, 'decaySteps', steps, decaySteps)
  if (decaySteps <= warmupSteps)
    throw new ArgumentError(
      where,
      `decaySteps counts the warmup too, so it must be greater than warmupSteps; got decaySteps ${decaySteps} and warmupSteps ${warmupSteps}`,
    )
}
/** A straight line up, then half a cosine down; `decaySteps` counts both. Source: optax.warmup_cosine_decay_schedule. */
export const warmupCosineDecaySchedule = (
  initValue: number,
  peakValue: number,
  warmupSteps: number,
  decaySteps: number,
  options?: WarmupCosineOptions,
): Schedule => {
  const where = 'warmupCosineDecaySchedule'
  const { endValue = 0, exponent = 1 } = warmupCosineOptions(where, options)
  for (const [name, value] of Object.entries({ initValue, peakValue })) readArgument(where, name, number, value)
  checkWarmup(where, warmupSteps, decaySteps)
  return joinSchedules(
    [
      linearSchedule(initValue, peakValue, warmupSteps),
      cosineDecaySchedule(peakValue, decaySteps - warmupSteps, { alpha: peakValue === 0 ? 0 : endValue / peakValue, exponent }),
    ],
    [warmupSteps],
  )
}
/** A straight line up, then exponential decay. Source: optax.warmup_exponential_decay_schedule. */
export const warmupExponentialDecaySchedule = (
  initValue: Scalar,
  peakValue: Scalar,
  warmupSteps: number,
  transitionSteps: number,
  decayRate: number,
  given?: ExponentialOptions,
): Schedule => {
  const options = exponentialOptions('warmupExponentialDecaySchedule', given)
  readArgument('warmupExponentialDecaySchedule', 'warmupSteps', noOrSomeSteps, warmupSteps)
  return joinSchedules(
    [linearSchedule(initValue, peakValue, warmupSteps), exponentialDecay(peakValue, transitionSteps, decayRate, options)],
    [warmupSteps],
  )
}
const cycleOptions = optionsOf({
  initValue: required(number),
  peakValue: required(number),
  warmupSteps: required(noOrSomeSteps),
  decaySteps: required(someSteps),
  endValue: number,
  exponent: number,
})
/** One cycle of `sgdrSchedule`. */
export interface CosineCycle extends OptionsOf<typeof cycleOptions> {}
/** Warm restarts: cycles of warmup and cosine decay. Source: optax.sgdr_schedule. */
export const sgdrSchedule = (cycles: readonly CosineCycle[]): Schedule => {
  readArgument('sgdrSchedule', 'cycles', list, cycles)
  for (const [i, cycle] of cycles.entries()) cycleOptions(`sgdrSchedule, cycle ${i}`, cycle)
  const ends = cycles.map((_, i) => cycles.slice(0, i + 1).reduce((n, c) => n + c.decaySteps, 0))
  const schedules = cycles.map((c) =>
    warmupCosineDecaySchedule(c.initValue, c.peakValue, c.warmupSteps, c.decaySteps, { endValue: c.endValue, exponent: c.exponent }),
  )
  return joinSchedules(schedules, ends.slice(0, -1))
}

type Interpolate = (start: number, end: number, fraction: Tensor) => Tensor
const interpolations: Readonly<Record<'linear' | 'cosine', Interpolate>> = {
  linear: (start, end, fraction) => np.add(np.multiply(end - start, fraction), start),
  cosine: (start, end, fraction) => np.add(end, np.multiply((start - end) / 2, np.add(np.cos(np.multiply(Math.PI, fraction)), 1))),
}
const interpolationKind = oneOf('linear', 'cosine')
/** Between boundaries by interpolation, with a factor at each. Source: optax.piecewise_interpolate_schedule. */
export const piecewiseInterpolateSchedule = (
  type: 'linear' | 'cosine',
  initValue: number,
  boundariesAndScales: Boundaries = {},
): Schedule => {
  readArgument('piecewiseInterpolateSchedule', 'type', interpolationKind, type)
  readArgument('piecewiseInterpolateSchedule', 'initValue', finite, initValue)
  readArgument('piecewiseInterpolateSchedule', 'boundariesAndScales', boundaryKind, boundariesAndScales)
  const steps = sorted(boundariesAndScales)
  nonNegative(
    'piecewiseInterpolateSchedule',
    steps.map(([, by]) => by),
  )
  const bounds = [0, ...steps.map(([at]) => at)]
  const values = steps.reduce<number[]>((vs, [, by]) => [...vs, vs.at(-1)! * by], [initValue])
  return (count) =>
    steps.reduce<Tensor>(
      (later, _, k) => {
        const i = steps.length - 1 - k
        const fraction = np.divide(np.subtract(count, bounds[i]!), Math.max(bounds[i + 1]! - bounds[i]!, 1))
        return np.where(np.less(count, bounds[i + 1]!), interpolations[type](values[i]!, values[i + 1]!, fraction), later)
      },
      np.full([], values.at(-1)!, 'float32'),
    )
}
const onecycleKinds = {
  /** Fraction of the steps that goes up. */
  pctStart: fraction,
  divFactor: number,
  finalDivFactor: number,
}
const linearOnecycleOptions = optionsOf({
  ...onecycleKinds,
  /** Fraction of the steps after which the last decay begins; linear only. */
  pctFinal: fraction,
})
/** Options of `linearOnecycleSchedule`. */
export interface OnecycleOptions extends OptionsOf<typeof linearOnecycleOptions> {}
const cosineOnecycleOptions = optionsOf(onecycleKinds)
/** Options of `cosineOnecycleSchedule`. */
export interface CosineOnecycleOptions extends OptionsOf<typeof cosineOnecycleOptions> {}
const needSteps = (where: string, transitionSteps: number): void => {
  readArgument(where, 'transitionSteps', someSteps, transitionSteps)
}
/** Up, down and out in straight lines. Source: optax.linear_onecycle_schedule; Smith and Topin, Super-Convergence, 2018. */
export const linearOnecycleSchedule = (transitionSteps: number, peakValue: number, options?: OnecycleOptions): Schedule => {
  const { pctStart = 0.3, pctFinal = 0.85, divFactor = 25, finalDivFactor = 1e4 } = linearOnecycleOptions('linearOnecycleSchedule', options)
  readArgument('linearOnecycleSchedule', 'peakValue', number, peakValue)
  needSteps('linearOnecycleSchedule', transitionSteps)
  return piecewiseInterpolateSchedule('linear', peakValue / divFactor, {
    [Math.trunc(pctStart * transitionSteps)]: divFactor,
    [Math.trunc(pctFinal * transitionSteps)]: 1 / divFactor,
    [transitionSteps]: 1 / finalDivFactor,
  })
}
/** Up and down along cosines. Source: optax.cosine_onecycle_schedule. */
export const cosineOnecycleSchedule = (transitionSteps: number, peakValue: number, options?: CosineOnecycleOptions): Schedule => {
  const { pctStart = 0.3, divFactor = 25, finalDivFactor = 1e4 } = cosineOnecycleOptions('cosineOnecycleSchedule', options)
  readArgument('cosineOnecycleSchedule', 'peakValue', number, peakValue)
  needSteps('cosineOnecycleSchedule', transitionSteps)
  return piecewiseInterpolateSchedule('cosine', peakValue / divFactor, {
    [Math.trunc(pctStart * transitionSteps)]: divFactor,
    [transitionSteps]: 1 / (divFactor * finalDivFactor),
  })
}
