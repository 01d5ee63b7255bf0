import { hostBackend } from '@heddle/backend-host'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  checkpoint,
  checkpointName,
  checkpointPolicies,
  grad,
  jit,
  makeJaxpr,
  np,
  printJaxpr,
  setDefaultBackend,
  type Tensor,
} from '../index'

beforeEach(() => setDefaultBackend(hostBackend()))
const values = (x: Tensor): number[] => Array.from(x.dataSync() as Float32Array)

describe('checkpoint', () => {
  const block = (w: Tensor, x: Tensor): Tensor => x.matmul(w).sin().matmul(w).sin()
  const w = (): Tensor =>
    np.array([
      [0.1, 0.2],
      [0.3, 0.4],
    ])
  const x = (): Tensor => np.array([[1, 2]])
  const count = (text: string, word: string): number => text.split(` ${word}[`).length + text.split(` ${word} `).length - 2

  it('changes no number, in any composition', () => {
    const plain = values(grad((a: Tensor) => block(a, x()).sum())(w()))
    for (const policy of [
      null,
      checkpointPolicies.dotsSaveable,
      checkpointPolicies.everythingSaveable,
      checkpointPolicies.nothingSaveable,
    ]) {
      const f = (a: Tensor): Tensor => checkpoint(block, { policy })(a, x()).sum()
      for (const g of [grad(f), jit(grad(f)), grad(jit(f)), grad(checkpoint(f))])
        values(g(w())).forEach((v, i) => expect(v).toBeCloseTo(plain[i]!, 5))
    }
  })
  it('recomputes what the policy does not keep', () => {
    const text = (policy: Parameters<typeof checkpoint>[1]): string =>
      printJaxpr(makeJaxpr(grad((a: Tensor) => checkpoint(block, policy)(a, x()).sum()))(w()))
    // the last sine is not needed again, only its argument
    expect(count(text({}), 'sin')).toBe(3)
    expect(count(text({ policy: checkpointPolicies.everythingSaveable }), 'sin')).toBe(2)
    const named = (a: Tensor, b: Tensor): Tensor => checkpointName(b.matmul(a).sin(), 'kept').matmul(a).sin()
    const one = printJaxpr(
      makeJaxpr(grad((a: Tensor) => checkpoint(named, { policy: checkpointPolicies.saveOnlyTheseNames('kept') })(a, x()).sum()))(w()),
    )
    expect(count(one, 'sin')).toBe(2)
  })
})
