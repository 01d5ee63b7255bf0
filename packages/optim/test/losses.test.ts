/** Losses beyond their goldens, which are made as one program: eagerly, under vmap, at labels that are padding or no class. */
import { hostBackend } from '@heddle/backend-host'
import { grad, jit, nn, np, random, setDefaultBackend, type Tensor, vmap } from '@heddle/func'
import { describe, expect, test } from 'vitest'
import * as optim from '../src'

setDefaultBackend(hostBackend())
const numbers = (x: Tensor): number[] => [...(x.dataSync() as Float32Array)]
const close = (x: Tensor, y: Tensor): void => {
  expect(x.shape).toEqual(y.shape)
  numbers(x).forEach((v, i) => expect(v).toBeCloseTo(numbers(y)[i]!, 4))
}

/** Of one example, and of a batch of it. */
const losses: Readonly<Record<string, readonly [loss: (...xs: Tensor[]) => Tensor, ...args: Tensor[]]>> = (() => {
  const [x, y] = [random.normal(random.key(0), [3, 4]), random.uniform(random.key(1), [3, 4])]
  const k = np.array([1, 3, 0], 'int32')
  return {
    sparsemaxLoss: [optim.sparsemaxLoss, x, np.greater(y, 0.5)],
    multiclassSparsemaxLoss: [optim.multiclassSparsemaxLoss, x, k],
    multiclassHingeLoss: [optim.multiclassHingeLoss, x, k],
    generalizedKlDivergence: [(a, b) => optim.generalizedKlDivergence(a, b), x, y],
    rankingSoftmaxLoss: [(a, b, where) => optim.rankingSoftmaxLoss(a, b, { where, reduceFn: null }), x, y, np.greater(y, 0.3)],
    tripletMarginLoss: [(a, b, c) => optim.tripletMarginLoss(a, b, c), x, y, np.negative(x)],
    fenchelYoung: [optim.makeFenchelYoungLoss((s: Tensor) => nn.logsumexp(s)), x, y],
  }
})()

describe('of a batch is the loss of each example', () => {
  test.each(Object.entries(losses))('%s', (_, [loss, ...args]) => {
    close(loss(...args), vmap(loss)(...args))
    close(loss(...args), jit(loss)(...args))
    const sum = (x: Tensor, ...rest: Tensor[]): Tensor => np.sum(loss(x, ...rest))
    close(grad(sum)(...(args as [Tensor])), vmap(grad(sum))(...(args as [Tensor])))
  })
  test('ctcLoss', () => {
    const logits = random.normal(random.key(0), [3, 6, 4])
    const [frames, spare] = [
      np.zeros([3, 6]),
      np.array([
        [0, 0],
        [0, 1],
        [1, 1],
      ]),
    ]
    const labels = np.array(
      [
        [1, 1],
        [2, 0],
        [0, 0],
      ],
      'int32',
    )
    const one = (...xs: Tensor[]): Tensor =>
      optim.ctcLoss(...(xs.map((x) => np.expandDims(x, 0)) as [Tensor, Tensor, Tensor, Tensor])).at(0)
    close(optim.ctcLoss(logits, frames, labels, spare), vmap(one)(logits, frames, labels, spare))
  })
})

describe('ctcLoss', () => {
  const logits = random.normal(random.key(3), [1, 3, 3])
  const frames = np.zeros([1, 3])
  /** Over all 27 ways to say something in three frames. */
  const byHand = (labels: readonly number[]): number => {
    const p = nn.softmax(logits).toArray() as number[][][]
    const classes = [0, 1, 2]
    const ways = classes.flatMap((a) => classes.flatMap((b) => classes.map((c) => [a, b, c])))
    const said = (way: readonly number[]): string => way.filter((k, i) => k !== 0 && k !== way[i - 1]).join()
    const chance = ways.filter((w) => said(w) === labels.join()).reduce((sum, w) => sum + w.reduce((q, k, t) => q * p[0]![t]![k]!, 1), 0)
    return -Math.log(chance)
  }
  test.each([[[1, 2]], [[1, 1]], [[2]], [[2, 1, 2]], [[]]])('is minus the logarithm of the probability of %j', (labels) => {
    const padded = [...labels, 0, 0, 0].slice(0, 3)
    const spare = padded.map((_, i) => (i < labels.length ? 0 : 1))
    expect(optim.ctcLoss(logits, frames, np.array([padded], 'int32'), np.array([spare])).item()).toBeCloseTo(byHand(labels), 4)
  })
  test('does not look at labels that are padding, and makes NaN of those that are no class', () => {
    const loss = (labels: number[], spare: number[]): number =>
      optim.ctcLoss(logits, frames, np.array([labels], 'int32'), np.array([spare])).item()
    expect([-1, 7, 2].map((k) => loss([1, k], [0, 1]))).toEqual(Array.from({ length: 3 }, () => loss([1, 0], [0, 1])))
    expect(loss([1, 3], [0, 0])).toBeNaN()
    expect(loss([1, -1], [0, 0])).toBeNaN()
  })
  test('of no labels at all', () => {
    expect(optim.ctcLoss(logits, frames, np.zeros([1, 0], 'int32'), np.zeros([1, 0])).item()).toBeCloseTo(byHand([]), 4)
  })
})

test('tripletMarginLoss takes powers of sizes: an odd norm is a norm', () => {
  const [a, p, n] = [np.array([[0, 0]]), np.array([[3, -3]]), np.array([[1, 1]])]
  expect(optim.tripletMarginLoss(a, p, n, { normDegree: 1, eps: 0 }).item()).toBeCloseTo(5, 5)
})
test('ntxent of one class has finite derivatives', () => {
  const derivatives = grad((e: Tensor) => optim.ntxent(e, np.array([0, 0, 0], 'int32')))(random.normal(random.key(0), [3, 2]))
  expect(numbers(derivatives).every(Number.isFinite)).toBe(true)
})
