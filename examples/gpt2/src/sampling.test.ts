/** Temperature, top-k and top-p against those of transformers, and draws that have the probabilities which they say. */
import { fileURLToPath } from 'node:url'
import { testBackends } from '@heddle/example-program/backends'
import { jit, nn, np, random, setDefaultBackend, type Tensor, vmap } from '@heddle/func'
import { describe, expect, it } from 'vitest'
import { type Expected, readExpected } from '../test/against'
import { sample, warp } from './sampling'

interface Warped {
  readonly temperature: number
  readonly topK: number | null
  readonly topP: number | null
  readonly kept: readonly number[]
  readonly largest: readonly number[]
  readonly squares: readonly number[]
}
const { logits, warped } = readExpected<Expected & { readonly warped: readonly Warped[] }>(
  fileURLToPath(new URL('../test/tiny', import.meta.url)),
)
const numbers = (x: Tensor): number[] => x.toArray() as number[]

describe.each(testBackends)('on %s', (_, backend) => {
  it.each(warped)('leaves the tokens that transformers leave: $temperature, $topK, $topP', ({ temperature, topK, topP, ...expected }) => {
    setDefaultBackend(backend)
    const x = warp(np.array(logits as number[][]), { temperature, topK: topK ?? undefined, topP: topP ?? undefined })
    const p = nn.softmax(x)
    expect(numbers(np.sum(np.isfinite(x), -1))).toEqual(expected.kept)
    numbers(np.max(p, -1)).forEach((y, i) => expect(y).toBeCloseTo(expected.largest[i]!, 5))
    numbers(np.sum(p.square(), -1)).forEach((y, i) => expect(y).toBeCloseTo(expected.squares[i]!, 5))
  })
  it('draws what is left, as often as it says, and the likeliest at temperature 0', () => {
    setDefaultBackend(backend)
    const scores = np.log(np.array([0.5, 0.05, 0.3, 0.15]))
    const keys = random.split(random.key(0), 4000)
    const drawn = jit(vmap((key: Tensor) => sample(key, scores, { topK: 3, topP: 0.7 })))(keys)
    const counts = numbers(np.bincount(drawn, { length: 4 }))
    expect([counts[1], counts[3]]).toEqual([0, 0])
    expect(counts[0]! / 4000).toBeCloseTo(0.5 / 0.8, 1)
    expect(sample(random.key(0), scores, { temperature: 0 }).item()).toBe(0)
  })
})
