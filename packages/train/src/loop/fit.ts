/**
 * A loop, for those who want none of their own: steps over data, with logs, evaluation, checkpoints, early stopping and a way to stop it.
 *
 * It holds no model: a step is any function from a state and a batch to the next state and what it measured, compiled by the user, with the state
 * donated. It knows of files and terminals as little: reporters and `save` are functions.
 */
import { ArgumentError, type Tensor } from '@heddle/func'
import { anything, count, describe, func, isPlainObject, of, optionsOf, positive, required, string } from '@heddle/func/options'
import { type DataPosition, Dataset } from '../data/dataset'
import { EarlyStopping, type EarlyStoppingOptions, type EarlyStoppingState } from '../early-stopping'
import { NonFiniteLossError } from '../error'
import { type Measured, meansOf, type Numbers, numbersOf, window } from './measured'
import { release } from './release'
import type { EndReason, Reporter } from './report'

/** Where a run stands: all that is needed to go on. */
export interface Snapshot<S> {
  /** Steps done. */
  readonly step: number
  readonly state: S
  /** Of the data, where they are a `Dataset`: plain JSON. */
  readonly position: DataPosition | undefined
  /** Of the last evaluation. */
  readonly metrics: Readonly<Record<string, number>> | undefined
}
/** What a run came to. */
export interface FitResult<S> extends Snapshot<S> {
  readonly reason: EndReason
}
type Later<T> = T | Promise<T>
/** Options of `fit`. */
export interface FitOptions<S, B> {
  /** The first state; it is consumed where `step` donates it. */
  readonly state: S
  /** The next state, and what is measured: a loss or scalars by name. */
  readonly step: (state: S, batch: B) => readonly [state: S, measured: Measured]
  readonly data: Dataset<B> | Iterable<B> | AsyncIterable<B>
  /** How many steps there will have been at the end, those before `startStep` included; until the data end by default. */
  readonly steps?: number | undefined
  /** How many steps were done before: of the snapshot that is gone on from; 0 by default. */
  readonly startStep?: number | undefined
  /** Where in the data to begin: of that snapshot. */
  readonly position?: DataPosition | undefined
  readonly reporters?: readonly Reporter[] | undefined
  /** Steps between entries of the log; 10 by default. */
  readonly logEvery?: number | undefined
  /** For the log: a number, or the schedule. */
  readonly learningRate?: number | ((step: number) => number | Tensor) | undefined
  /** Measures a state, such as by `evaluate`. */
  readonly evaluate?: ((state: S) => Later<Readonly<Record<string, number | Tensor>>>) | undefined
  /** Steps between evaluations; by default there is one at the end. */
  readonly evaluateEvery?: number | undefined
  /** Keeps a snapshot: what is to be read of the state must be so when it returns. `manager.save` of a CheckpointManager does. */
  readonly save?: ((snapshot: Snapshot<S>) => Later<unknown>) | undefined
  /** Steps between snapshots; by default there is one at the end, or where the run is stopped. */
  readonly saveEvery?: number | undefined
  /** Stop where `metric` of evaluations (of the log, where there are none) does not become lower; `loss` by default. */
  readonly earlyStopping?: (EarlyStoppingOptions & { readonly metric?: string | undefined }) | undefined
  /** Stop after the step that runs, and save. */
  readonly signal?: AbortSignal | undefined
}
const fitOptions = optionsOf({
  state: anything,
  step: required(func),
  data: required(of<object>()({ expected: 'data that can be iterated over', is: (x) => typeof x === 'object' && x !== null })),
  steps: count,
  startStep: count,
  position: anything,
  reporters: anything,
  logEvery: positive,
  learningRate: anything,
  evaluate: func,
  evaluateEvery: positive,
  save: func,
  saveEvery: positive,
  earlyStopping: anything,
  signal: anything,
})
const metricName = optionsOf({ metric: string })

const iteratorOf = <B>(data: FitOptions<unknown, B>['data'], position: DataPosition | undefined): Iterator<B> | AsyncIterator<B> => {
  if (data instanceof Dataset) return data.iterator(position)
  if (position !== undefined) throw new ArgumentError('fit', 'a position is one in a Dataset, and the data are none')
  if (Symbol.asyncIterator in data) return data[Symbol.asyncIterator]()
  if (Symbol.iterator in data) return data[Symbol.iterator]()
  throw new ArgumentError('fit', `data: expected something to iterate over, got ${describe(data)}`)
}
/** Lets timers, signals and a page have their turn, now and then. */
const breather = (): (() => Promise<void> | undefined) => {
  let last = performance.now()
  return () => {
    if (performance.now() - last < 30) return undefined
    return new Promise((resume) => {
      const go = (): void => {
        last = performance.now()
        resume()
      }
      if (typeof setImmediate === 'function') setImmediate(go)
      else setTimeout(go, 0)
    })
  }
}

/**
 * Runs steps until there were enough, the data end, nothing improves, or it is asked to stop, and answers where it stands.
 *
 * Losses are read while later steps run, some at a time; so one that is not finite is found up to two entries of the log later.
 * Errors: NonFiniteLossError, which says the step; ArgumentError; whatever a step or the data throw. Reporters are told of the end in any case.
 */
export const fit = async <S, B>(given: FitOptions<S, B>): Promise<FitResult<S>> => {
  fitOptions('fit', given)
  const { data, startStep = 0, logEvery = 10, learningRate, evaluate, evaluateEvery, save, saveEvery, signal, reporters = [] } = given
  const stopping = given.earlyStopping
  const length = data instanceof Dataset ? data.length : undefined
  const steps =
    given.steps ?? (length !== undefined && Number.isFinite(length) && given.position === undefined ? startStep + length : undefined)
  if (given.steps === undefined && length === Number.POSITIVE_INFINITY)
    throw new ArgumentError('fit', 'the data never end: say by steps when to stop')
  if (stopping !== undefined && !isPlainObject(stopping))
    throw new ArgumentError('fit', `earlyStopping: expected options, got ${describe(stopping)}`)
  const { metric: named, ...patience } = stopping ?? {}
  const { metric = 'loss' } = metricName('fit', { metric: named })
  let early: EarlyStoppingState = EarlyStopping.create(patience)
  const rested = breather()
  let [state, step, began] = [given.state, startStep, performance.now()]
  let [evaluated, saved]: [at: number | undefined, savedAt: number | undefined] = [undefined, undefined]
  let measured: Readonly<Record<string, number>> | undefined
  let reading: Promise<Numbers> | undefined
  let reason: EndReason | undefined
  const kept = window()
  const iterator = iteratorOf(data, given.position)
  const position = (): DataPosition | undefined =>
    'position' in iterator ? (iterator as { position(): DataPosition }).position() : undefined

  const improved = (metrics: Readonly<Record<string, number>>): void => {
    if (stopping === undefined) return
    const value = metrics[metric]
    if (value === undefined)
      throw new ArgumentError('fit', `earlyStopping: there is no metric ${metric}, there are ${Object.keys(metrics).join(', ')}`)
    early = EarlyStopping.update(early, value)
    if (early.shouldStop) reason ??= 'earlyStopping'
  }
  /** Tells what was read. */
  const tell = async (numbers: Numbers | undefined): Promise<void> => {
    if (numbers === undefined) return
    const { each, step: at, arrived } = numbers
    const losses = each.loss ?? []
    const bad = losses.findIndex((x) => !Number.isFinite(x))
    if (bad >= 0) throw new NonFiniteLossError(at - losses.length + 1 + bad, losses[bad]!)
    const metrics = meansOf(each)
    const stepsPerSecond = (Object.values(each)[0]?.length ?? 0) / Math.max((arrived - began) / 1000, 1e-9)
    began = arrived
    const rate =
      learningRate === undefined
        ? {}
        : await numbersOf({ learningRate: typeof learningRate === 'function' ? learningRate(at - 1) : learningRate })
    for (const r of reporters) await r.log?.({ step: at, steps, metrics, each, stepsPerSecond, ...rate })
    if (evaluate === undefined) improved(metrics)
  }
  /** Reads what was measured; the last reading has arrived by then. */
  const flush = async (): Promise<void> => {
    await tell(await reading)
    reading = kept.count > 0 ? kept.read(step) : undefined
    // an error of this reading is told where it is waited for
    reading?.catch(() => undefined)
  }
  const settle = async (): Promise<void> => {
    await flush()
    await flush()
  }
  const evaluateNow = async (): Promise<void> => {
    if (evaluate === undefined || evaluated === step) return
    await settle()
    const answer = await evaluate(state)
    measured = await numbersOf(answer)
    evaluated = step
    for (const r of reporters) await r.evaluation?.({ step, metrics: measured })
    improved(measured)
    began = performance.now()
  }
  const snapshot = (): Snapshot<S> => ({ step, state, position: position(), metrics: evaluated === step ? measured : undefined })
  const saveNow = async (): Promise<void> => {
    if (save === undefined || saved === step) return
    await settle()
    await save(snapshot())
    saved = step
  }
  try {
    for (const r of reporters) await r.start?.({ step, steps })
    while (reason === undefined) {
      if (steps !== undefined && step >= steps) reason = 'steps'
      else if (signal?.aborted === true) reason = 'signal'
      if (reason !== undefined) break
      const next = await iterator.next()
      if (next.done === true) {
        reason = 'data'
        break
      }
      const answer: unknown = given.step(state, next.value)
      if (!Array.isArray(answer) || answer.length !== 2)
        throw new ArgumentError('fit', `a step answers [state, loss], got ${describe(answer)}`)
      const [after, scalars] = answer as [S, Measured]
      state = after
      step += 1
      release(next.value)
      kept.add(scalars)
      if (step % logEvery === 0) await flush()
      if (evaluateEvery !== undefined && step % evaluateEvery === 0) await evaluateNow()
      if (saveEvery !== undefined && step % saveEvery === 0) await saveNow()
      await rested()
    }
    await settle()
    if (reason !== 'signal') await evaluateNow()
    await saveNow()
    return { ...snapshot(), reason: reason ?? 'steps' }
  } catch (e) {
    reason = undefined
    throw e
  } finally {
    kept.dispose()
    await iterator.return?.()
    for (const r of reporters) await r.end?.({ step, reason })
  }
}
