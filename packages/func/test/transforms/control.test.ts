import { hostBackend } from '@heddle/backend-host'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  AxisNameError,
  checkpoint,
  checkpointName,
  checkpointPolicies,
  getDefaultBackend,
  grad,
  jit,
  jvp,
  lax,
  makeJaxpr,
  np,
  printJaxpr,
  RuleUnsupportedError,
  setDefaultBackend,
  type Tensor,
  TypeMismatchError,
  vmap,
} from '../../src/index'

beforeEach(() => setDefaultBackend(hostBackend()))
const values = (x: Tensor): number[] => Array.from(x.dataSync() as Float32Array)

describe('scan', () => {
  it('carries, stacks, reverses, and takes trees', () => {
    const xs = {
      a: np.array([1, 2, 3]),
      b: np.array([
        [1, 1],
        [2, 2],
        [3, 3],
      ]),
    }
    const [carry, ys] = lax.scan((c: Tensor, x: typeof xs) => [c.mul(2).add(x.a), { sum: x.b.sum().add(c) }] as const, np.array(0), xs)
    expect(carry.item()).toBe(11)
    expect(values(ys.sum)).toEqual([2, 5, 10])
    const [back] = lax.scan((c: Tensor, x: typeof xs) => [c.mul(2).add(x.a), null] as const, np.array(0), xs, { reverse: true })
    expect(back.item()).toBe(17)
  })
  it('works with no slices and with length 0', () => {
    expect(lax.scan((c: Tensor) => [c.add(1), c] as const, np.array(0), null, { length: 4 })[1].shape).toEqual([4])
    const [c, ys] = lax.scan((c: Tensor, x: Tensor) => [c.add(x), x] as const, np.array(5), np.zeros([0]))
    expect(c.item()).toBe(5)
    expect(ys.shape).toEqual([0])
  })
  it('strengthens weak carries, and refuses those that change', () => {
    expect(
      lax.scan((c: Tensor | number, x: Tensor) => [np.add(c, x), null] as const, 0 as Tensor | number, np.array([0.5, 1]))[0],
    ).toBeDefined()
    const bad = (): unknown => lax.scan((c: Tensor, x: Tensor) => [np.stack([c, x]), null] as const, np.array(0), np.array([1, 2]))
    expect(bad).toThrow(TypeMismatchError)
    expect(bad).toThrow(/f32\[\] and came out as f32\[2\]/)
    expect(() => lax.scan((c: Tensor) => [c, c] as const, np.array(0), null)).toThrow(/`length` must be given/)
    expect(() => lax.scan((c: Tensor) => [c, c] as const, np.array(0), [np.zeros([2]), np.zeros([3])])).toThrow(/one size.*2, 3/)
  })
  it('keeps memory as it was', () => {
    const f = (w: Tensor): Tensor =>
      lax.scan((c: Tensor, x: Tensor) => [c.mul(w).add(x).tanh(), c] as const, np.array(0), np.array([1, 2, 3]))[1].sum()
    const g = jit(grad(f))
    const w = np.array(0.5)
    g(w).dispose()
    const before = getDefaultBackend().storage.memory().buffers
    for (let i = 0; i < 20; i++) g(w).dispose()
    expect(getDefaultBackend().storage.memory().buffers).toBe(before)
  })
})
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
describe('named axes', () => {
  it('are reduced by collectives, in any nesting', () => {
    const f = (y: Tensor): Tensor => y.div(lax.psum(y, 'i'))
    expect(values(vmap(f, { axisName: 'i' })(np.array([1, 3])))).toEqual([0.25, 0.75])
    expect(values(jit(vmap(jit(f), { axisName: 'i' }))(np.array([1, 3])))).toEqual([0.25, 0.75])
    expect(values(vmap(() => lax.axisIndex('i').astype('float32'), { axisName: 'i', axisSize: 3 })())).toEqual([0, 1, 2])
    const both = vmap(
      vmap((y: Tensor) => lax.psum(y, ['i', 'j']), { axisName: 'j' }),
      { axisName: 'i' },
    )
    expect(
      values(
        both(
          np.array([
            [1, 2],
            [3, 4],
          ]),
        ),
      ),
    ).toEqual([10, 10, 10, 10])
    expect(() => f(np.array(1))).toThrow(AxisNameError)
    const total = (y: Tensor): Tensor => vmap((z: Tensor) => lax.pmean(z.square(), 'i'), { axisName: 'i' })(y).sum()
    expect(values(grad(total)(np.array([1, 3])))).toEqual([2, 6])
  })
})
describe('vmap', () => {
  it('checks axes and sizes', () => {
    expect(() => vmap((a: Tensor, b: Tensor) => a.add(b))(np.zeros([2]), np.zeros([3]))).toThrow(/2 \(axis 0 of leaf 0, f32\[2\]\), 3/)
    expect(() => vmap((a: Tensor) => a, { inAxes: null })(np.zeros([2]))).toThrow(/axisSize must be given/)
    expect(() => vmap((a: Tensor) => a, { inAxes: 3 })(np.zeros([2]))).toThrow(/axis 3 is out of range/)
    expect(() => vmap((a: Tensor) => a, { outAxes: null })(np.zeros([2]))).toThrow(/out axis can not be null/)
  })
  it('takes trees of axes, negative ones, and nests', () => {
    const f = vmap((p: { readonly a: Tensor; readonly b: Tensor }) => p.a.add(p.b.sum()), { inAxes: [{ a: -1, b: null }], outAxes: -1 })
    expect(
      values(
        f({
          a: np.array([
            [1, 2],
            [3, 4],
          ]),
          b: np.array([10, 20]),
        }),
      ),
    ).toEqual([31, 32, 33, 34])
    const outer = vmap(
      vmap((a: Tensor, b: Tensor) => a.mul(b), { inAxes: [null, 0] }),
      { inAxes: [0, null] },
    )
    expect(values(outer(np.array([1, 2]), np.array([3, 4])))).toEqual([3, 4, 6, 8])
  })
})
describe('associativeScan', () => {
  it('combines prefixes', () => {
    const xs = np.array([1, 2, 3, 4, 5])
    expect(values(lax.associativeScan((a: Tensor, b: Tensor) => a.add(b), xs))).toEqual([1, 3, 6, 10, 15])
    expect(values(lax.associativeScan((a: Tensor, b: Tensor) => a.mul(b), xs, { reverse: true }))).toEqual([120, 120, 60, 20, 5])
  })
})
