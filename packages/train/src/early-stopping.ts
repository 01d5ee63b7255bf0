/**
 * Early stopping as a value: what was best, how long ago, and whether to stop. Each measurement makes the next value.
 *
 * A plain object of numbers and booleans, so that a checkpoint's metadata may hold it. NaN is never an improvement.
 */
import { boolean, count, finite, type Kind, nullable, number, optionsOf, type OptionsOf, readArgument } from '@heddle/func/options'

/** What is remembered from one measurement to the next. */
export interface EarlyStoppingState {
  /** By how much a measurement must be lower to be an improvement. */
  readonly minDelta: number
  /** How many measurements without an improvement are borne. */
  readonly patience: number
  readonly bestMetric: number
  /** Measurements since the last improvement. */
  readonly patienceCount: number
  readonly shouldStop: boolean
  /** Whether the last measurement was an improvement. */
  readonly hasImproved: boolean
}
const nonNegative: Kind<number> = { expected: 'a number that is not negative', is: (x) => finite.is(x) && (x as number) >= 0 }
const earlyStoppingOptions = optionsOf({
  /** By how much a measurement must be lower to be an improvement; 0 by default. */
  minDelta: nonNegative,
  /** How many measurements without an improvement are borne before the one that stops; 0 by default. */
  patience: count,
  /** The best so far; infinity by default, and for null, which JSON makes of it. */
  bestMetric: nullable(number),
  patienceCount: count,
  shouldStop: boolean,
  hasImproved: boolean,
})
/** Options of `EarlyStopping.create`. */
export interface EarlyStoppingOptions extends OptionsOf<typeof earlyStoppingOptions> {}

/** Early stopping: lower is better. Source: flax.training.early_stopping.EarlyStopping. */
export const EarlyStopping = {
  /** Before the first measurement; or a state that was saved, by its fields. Errors: ArgumentError. */
  create: (options?: EarlyStoppingOptions): EarlyStoppingState => {
    const given = earlyStoppingOptions('EarlyStopping.create', options)
    return {
      minDelta: given.minDelta ?? 0,
      patience: given.patience ?? 0,
      bestMetric: given.bestMetric ?? Number.POSITIVE_INFINITY,
      patienceCount: given.patienceCount ?? 0,
      shouldStop: given.shouldStop ?? false,
      hasImproved: given.hasImproved ?? false,
    }
  },
  /** After a measurement, lower being better. Errors: ArgumentError for what is no number, such as a tensor: read it first. */
  update: (state: EarlyStoppingState, metric: number): EarlyStoppingState => {
    readArgument('EarlyStopping.update', 'metric', measured, metric)
    const improved = Number.isFinite(state.bestMetric) ? state.bestMetric - metric > state.minDelta : metric < Number.POSITIVE_INFINITY
    if (improved) return { ...state, bestMetric: metric, patienceCount: 0, hasImproved: true }
    return {
      ...state,
      patienceCount: state.patienceCount + 1,
      shouldStop: state.shouldStop || state.patienceCount >= state.patience,
      hasImproved: false,
    }
  },
  /** As before the first measurement. */
  reset: (state: EarlyStoppingState): EarlyStoppingState => ({
    ...state,
    bestMetric: Number.POSITIVE_INFINITY,
    patienceCount: 0,
    shouldStop: false,
    hasImproved: false,
  }),
} as const
const measured: Kind<number> = {
  expected: 'a number',
  is: (x) => typeof x === 'number',
  hint: (x) => (typeof x === 'object' && x !== null ? 'a tensor is read by (await x.data())[0] or x.item()' : undefined),
}
