/** Several metrics as one, and outputs that are kept whole. */
import { ArgumentError, lax, np, type Tensor } from '@heddle/func'
import { describe, isPlainObject } from '@heddle/func/options'
import type { Output } from './average'
import { type Metric, outputOf } from './metric'

interface AnyMetric {
  empty(): unknown
  fromModelOutput(outputs: never): unknown
  merge(a: never, b: never): unknown
  reduce(stacked: never): unknown
  compute(value: never): unknown
}
type OutputsOf<M> = M extends { fromModelOutput(outputs: infer O): unknown } ? O : never
type ValueOf<M> = M extends { empty(): infer V } ? V : never
type ResultOf<M> = M extends { compute(value: never): infer R } ? R : never
type All<U> = (U extends unknown ? (x: U) => void : never) extends (x: infer I) => void ? I : never
type Metrics = Readonly<Record<string, AnyMetric>>

/** A metric of metrics: values and results have their names. */
export interface CollectionMetric<M extends Metrics>
  extends Metric<All<OutputsOf<M[keyof M]>>, { readonly [K in keyof M]: ValueOf<M[K]> }, { readonly [K in keyof M]: ResultOf<M[K]> }> {
  /** The value of the outputs of all along a named axis of `vmap`, the same at each place. Source: clu.metrics.Collection.gather_from_model_output. */
  gatherFromModelOutput(outputs: All<OutputsOf<M[keyof M]>>, axisName: string): { readonly [K in keyof M]: ValueOf<M[K]> }
}
const isMetric = (x: unknown): x is AnyMetric =>
  typeof x === 'object' &&
  x !== null &&
  ['empty', 'fromModelOutput', 'merge', 'reduce', 'compute'].every((m) => typeof Reflect.get(x, m) === 'function')

/** Several metrics as one. Source: clu.metrics.Collection. */
export const Collection = {
  /**
   * One metric of several: its outputs are those that they need, its values and results objects by their names.
   *
   * Errors: ArgumentError for what is no metric. Source: clu.metrics.Collection.create.
   *
   * @example
   * const metrics = Collection.create({ loss: Average.fromOutput('loss'), accuracy: Accuracy })
   * let value = metrics.empty()
   * value = metrics.merge(value, metrics.fromModelOutput({ loss: x, logits: pred, labels: y }))
   * metrics.compute(value).accuracy
   */
  create: <const M extends Metrics>(metrics: M): CollectionMetric<M> => {
    if (!isPlainObject(metrics)) throw new ArgumentError('Collection.create', `expected metrics by their names, got ${describe(metrics)}`)
    for (const [name, metric] of Object.entries(metrics))
      if (!isMetric(metric))
        throw new ArgumentError(
          'Collection.create',
          `${name}: expected a metric, got ${describe(metric)}` +
            (typeof Reflect.get(Object(metric), 'create') === 'function' ? '; it is made by its create(...)' : ''),
        )
    const each = <R>(f: (metric: Metric<unknown, unknown, unknown>, name: string) => unknown): R =>
      Object.fromEntries(Object.entries(metrics).map(([name, m]) => [name, f(m as never, name)])) as R
    const at = (value: unknown, name: string): unknown => {
      const found = isPlainObject(value) ? value[name] : undefined
      if (found === undefined) throw new ArgumentError('Collection', `the value has no ${name}, got ${describe(value)}; empty() makes one`)
      return found
    }
    const fromModelOutput: CollectionMetric<M>['fromModelOutput'] = (outputs) => each((m) => m.fromModelOutput(outputs))
    const reduce: CollectionMetric<M>['reduce'] = (stacked) => each((m, name) => m.reduce(at(stacked, name)))
    return {
      empty: () => each((m) => m.empty()),
      fromModelOutput,
      gatherFromModelOutput: (outputs, axisName) => reduce(lax.allGather(fromModelOutput(outputs), axisName) as never),
      merge: (a, b) => each((m, name) => m.merge(at(a, name), at(b, name))),
      reduce,
      compute: (value) => each((m, name) => m.compute(at(value, name))),
    }
  },
} as const

/** Batches of outputs, in order. */
export type CollectedValue<N extends string> = { readonly [K in N]: readonly Tensor[] }
/** Outputs that are kept whole, for what can be said of all examples only, such as a curve. Source: clu.metrics.CollectingMetric. */
export const CollectingMetric = {
  /**
   * Keeps outputs of these names, whose axis 0 is that of examples, and answers them as one tensor each. A value grows, so it is merged outside
   * of compiled loops: inside, answer `fromModelOutput` of each turn, and `reduce` what `scan` stacked. Of no examples a tensor is `[0]`.
   */
  fromOutputs: <const N extends string>(
    ...names: readonly N[]
  ): Metric<{ readonly [K in N]: Output<K>[K] }, CollectedValue<N>, { readonly [K in N]: Tensor }> => {
    const where = 'CollectingMetric'
    for (const name of names)
      if (typeof name !== 'string') throw new ArgumentError(`${where}.fromOutputs`, `expected names of outputs, got ${describe(name)}`)
    const each = <R>(f: (name: N) => unknown): R => Object.fromEntries(names.map((name) => [name, f(name)])) as R
    return {
      empty: () => each(() => []),
      fromModelOutput: (outputs) =>
        each((name) => {
          const x = outputOf(where, outputs, name)
          return [x.ndim === 0 ? np.reshape(x, [1]) : x]
        }),
      merge: (a, b) => each((name) => [...a[name], ...b[name]]),
      reduce: (stacked) => each((name) => stacked[name].map((x) => np.reshape(x, [-1, ...x.shape.slice(2)]))),
      compute: (value) => each((name) => (value[name].length === 0 ? np.zeros([0]) : np.concatenate([...value[name]]))),
    }
  },
} as const
