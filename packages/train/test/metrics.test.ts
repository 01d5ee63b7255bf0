/** Metrics against figures of scikit-learn 1.x and NumPy (same formulas for the data there), and against the laws of merging. */
import { hostBackend } from '@heddle/backend-host'
import { ArgumentError, jit, lax, np, setDefaultBackend, type Tensor, tree, vmap } from '@heddle/func'
import { describe, expect, expectTypeOf, it } from 'vitest'
import {
  Accuracy,
  Average,
  Collection,
  CollectingMetric,
  ConfusionMatrix,
  F1,
  LastValue,
  type Metric,
  Perplexity,
  Precision,
  Recall,
  Std,
  TopKAccuracy,
  WeightedAverage,
} from '../src'

setDefaultBackend(hostBackend())

const n = 97
const range = (f: (i: number) => number): number[] => Array.from({ length: n }, (_, i) => f(i))
const classes = range((i) => (7 * i * i + 3 * i) % 5)
const labels = np.array(classes, { dtype: 'int32' })
const predictions = np.array(
  classes.map((c, i) => (i % 3 === 0 ? (c + i) % 5 : c)),
  { dtype: 'int32' },
)
const logits = np.array(range((a) => a).map((a) => [0, 1, 2, 3, 4].map((c) => ((11 * a + 17 * c * c + 5 * a * c) % 23) / 7 + c / 1000)))
const values = np.array(range((i) => 1000 + Math.sin(i)))
const weights = np.array(range((i) => 1 + (i % 4)))
const outputs = { labels, predictions, logits, values, weights }
const binary = { labels: np.greaterEqual(labels, 2), predictions: np.astype(np.greaterEqual(predictions, 2), 'int32') }
const numbers = (x: unknown): unknown => tree.map((leaf: Tensor) => Array.from(leaf.dataSync() as Float32Array), x)
const of = <O, V>(metric: Metric<O, V>, given: O): number[] => numbers(metric.compute(metric.fromModelOutput(given))) as number[]
const close = (got: readonly number[], want: readonly number[], digits = 5): void => {
  expect(got.length).toBe(want.length)
  want.forEach((w, i) => (Number.isNaN(w) ? expect(got[i]).toBeNaN() : expect(got[i]).toBeCloseTo(w, digits)))
}

describe('figures', () => {
  it('of classes are those of scikit-learn', () => {
    expect(of(ConfusionMatrix.create({ numClasses: 5 }), outputs)).toEqual(
      [
        [33, 7, 0, 0, 0],
        [0, 0, 0, 0, 0],
        [7, 0, 12, 0, 0],
        [0, 0, 0, 0, 0],
        [0, 6, 0, 6, 26],
      ].flat(),
    )
    const rows = [
      ['micro', [0.7319587628865979], [0.7319587628865979], [0.7319587628865979]],
      ['macro', [0.565], [0.42815789473684207], [0.4823387096774193]],
      ['weighted', [0.9278350515463918], [0.7319587628865979], [0.8101513136015963]],
      [null, [0.825, 0, 1, 0, 1], [0.825, 0, 0.631578947368421, 0, 0.6842105263157895], [0.825, 0, 0.7741935483870968, 0, 0.8125]],
    ] as const
    for (const [average, p, r, f] of rows) {
      close(of(Precision.create({ numClasses: 5, average }), outputs), p)
      close(of(Recall.create({ numClasses: 5, average }), outputs), r)
      close(of(F1.create({ numClasses: 5, average }), outputs), f)
    }
    close(of(F1.create({ numClasses: 6, average: 'macro' }), outputs), [0.40194892473118277])
    close([...of(Precision, binary), ...of(Recall, binary), ...of(F1, binary)], [1, 0.7719298245614035, 0.8712871287128713])
    const ranks = [1, 2, 3].flatMap((k) => of(TopKAccuracy.create({ k }), outputs))
    close(ranks, [0.2268041237113402, 0.3917525773195876, 0.6494845360824743])
    close(of(Accuracy, { labels, logits }), ranks.slice(0, 1))
    close(of(Perplexity, outputs), [6.622643953347681], 4)
  })
  it('of numbers are those of NumPy, far from zero too', () => {
    close(of(Average, outputs), [1000.0162079958207], 3)
    close(of(Std, outputs), [0.707217696661141], 3)
    close(of(WeightedAverage, { values: np.array(range(Math.cos)), weights }), [0.010241574521604747])
    close(
      of(
        Average.fromFun((o: typeof outputs) => np.subtract(o.values, 1000)),
        outputs,
      ),
      [0.0162079958207],
      4,
    )
  })
  it('of logits of one class are those of its sign', () => {
    const scores = np.where(binary.predictions.equal(1), 0.5, -0.5)
    close(of(Recall, { labels: binary.labels, logits: scores }), of(Recall, binary))
  })
  it('take NaN for no success', () => {
    const bad = { labels: np.array([1, 2], { dtype: 'int32' }), logits: np.full([2, 4], Number.NaN) }
    expect([...of(TopKAccuracy.create({ k: 2 }), bad), ...of(Accuracy, bad)]).toEqual([0, 0])
  })
})

const all = Collection.create({
  average: Average,
  weighted: WeightedAverage,
  accuracy: Accuracy,
  std: Std,
  last: LastValue,
  perplexity: Perplexity,
  top: TopKAccuracy.create({ k: 2 }),
  confusion: ConfusionMatrix.create({ numClasses: 5 }),
  f1: F1.create({ numClasses: 5, average: 'macro' }),
})
type Value = ReturnType<typeof all.empty>
const part = (from: number, to: number): typeof outputs => tree.map((x: Tensor) => lax.sliceInDim(x, from, to), outputs)
const same = (got: unknown, want: unknown): void => {
  const [a, b] = [got, want].map((x) => tree.leaves(numbers(x)) as number[])
  close(a!, b!, 3)
}
const withoutLast = (x: object): unknown => Object.fromEntries(Object.entries(x).filter(([name]) => name !== 'last'))

describe('values', () => {
  const whole = all.fromModelOutput(outputs)
  const parts = [part(0, 10), part(10, 11), part(11, 60), part(60, n)].map((p) => all.fromModelOutput(p))
  const merge = (vs: readonly Value[]): Value => vs.reduce((a, b) => all.merge(a, b))
  it('merge to the value of all', () => same(withoutLast(all.compute(merge(parts))), withoutLast(all.compute(whole))))
  it('merge in any grouping, and with those of nothing', () => {
    const [a, b, c] = parts as [Value, Value, Value]
    same(all.compute(all.merge(all.merge(a, b), c)), all.compute(all.merge(a, all.merge(b, c))))
    same(all.merge(a, all.empty()), a)
    same(all.merge(all.empty(), a), a)
  })
  it('that are stacked are reduced', () => {
    const stacked = tree.map((...xs: Tensor[]) => np.stack(xs), ...(parts as [Value, ...Value[]])) as Value
    same(all.compute(all.reduce(stacked)), all.compute(merge(parts)))
  })
  it('leave out what the mask says', () => {
    const mask = np.less(np.arange(n), 60)
    const spoilt = { ...outputs, values: np.where(mask, values, Number.NaN), mask }
    same(all.compute(all.fromModelOutput(spoilt)), all.compute(all.fromModelOutput(part(0, 60))))
    const none = all.fromModelOutput({ ...outputs, mask: np.zeros([n], 'bool') })
    same(all.compute(none), all.compute(all.empty()))
  })
  it('of nothing have an answer', () => {
    const { confusion, f1, ...means } = all.compute(all.empty())
    expect(Object.values(means).map((x) => x.item())).toEqual(Object.values(means).map(() => Number.NaN))
    expect([np.sum(confusion).item(), f1.item()]).toEqual([0, 0])
  })
  it('are carried by scan, compiled, mapped, and gathered', () => {
    const batches = tree.map((x: Tensor) => np.reshape(lax.sliceInDim(x, 0, 96), [4, 24, ...x.shape.slice(1)]), outputs)
    const want = all.compute(all.fromModelOutput(part(0, 96)))
    const [carried] = lax.scan((v: Value, o: typeof outputs) => [all.merge(v, all.fromModelOutput(o)), null], all.empty(), batches)
    same(withoutLast(all.compute(carried)), withoutLast(want))
    const mapped = vmap(all.fromModelOutput)(batches)
    same(all.compute(all.reduce(mapped)), all.compute(carried))
    same(jit(all.compute)(carried), all.compute(carried))
    const everywhere = vmap((o: typeof outputs) => all.compute(all.gatherFromModelOutput(o, 'batch')), { axisName: 'batch' })(batches)
    same(everywhere.accuracy.at(3), want.accuracy)
    same(everywhere.std.at(0), want.std)
  })
  it('know their types', () => {
    expectTypeOf(whole.std.mean).toEqualTypeOf<Tensor>()
    // @ts-expect-error labels are missing
    expect(() => all.fromModelOutput({ logits, values, weights })).toThrow('the outputs have no labels')
  })
})
it('outputs are kept whole', () => {
  const kept = CollectingMetric.fromOutputs('labels', 'values')
  const value = [part(0, 50), part(50, n)].map((p) => kept.fromModelOutput(p)).reduce((a, b) => kept.merge(a, b), kept.empty())
  expect(numbers(kept.compute(value))).toEqual(numbers({ labels, values }))
  expect(kept.compute(kept.empty()).labels.shape).toEqual([0])
  const stacked = vmap(kept.fromModelOutput)({
    labels: np.reshape(lax.sliceInDim(labels, 0, 96), [4, 24]),
    values: np.reshape(lax.sliceInDim(values, 0, 96), [4, 24]),
  })
  expect(numbers(kept.compute(kept.reduce(stacked)).labels)).toEqual(classes.slice(0, 96))
})
describe('errors say what to do', () => {
  it.each<[string, () => unknown, RegExp]>([
    ['a missing output', () => Average.fromOutput('loss').fromModelOutput({ los: 1 } as never), /the outputs have no loss: is los meant\?/],
    ['a mean with a mask', () => Average.fromModelOutput({ values: 1, mask: np.ones([3]) }), /give a value for each example/],
    [
      'a mask of another shape',
      () => Average.fromModelOutput({ values: np.ones([4]), mask: np.ones([3]) }),
      /mask \[3\] does not fit values \[4\]/,
    ],
    ['labels that are distributions', () => Accuracy.fromModelOutput({ logits, labels: logits }), /integers, not float32/],
    [
      'labels of another length',
      () => Accuracy.fromModelOutput({ logits, labels: lax.sliceInDim(labels, 0, 5) }),
      /labels \[5\] do not fit logits \[97,5\]/,
    ],
    ['no average', () => F1.create({ numClasses: 3 }), /say how they are averaged/],
    ['no classes', () => ConfusionMatrix.create({} as never), /numClasses/],
    ['a maker for a metric', () => Collection.create({ top: TopKAccuracy as never }), /made by its create/],
    ['the value of another', () => Collection.create({ a: Average }).merge({} as never, {} as never), /the value has no a/],
    ['one output', () => Average.fromModelOutput(np.ones([3]) as never), /expected outputs by their names/],
  ])('%s', (_, run, message) => {
    expect(run).toThrow(ArgumentError)
    expect(run).toThrow(message)
  })
})
