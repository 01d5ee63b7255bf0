/** The pieces by themselves, and that a few steps teach something. */
import { inflateSync } from 'node:zlib'
import { testBackends } from '@heddle/example-program/backends'
import { np, random, setDefaultBackend } from '@heddle/func'
import { evaluate, fit, fromArrays } from '@heddle/train'
import { describe, expect, it } from 'vitest'
import { digits, SIDE } from './digits'
import { wronglyRead } from './mistakes'
import { png } from './png'
import { shifted } from './shift'
import { makeTrainer } from './train'

describe.each(testBackends)('on %s', (_, backend) => {
  it('moves each image by whole pixels, and lets zeros in', () => {
    setDefaultBackend(backend)
    const data = Float32Array.from({ length: 6 * 25 }, (_, i) => (i % 25) + 1)
    const moved = shifted(random.key(1), np.array(data).reshape([6, 5, 5, 1]), 2)
      .reshape([6, 5, 5])
      .toArray() as number[][][]
    const moves = moved.map((image) => {
      // the middle has the number 13 where nothing moved
      const middle = image[2]![2]! - 1
      const [down, right] = [Math.floor(middle / 5) - 2, (middle % 5) - 2]
      image.forEach((row, y) =>
        row.forEach((got, x) => {
          const [fromY, fromX] = [y + down, x + right]
          const inside = fromY >= 0 && fromY < 5 && fromX >= 0 && fromX < 5
          expect(got).toBe(inside ? fromY * 5 + fromX + 1 : 0)
        }),
      )
      return `${down},${right}`
    })
    expect(new Set(moves).size).toBeGreaterThan(2)
  })
  it('learns to read', async () => {
    setDefaultBackend(backend)
    const { training, heldOut: all } = digits()
    const each = 5
    const heldOut = {
      image: {
        data: all.image.data.filter((_, i) => Math.floor(i / (SIDE * SIDE)) % each === 0),
        shape: [all.label.length / each, SIDE, SIDE, 1] as const,
      },
      label: all.label.filter((_, i) => i % each === 0),
    }
    const trainer = makeTrainer({ features: 4, learningRate: 0.01, shift: 1, seed: 0 }, 30)
    const { state, metrics } = await fit({
      state: trainer.start(),
      step: trainer.step,
      data: fromArrays(training).shuffle(0).batch(32),
      steps: 30,
      evaluate: (s) => evaluate(trainer.metrics, fromArrays(heldOut).batch(200), (b) => trainer.measure(s, b)),
    })
    // by chance it would be a tenth
    expect(metrics!.accuracy).toBeGreaterThan(0.5)
    const wrong = await wronglyRead(heldOut, (image) => trainer.read(state, image))
    expect(wrong.length / heldOut.label.length).toBeCloseTo(1 - metrics!.accuracy!, 6)
    expect(wrong.every(({ label, taken }) => label !== taken)).toBe(true)
  })
})
describe('digits', () => {
  it('are bytes, a hundred of each held out', () => {
    const { training, heldOut } = digits()
    expect([training.image.shape, heldOut.image.shape]).toEqual([
      [9000, SIDE, SIDE, 1],
      [1000, SIDE, SIDE, 1],
    ])
    for (let digit = 0; digit < 10; digit++) expect(heldOut.label.filter((x) => x === digit).length).toBe(100)
    expect(heldOut.image.data.reduce((a, b) => Math.max(a, b))).toBe(255)
    expect(digits()).toBe(digits())
  })
  it('are drawn as PNG', () => {
    const grey = Uint8Array.from([0, 50, 100, 150, 200, 250])
    const file = png(grey, 3)
    expect(file.subarray(12, 24).toString('latin1')).toBe('IHDR\0\0\0\x03\0\0\0\x02')
    const data = file.indexOf('IDAT') + 4
    const length = file.readUInt32BE(data - 8)
    expect([...inflateSync(file.subarray(data, data + length))]).toEqual([0, 0, 50, 100, 0, 150, 200, 250])
    // the checksum that every PNG ends with
    expect(file.subarray(-4).toString('hex')).toBe('ae426082')
  })
})
