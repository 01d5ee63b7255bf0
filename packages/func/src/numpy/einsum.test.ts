/** einsum and matmul on random labels and shapes, against sums written out. */
import { hostBackend } from '@heddle/backend-host'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { grad, jit, np, setDefaultBackend, type Tensor, vmap } from '../index'

beforeAll(() => setDefaultBackend(hostBackend()))
const sizes: Readonly<Record<string, number>> = { a: 2, b: 3, c: 1, d: 2 }
const letters = fc.constantFrom('a', 'b', 'c', 'd')
const cases = fc
  .array(fc.array(letters, { maxLength: 3 }), { minLength: 1, maxLength: 3 })
  .chain((inputs) =>
    fc.shuffledSubarray([...new Set(inputs.flat())]).map((output) => ({ inputs: inputs.map((l) => l.join('')), output: output.join('') })),
  )
const shapeOf = (labels: string): number[] => [...labels].map((l) => sizes[l]!)
const product = (ns: readonly number[]): number => ns.reduce((a, b) => a * b, 1)
const operand = (labels: string, seed: number): number[] =>
  Array.from({ length: product(shapeOf(labels)) }, (_, i) => ((i * 7 + seed * 5) % 11) - 4)
const tensorOf = (labels: string, seed: number): Tensor => np.array(operand(labels, seed), 'float32').reshape(shapeOf(labels))

/** The sum over all labels, one assignment after another. */
const written = (inputs: readonly string[], output: string): number[] => {
  const all = [...new Set(inputs.join(''))]
  const out = Array.from({ length: product(shapeOf(output)) }, () => 0)
  const data = inputs.map((labels, i) => operand(labels, i))
  const place = (labels: string, at: Readonly<Record<string, number>>): number => [...labels].reduce((p, l) => p * sizes[l]! + at[l]!, 0)
  const go = (k: number, at: Record<string, number>): void => {
    if (k === all.length) {
      out[place(output, at)]! += inputs.reduce((p, labels, i) => p * data[i]![place(labels, at)]!, 1)
      return
    }
    for (let v = 0; v < sizes[all[k]!]!; v++) go(k + 1, { ...at, [all[k]!]: v })
  }
  go(0, {})
  return out
}
const flat = (x: Tensor): number[] => [...(x.dataSync() as Float32Array)].map((v) => v + 0)
const run = (law: (inputs: readonly string[], output: string) => void, numRuns = 200): void =>
  fc.assert(
    fc.property(cases, ({ inputs, output }) => law(inputs, output)),
    { numRuns, seed: 5 },
  )

describe('einsum', () => {
  it('is the sum of products over labels', () =>
    run((inputs, output) => {
      const got = np.einsum(`${inputs.join(',')}->${output}`, ...(inputs.map(tensorOf) as [Tensor]))
      expect(got.shape).toEqual(shapeOf(output))
      expect(flat(got)).toEqual(written(inputs, output))
    }))
  it('is the same under jit and vmap', () =>
    run((inputs, output) => {
      const f = (xs: readonly Tensor[]): Tensor => np.einsum(`${inputs.join(',')}->${output}`, ...(xs as [Tensor]))
      const xs = inputs.map(tensorOf)
      expect(flat(jit(f)(xs))).toEqual(written(inputs, output))
      expect(flat(vmap(f)(xs.map((x) => np.stack([x, x.mul(2)]))).at(0))).toEqual(written(inputs, output))
    }, 50))
  it('is linear in each operand, so that its gradient is its value', () =>
    run((inputs, output) => {
      const xs = inputs.map(tensorOf)
      const f = (x: Tensor): Tensor => np.einsum(`${inputs.join(',')}->${output}`, ...([x, ...xs.slice(1)] as [Tensor])).sum()
      const slope = grad(f)(xs[0]!)
      expect(slope.mul(xs[0]!).sum().item()).toBeCloseTo(
        written(inputs, output).reduce((a, b) => a + b, 0),
        2,
      )
    }))
})
describe('matmul', () => {
  const batches = fc.constantFrom<readonly number[]>([], [2], [1], [3, 1], [3, 2], [1, 2])
  it('broadcasts batches as einsum does', () =>
    fc.assert(
      fc.property(batches, batches, (p, q) => {
        const of = (shape: readonly number[]): Tensor => np.arange(product(shape)).astype('float32').reshape(shape)
        const [x, y] = [of([...p, 2, 3]), of([...q, 3, 4])]
        const want = np.broadcastTo(x, [3, 2, 2, 3])
        const [got, full] = [
          np.broadcastTo(np.matmul(x, y), [3, 2, 2, 4]),
          np.einsum('pqij,pqjk->pqik', want, np.broadcastTo(y, [3, 2, 3, 4])),
        ]
        expect(flat(got)).toEqual(flat(full))
      }),
      { numRuns: 40, seed: 3 },
    ))
})
