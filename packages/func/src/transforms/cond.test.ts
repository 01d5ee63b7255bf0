import { hostBackend } from '@heddle/backend-host'
import { beforeEach, describe, expect, it } from 'vitest'
import { grad, jvp, lax, np, RuleUnsupportedError, setDefaultBackend, type Tensor, vmap } from '../index'

beforeEach(() => setDefaultBackend(hostBackend()))
const values = (x: Tensor): number[] => Array.from(x.dataSync() as Float32Array)

describe('cond, switch, while', () => {
  it('run one branch, and under vmap choose', () => {
    const f = (x: Tensor): Tensor =>
      lax.cond(
        x.greater(0),
        (y: Tensor) => y.mul(2),
        (y: Tensor) => y.neg(),
        x,
      )
    expect(f(np.array(3)).item()).toBe(6)
    expect(values(vmap(f)(np.array([3, -3])))).toEqual([6, 3])
    const g = (i: Tensor): Tensor => lax.switch(i, [() => np.array(1), () => np.array(10), () => np.array(100)])
    expect(values(vmap(g)(np.array([-5, 0, 1, 2, 9], { dtype: 'int32' })))).toEqual([1, 1, 10, 100, 100])
  })
  it('check the branches', () => {
    expect(() =>
      lax.cond(
        true,
        () => np.zeros([2]),
        () => np.zeros([3]),
      ),
    ).toThrow(/f32\[3\] in branch 0, f32\[2\] in branch 1/)
    expect(() =>
      lax.cond(
        np.array([true, false]),
        () => 1,
        () => 2,
      ),
    ).toThrow(/must be a scalar/)
    expect(() =>
      lax.cond(
        true,
        () => ({ a: np.zeros([2]) }) as unknown,
        () => [np.zeros([2])],
      ),
    ).toThrow(/one structure/)
  })
  it('loop while a condition holds, forward-differentiable', () => {
    const f = (x: Tensor): Tensor =>
      lax.whileLoop(
        (c: Tensor) => c.less(100),
        (c: Tensor) => c.mul(c),
        x,
      )
    expect(f(np.array(3)).item()).toBe(6561)
    expect(jvp(f, [np.array(3)], [np.array(1)])[1].item()).toBe(8 * 3 ** 7)
    expect(values(vmap(f)(np.array([2, 3, 200])))).toEqual([256, 6561, 200])
    expect(() => grad(f)(np.array(3))).toThrow(RuleUnsupportedError)
    expect(() => grad(f)(np.array(3))).toThrow(/use lax\.scan, or lax\.foriLoop/)
    expect(grad((x: Tensor) => lax.foriLoop(0, 5, (_, c: Tensor) => c.mul(x), x))(np.array(2)).item()).toBe(6 * 32)
  })
})
