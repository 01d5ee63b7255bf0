/** What is measured of updates on their way, kept in the state for a log to read. */
import { func, isPlainObject, type Kind, type OptionsOf, string } from '@heddle/func/options'
import { ema, type EmaState } from './momentum'
import { kept, named, taking } from './options'
import { type EmptyState, type Extra, type GradientTransformation, isTransformation } from './transformation'
import { type Scalar, zerosLike } from './tree-math'

/** Makes a tree of tensors (a number's worth, say) of the updates. */
export type Measure = (updates: never) => unknown

/** State of `snapshot`. */
export interface SnapshotState {
  readonly measurement: Readonly<Record<string, unknown>>
}
/** State of `monitor`. */
export interface MonitorState {
  /** What was measured at the last step, by name; zeros at the start. */
  readonly measurements: Readonly<Record<string, unknown>>
  readonly measure_states: readonly unknown[]
}
/**
 * Keeps a measure of the updates in the state, under a name; at the start that of the parameters. Source: optax.snapshot.
 *
 * @example
 * chain(snapshot('norm', globalNorm), adam(1e-3)) // state[0].measurement.norm
 */
export const snapshot = taking(
  'snapshot',
  [
    ['measureName', string],
    ['measure', func],
  ],
  (measureName: string, measure: Measure): GradientTransformation<SnapshotState> => ({
    init: (params) => ({ measurement: { [measureName]: measure(params as never) } }),
    update: (updates) => [updates, { measurement: { [measureName]: measure(updates as never) } }],
  }),
)
const measures: Kind = {
  expected: 'an object of measures by name: functions of the updates, or transformations such as measureWithEma(measure, 0.9)',
  is: (x) => isPlainObject(x) && Object.values(x).every((m) => typeof m === 'function' || isTransformation(m)),
}
const measuring = (measure: Measure): GradientTransformation<EmptyState> => ({
  init: () => ({}),
  update: (updates, state) => [measure(updates as never) as typeof updates, state],
})
/**
 * Keeps measures of the updates in the state: functions of them, or transformations whose updates are what is measured. Unlike optax's, the
 * state has places for all from the start, filled with zeros, so that it may be a loop's carry. Source: optax.monitor.
 */
export const monitor = taking(
  'monitor',
  [['measures', measures]],
  (byName: Readonly<Record<string, Measure | GradientTransformation>>): GradientTransformation<MonitorState> => {
    const all = Object.entries(byName).map(([name, m]): readonly [string, GradientTransformation] => [
      name,
      typeof m === 'function' ? measuring(m) : m,
    ])
    const measured = (updates: unknown, states: readonly unknown[], params: unknown, extra?: Extra): MonitorState => {
      const results = all.map(([name, m], i) => [name, m.update(updates, states[i], params, extra)] as const)
      return {
        measurements: Object.fromEntries(results.map(([name, [measurement]]) => [name, measurement])),
        measure_states: results.map(([, [, state]]) => state),
      }
    }
    return {
      init: (params) => {
        const measure_states = all.map(([, m]) => m.init(params))
        const { measurements } = measured(params, measure_states, params)
        return { measurements: zerosLike(measurements), measure_states }
      },
      update: (updates, state, params, extra) => [updates, measured(updates, state.measure_states, params, extra)],
    }
  },
)
const measureOptions = named('debias', 'accumulatorDtype')
/** For `monitor`: the moving average of a measure. Source: optax.measure_with_ema. */
export const measureWithEma = taking(
  'measureWithEma',
  [['measure', func], ['decay', kept], measureOptions],
  (
    measure: Measure,
    decay: Scalar,
    options: OptionsOf<typeof measureOptions> = {},
  ): GradientTransformation<readonly [EmptyState, EmaState]> => {
    const average = ema(decay, options)
    return {
      init: (params) => [{}, average.init(measure(params as never))],
      update: <T>(updates: T, [none, state]: readonly [EmptyState, EmaState]) => {
        const [mean, next] = average.update(measure(updates as never) as T, state)
        return [mean, [none, next]]
      },
    }
  },
)
