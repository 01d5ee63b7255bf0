/** The file of Flax against what Flax said: its scores, the steps that follow, the bytes; and files of other models. */
import { toBytes } from '@heddle/checkpoint'
import { testBackends } from '@heddle/example-program/backends'
import { np, setDefaultBackend } from '@heddle/func'
import { describe, expect, it } from 'vitest'
import { logitsOf, step } from './classifier'
import { flaxBytes, flaxSaid, fresh, readState } from './flax'

describe.each(testBackends)('on %s', (_, backend) => {
  it('answers and goes on as in Flax', () => {
    setDefaultBackend(backend)
    let state = readState(flaxBytes())
    const { points, labels, logits, lossesAfter } = flaxSaid()
    expect(state.step).toBe(15)
    expect(Number(np.max(np.abs(logitsOf(state, points).sub(logits))).item())).toBeLessThan(1e-5)
    for (const want of lossesAfter) {
      const [next, loss] = step(state, points, labels)
      state = next
      expect(Number(loss.item())).toBeCloseTo(want, 5)
    }
    expect(state.step).toBe(18)
  })
  it('is written as Flax wrote it', async () => {
    setDefaultBackend(backend)
    expect(Buffer.from(await toBytes(readState(flaxBytes()))).equals(flaxBytes())).toBe(true)
  })
  it('refuses the file of another model, and says where', async () => {
    setDefaultBackend(backend)
    const { params, ...rest } = fresh()
    const other = await toBytes({ ...rest, params: { ...params, Dense_1: { kernel: np.zeros([16, 8]), bias: np.zeros([8]) } } })
    expect(() => readState(other)).toThrow(/Dense_1/)
  })
})
