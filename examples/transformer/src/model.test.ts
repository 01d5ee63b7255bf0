/** The model sees nothing that comes later, writes with its cache what it would without, and learns. */
import { makeDecoder } from '@heddle/example-gpt2/decoder'
import { testBackends } from '@heddle/example-program/backends'
import { np, printJaxpr, makeJaxpr, random, setDefaultBackend, type Tensor } from '@heddle/func'
import type * as nn from '@heddle/linen'
import { fit, history } from '@heddle/train'
import { describe, expect, it } from 'vitest'
import { Transformer } from './model'
import { makeTrainer, windows } from './train'

const props = { vocabulary: 11, features: 16, heads: 2, layers: 3 }
const zero = (): Tensor => np.array(0, 'int32')

describe.each(testBackends)('on %s', (_, backend) => {
  it('scores a character by those before it alone, and writes with a cache what it would write without', async () => {
    setDefaultBackend(backend)
    const model = new Transformer(props)
    const { params } = model.init(random.key(0), [np.zeros([1, 2], 'int32'), zero()]) as { readonly params: nn.Params }
    const scores = (ids: readonly number[]): Tensor => model.apply({ params }, [np.array([[...ids]], 'int32'), zero()]) as Tensor
    const text = [3, 1, 4, 1, 5, 9, 2, 6]
    const [whole, other] = [scores(text), scores([...text.slice(0, 5), 0, 0, 0])]
    expect(Number(np.max(np.abs(whole.at(0, ':5').sub(other.at(0, ':5')))).item())).toBeLessThan(1e-5)

    const decoder = makeDecoder(new Transformer({ ...props, room: 16 }), params, { window: 8, temperature: 0 })
    const written = text.slice(0, 4)
    for await (const id of decoder.write(written.slice(), { maxTokens: 6 })) {
      expect(id).toBe(Number(np.argmax(scores(written).at(0, -1)).item()))
      written.push(id)
    }
    expect(decoder.traced).toEqual({ prefill: 1, decode: 1 })
  })
  it('learns', async () => {
    setDefaultBackend(backend)
    const trainer = makeTrainer({ features: 16, heads: 2, layers: 2, steps: 30, learningRate: 1e-2, seed: 0 })
    const past = history()
    await fit({
      state: trainer.start(),
      step: trainer.step,
      data: windows(trainer.corpus.train, 16, 1).shuffle(0).batch(8),
      steps: 30,
      reporters: [past],
    })
    expect(past.steps.at(-1)!.metrics.loss!).toBeLessThan(0.9 * past.steps[0]!.metrics.loss!)
  })
})
it('has its block once in the program, however deep it is, and recomputes it', () => {
  const text = (layers: number): string => {
    const model = new Transformer({ ...props, layers })
    const { params } = model.init(random.key(0), [np.zeros([1, 2], 'int32'), zero()]) as { readonly params: nn.Params }
    return printJaxpr(makeJaxpr((p: nn.Params) => model.apply({ params: p }, [np.zeros([1, 4], 'int32'), zero()]))(params))
  }
  const [shallow, deep] = [text(2), text(9)]
  expect(deep.split('\n')).toHaveLength(shallow.split('\n').length)
  expect(deep).toMatch(/scan\[[\s\S]*checkpoint\[/)
})
