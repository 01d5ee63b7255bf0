/** What the model looks at, that it does not see what it has yet to write, and that a few steps teach it something. */
import { testBackends } from '@heddle/example-program/backends'
import { np, setDefaultBackend, type Tensor } from '@heddle/func'
import { describe, expect, it } from 'vitest'
import { QUESTION } from './dates'
import { batchOf, defaults, makeLearner } from './learn'
import { attentionPlot, mostLookedAt } from './picture'

const settings = { ...defaults, hidden: 8, batch: 16, learningRate: 2e-2 }
const pairs = [
  { question: '3 May 1998', answer: '1998-05-03' },
  { question: '5/3/1998', answer: '1998-05-03' },
]
const farthest = (a: Tensor, b: Tensor): number => Number(np.max(np.abs(a.sub(b))).item())

describe.each(testBackends)('on %s', (_, backend) => {
  it('looks at what is there, and not at what it has yet to write', () => {
    setDefaultBackend(backend)
    const { model, state } = makeLearner(settings, 10, 0)
    const { question, answer } = batchOf(pairs)
    const [logits, weights] = model.apply(state.params, [question, answer])
    expect(weights.shape).toEqual([2, 10, QUESTION])
    expect(farthest(np.sum(weights, -1), np.ones([2, 10]))).toBeLessThan(1e-5)
    expect(Number(np.max(weights.at(1, ':', '8:')).item())).toBe(0)
    const other = batchOf([pairs[0]!, { question: '5/3/1998', answer: '1998-99-99' }])
    const [changed] = model.apply(state.params, [question, other.answer])
    // the first six scores were made before the sixth character was seen
    expect(farthest(logits.at(':', ':6'), changed.at(':', ':6'))).toBeLessThan(1e-5)
    expect(farthest(logits.at(1, '6:'), changed.at(1, '6:'))).toBeGreaterThan(1e-4)
  })
  it('writes by itself what it writes when its own characters are given', () => {
    setDefaultBackend(backend)
    const { model, state } = makeLearner(settings, 10, 1)
    const { question } = batchOf(pairs)
    const [free] = model.apply(state.params, [question, null])
    const [forced] = model.apply(state.params, [question, np.argmax(free, -1).astype('int32')])
    expect(farthest(free, forced)).toBeLessThan(1e-5)
  })
  it('learns', async () => {
    setDefaultBackend(backend)
    const { state, step, data, answerTo } = makeLearner(settings, 30, 0)
    const losses: number[] = []
    let now = state
    for await (const batch of data.take(25)) {
      const [next, loss] = step(now, batch)
      now = next
      losses.push(Number((await loss.data())[0]))
    }
    expect(losses.at(-1)).toBeLessThan(losses[0]! - 0.5)
    const [text, weights] = answerTo(now.params, '3 May 1998')
    expect(text).toMatch(/^[\^\d-]{10}$/)
    expect(mostLookedAt('3 May 1998', weights).length).toBe(10)
    const plot = attentionPlot('3 May 1998', text, weights) as { readonly data: { readonly values: readonly unknown[] } }
    expect(plot.data.values.length).toBe(100)
  })
})
