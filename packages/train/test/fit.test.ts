/** The loop: what it computes, tells, saves and goes on from; how it stops. */
import { CheckpointManager, memoryStorage } from '@heddle/checkpoint'
import { hostBackend } from '@heddle/backend-host'
import { getDefaultBackend, jit, np, setDefaultBackend, type Tensor, valueAndGrad } from '@heddle/func'
import { sgd } from '@heddle/optim'
import { describe, expect, it } from 'vitest'
import {
  Accuracy,
  Average,
  Collection,
  evaluate,
  fit,
  fromArrays,
  fromIterable,
  fromItems,
  history,
  jsonLine,
  logElement,
  logLines,
  NonFiniteLossError,
  plotSpec,
  type Reporter,
  type Snapshot,
  TrainState,
} from '../src'

setDefaultBackend(hostBackend())

const xs = Float32Array.from({ length: 40 }, (_, i) => i / 20 - 1)
const ys = xs.map((x) => 3 * x + 1)
const data = fromArrays({ x: xs, y: ys }).shuffle(0).repeat().batch(8)
const start = () => TrainState.create({ params: { w: np.array(0), b: np.array(0) }, tx: sgd(0.1) })
type State = ReturnType<typeof start>
type Batch = { readonly x: Tensor; readonly y: Tensor }
const lossOf = (p: State['params'], { x, y }: Batch): Tensor => np.mean(np.square(np.subtract(np.add(np.multiply(p.w, x), p.b), y)))
const step = jit(
  (state: State, batch: Batch): [State, Tensor] => {
    const [loss, grads] = valueAndGrad((p: State['params']) => lossOf(p, batch))(state.params)
    return [state.applyGradients({ grads }), loss]
  },
  { donateArgnums: 0 },
)
const numbers = ({ params }: State): number[] => [params.w.item(), params.b.item()]
/** Keeps what it is told. */
const listener = (): { readonly told: string[]; readonly reporter: Reporter } => {
  const told: string[] = []
  return {
    told,
    reporter: {
      start: ({ step: at, steps }) => void told.push(`start ${at}/${steps}`),
      log: ({ step: at, each }) => void told.push(`log ${at} (${each.loss?.length})`),
      evaluation: ({ step: at }) => void told.push(`evaluation ${at}`),
      end: ({ step: at, reason }) => void told.push(`end ${at} ${reason}`),
    },
  }
}

describe('fit', () => {
  it('is the loop that one would write', async () => {
    let state = start()
    const losses: number[] = []
    for (const batch of data.take(60)) {
      const [next, loss] = step(state, batch)
      state = next
      losses.push(loss.item())
    }
    const past = history()
    const result = await fit({ state: start(), step, data, steps: 60, reporters: [past] })
    expect([result.step, result.reason]).toEqual([60, 'steps'])
    expect(numbers(result.state)).toEqual(numbers(state))
    expect(past.steps.map(({ metrics }) => metrics.loss)).toEqual(losses)
    expect(past.steps.map((s) => s.step)).toEqual(losses.map((_, i) => i + 1))
    expect(numbers(result.state)[0]).toBeCloseTo(3, 1)
  })
  it('tells in order, and each step once', async () => {
    const { told, reporter } = listener()
    const kept: number[] = []
    await fit({
      state: start(),
      step,
      data,
      steps: 25,
      reporters: [reporter],
      evaluate: () => ({ loss: 1 }),
      evaluateEvery: 12,
      save: ({ step: at }) => kept.push(at),
      saveEvery: 20,
    })
    expect(told).toEqual([
      'start 0/25',
      'log 10 (10)',
      'log 12 (2)',
      'evaluation 12',
      'log 20 (8)',
      'log 24 (4)',
      'evaluation 24',
      'log 25 (1)',
      'evaluation 25',
      'end 25 steps',
    ])
    expect(kept).toEqual([20, 25])
  })
  it('goes on from a snapshot to the same numbers', async () => {
    const whole = await fit({ state: start(), step, data, steps: 33 })
    let at: Snapshot<State> | undefined
    await fit({ state: start(), step, data: data.prefetch(3), steps: 14, save: (s) => void (at = s) })
    const position = JSON.parse(JSON.stringify(at!.position)) as NonNullable<Snapshot<State>['position']>
    const rest = await fit({ state: at!.state, step, data, steps: 33, startStep: at!.step, position })
    expect(numbers(rest.state)).toEqual(numbers(whole.state))
    expect(rest.position).toEqual(whole.position)
  })
  it('goes on from what a CheckpointManager kept', async () => {
    const whole = await fit({ state: start(), step, data, steps: 33 })
    const storage = memoryStorage()
    const manager = await CheckpointManager.open<Snapshot<State>['metrics']>(storage, { maxToKeep: 2 })
    const save = async ({ step: at, state, position, metrics }: Snapshot<State>): Promise<void> => {
      await manager.save(at, { state, position }, { metrics })
    }
    await fit({ state: start(), step, data: data.prefetch(2), steps: 21, save, saveEvery: 7 })
    await manager.finished()
    expect(manager.allSteps()).toEqual([14, 21])
    const like = { state: start(), position: data.iterator().position() }
    const { state, position } = await manager.restore(14, like)
    const rest = await fit({ state, step, data, steps: 33, startStep: 14, position })
    expect(numbers(rest.state)).toEqual(numbers(whole.state))
    expect(state.tx).toBe(like.state.tx)
    await manager.close()
  })
  it('holds flat memory', async () => {
    const { storage } = getDefaultBackend()
    const seen: number[] = []
    const reporter: Reporter = { log: () => void seen.push(storage.memory().buffers) }
    await fit({ state: start(), step, data: fromIterable(() => data), steps: 400, reporters: [reporter] })
    expect(new Set(seen.slice(3, -1)).size).toBe(1)
  })
  it('ends with the data', async () => {
    const few = fromArrays({ x: xs, y: ys }).batch(8)
    const { told, reporter } = listener()
    expect(await fit({ state: start(), step, data: few, reporters: [reporter] })).toMatchObject({ step: 5, reason: 'steps' })
    expect(await fit({ state: start(), step, data: [...few] })).toMatchObject({ step: 5, reason: 'data', position: undefined })
    expect(told).toEqual(['start 0/5', 'log 5 (5)', 'end 5 steps'])
  })
  it('stops early, where the metric is no better', async () => {
    const losses = [4, 3, 3, 3, 2, 2, 2, 2, 1, 1]
    let n = 0
    const result = await fit({
      state: start(),
      step,
      data,
      steps: 1000,
      evaluate: () => ({ error: losses[n++]! }),
      evaluateEvery: 2,
      earlyStopping: { metric: 'error', patience: 2, minDelta: 1e-3 },
    })
    expect(result).toMatchObject({ step: 16, reason: 'earlyStopping', metrics: { error: 2 } })
    await expect(fit({ state: start(), step, data, steps: 20, earlyStopping: { metric: 'los' } })).rejects.toThrow('no metric los')
  })
  it('stops and saves on a signal', async () => {
    const controller = new AbortController()
    const kept: number[] = []
    const result = await fit({
      state: start(),
      step,
      data: data.map((b, i) => (i === 6 ? (controller.abort(), b) : b)),
      save: ({ step: at }) => kept.push(at),
      steps: 1e6,
      signal: controller.signal,
    })
    expect(result).toMatchObject({ step: 7, reason: 'signal' })
    expect(kept).toEqual([7])
  })
  it('says at which step the loss was no number, and tells the end', async () => {
    const { told, reporter } = listener()
    const spoil = fromItems([...Array.from({ length: 15 }, () => 1), Number.NaN]).repeat()
    const run = fit({
      state: np.array(0),
      step: (s: Tensor, x: number) => [s, np.array(x)],
      data: spoil,
      steps: 100,
      reporters: [reporter],
    })
    await expect(run).rejects.toThrow(NonFiniteLossError)
    await expect(run).rejects.toMatchObject({ detail: { step: 16, value: Number.NaN } })
    expect(told.at(-1)).toMatch(/^end \d+ undefined$/)
  })
  it.each<[string, () => Promise<unknown>, string]>([
    ['data without end', () => fit({ state: start(), step, data }), 'say by steps'],
    ['a state alone', () => fit({ state: start(), step: (s: State) => s as never, data, steps: 1 }), 'a step answers [state, loss]'],
    ['losses of a batch', () => fit({ state: 0, step: () => [0, np.ones([3])], data, steps: 1 }), 'take its mean'],
    ['a wrong name', () => fit({ state: 0, step: () => [0, np.ones([])], data, step_s: 1 } as never), 'steps'],
    [
      'a position in a list',
      () => fit({ state: 0, step: () => [0, np.ones([])], data: [1], position: data.iterator().position() }),
      'Dataset',
    ],
  ])('refuses %s', async (_, run, message) => {
    await expect(run()).rejects.toThrow(message)
  })
})
describe('what is told', () => {
  const entry = { step: 10, steps: 20, metrics: { loss: 0.51234, tiny: 1e-5 }, each: {}, stepsPerSecond: 123.4, learningRate: 1e-4 }
  it('is a line, a line of JSON, the text of an element', async () => {
    const said: string[] = []
    const line = '10/20 steps | loss 0.512 | tiny 1.00e-5 | learning rate 1.00e-4 | 123 steps/s'
    const reporter = logLines((l) => void said.push(l))
    await reporter.log!(entry)
    await reporter.evaluation!({ step: 10, metrics: { loss: 2 } })
    expect(said).toEqual([line, 'evaluation at 10 | loss 2.000'])
    expect(JSON.parse(jsonLine(entry))).toEqual({ step: 10, loss: 0.51234, tiny: 1e-5, learningRate: 1e-4, stepsPerSecond: 123.4 })
    expect(jsonLine({ step: 3, metrics: { loss: Number.NaN } })).toBe('{"step":3,"evaluation":{"loss":null}}')
    const element = { textContent: '' }
    await logElement(element).log!(entry)
    expect(element.textContent).toBe(line)
  })
  it('has the learning rate of the schedule', async () => {
    const rates: (number | undefined)[] = []
    await fit({
      state: start(),
      step,
      data,
      steps: 20,
      learningRate: (at) => np.array(at),
      reporters: [{ log: (e) => void rates.push(e.learningRate) }],
    })
    expect(rates).toEqual([9, 19])
  })
  it('is a plot', () => {
    const { layer } = plotSpec('Loss', { training: [[1, 2]], chance: 3 }) as { layer: { data: { values: unknown[] } }[] }
    expect(layer.map((l) => l.data.values)).toEqual([[{ step: 1, value: 2, series: 'training' }], [{ value: 3, series: 'chance' }]])
  })
})
it('evaluates a metric over data, in flat memory', async () => {
  const metric = Collection.create({ accuracy: Accuracy, mean: Average.fromOutput('x') })
  const rows = fromArrays({
    x: xs,
    labels: Int32Array.from(xs, (_, i) => i % 2),
    predictions: Int32Array.from(xs, (_, i) => (i < 30 ? i % 2 : 0)),
  })
  const measure = jit(metric.fromModelOutput)
  const run = async (): Promise<number[]> => {
    const { accuracy, mean } = await evaluate(metric, rows.batch(7, { padRemainder: true }), measure)
    const out = [accuracy.item(), mean.item()]
    accuracy.dispose()
    mean.dispose()
    return out as number[]
  }
  const [accuracy, mean] = await run()
  expect(accuracy).toBeCloseTo(35 / 40, 6)
  expect(mean).toBeCloseTo(-0.025, 6)
})

it('tells the rate of the steps of an entry, also where entries follow each other at once', async () => {
  const waits = 10
  const slow = fromIterable(async function* () {
    for (let i = 0; ; i++) {
      await new Promise((resume) => setTimeout(resume, waits))
      yield { x: np.array([i / 10]), y: np.array([i / 10]) }
    }
  })
  const rates: number[] = []
  await fit({
    state: start(),
    step,
    data: slow,
    steps: 9,
    logEvery: 4,
    evaluate: () => ({ loss: 0 }),
    evaluateEvery: 6,
    reporters: [{ log: ({ stepsPerSecond }) => void rates.push(stepsPerSecond) }],
  })
  expect(rates.length).toBeGreaterThanOrEqual(3)
  // timers may be a little early
  for (const rate of rates) expect(rate).toBeLessThan(1.5 * (1000 / waits))
})
