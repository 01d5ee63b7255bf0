import { hostBackend } from '@heddle/backend-host'
import { beforeEach, describe, expect, it } from 'vitest'
import { checkpoint, grad, lax, makeJaxpr, np, printJaxpr, random, setDefaultBackend, type Tensor } from '../../index'

beforeEach(() => setDefaultBackend(hostBackend()))
const draw = (seed: number, ...shape: number[]): Tensor => random.normal(random.key(seed), shape)
type Step = (h: Tensor, x: Tensor, w: Tensor, b: Tensor) => Tensor

const dense: Step = (h, x, w, b) => np.tanh(h.dot(w).add(x).add(b))
/** The loss by the weights of a loop, and of the same steps written out. */
const both = (step: Step, xs: Tensor, h: Tensor) => ({
  looped: (w: Tensor, b: Tensor): Tensor =>
    lax
      .scan((c: Tensor, x: Tensor): [Tensor, null] => [step(c, x, w, b), null], h, xs)[0]
      .square()
      .sum(),
  unrolled: (w: Tensor, b: Tensor): Tensor =>
    np
      .unstack(xs)
      .reduce((c, x) => step(c, x, w, b), h)
      .square()
      .sum(),
})
const expectSame = (step: Step, rows = 2, n = 3): string => {
  const [xs, h, w, b] = [draw(0, 5, rows, n), draw(1, rows, n), draw(2, n, n), draw(3, n)]
  const { looped, unrolled } = both(step, xs, h)
  const by = { argnums: [0, 1] } as const
  const [ours, plain] = [grad(looped, by)(w, b), grad(unrolled, by)(w, b)]
  ours.forEach((g, i) => expect(np.allclose(g, plain[i]!, { rtol: 1e-4, atol: 1e-5 }).item()).toBe(true))
  return printJaxpr(makeJaxpr(grad(looped, by))(w, b))
}
/** Additions of derivatives; and products of all steps at once. */
const added = (text: string): number => text.match(/= add_any /g)?.length ?? 0
const outside = (text: string): number =>
  text.match(/dot_general\[dimension_numbers=\(\(\(0, 1\), \(0, 1\)\), \(\(\), \(\)\)\)\]/g)?.length ?? 0

describe('the gradient of a constant of a loop', () => {
  it('is one product after the loop, of a weight; and what costs nothing then, of a bias', () => {
    const text = expectSame(dense)
    expect([added(text), outside(text)]).toEqual([0, 1])
  })
  it('is added up in the loop where the operands of all steps would take more memory than that', () => {
    const text = expectSame(dense, 8)
    expect([added(text), outside(text)]).toEqual([2, 0])
  })
  it('is the sum of all uses in a step', () => {
    const twice: Step = (h, x, w, b) => np.tanh(np.tanh(h.dot(w)).dot(w).add(x).add(b))
    expect(outside(expectSame(twice, 1))).toBe(2)
  })
  it('is added up where a use is no product', () => {
    expect(outside(expectSame((h, x, w, b) => np.tanh(h.dot(np.sin(w)).add(x).add(b))))).toBe(0)
    expect(outside(expectSame((h, x, w, b) => np.tanh(h.dot(w).add(x).add(b).add(w.sum()))))).toBe(0)
  })
  it('is added up where the step is computed again, for memory’s sake', () => {
    const again = checkpoint(dense)
    expect(outside(expectSame(again))).toBe(0)
  })
  it('may be that of a transposed weight', () => {
    expect(outside(expectSame((h, x, w, b) => np.tanh(h.dot(np.transpose(w)).add(x).add(b))))).toBe(1)
  })
})
