import { hostBackend } from '@heddle/backend-host'
import { jit, lax, np, random, setDefaultBackend, type Tensor, tree, valueAndGrad, vmap } from '@heddle/func'
import { adam, applyUpdates, sgd } from '@heddle/optim'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { TrainState } from './train-state'

setDefaultBackend(hostBackend())

const applyFn = (params: { w: Tensor; b: Tensor }, x: Tensor): Tensor => np.add(np.multiply(params.w, x), params.b)
const fresh = () => TrainState.create({ applyFn, params: { w: np.array([1, 2]), b: np.array([0.5, -1]) }, tx: adam(0.1) })
type State = ReturnType<typeof fresh>
const x = np.array([3, -4])
const step = (state: State, xs: Tensor): [State, Tensor] => {
  const [loss, grads] = valueAndGrad((p: State['params']) => np.mean(np.square(state.applyFn(p, xs))))(state.params)
  return [state.applyGradients({ grads }), loss]
}
const numbers = (t: unknown): unknown => tree.map((leaf: Tensor) => Array.from(leaf.dataSync() as Float32Array), t)

describe('a train state', () => {
  it('is what the optimizer makes of it', () => {
    const state = fresh()
    const { params, optState, tx } = state
    const grads = { w: np.array([1, -1]), b: np.array([2, 0]) }
    const [updates, next] = tx.update(grads, optState, params)
    const after = state.applyGradients({ grads })
    expect(numbers(after.params)).toEqual(numbers(applyUpdates(params, updates)))
    expect(numbers(after.optState)).toEqual(numbers(next))
    expect([state.step.item(), after.step.item(), after.step.dtype]).toEqual([0, 1, 'int32'])
    expect(after.tx).toBe(tx)
    expect(after.applyFn).toBe(applyFn)
  })
  it('goes through jit, donated, traced once', () => {
    const compiled = jit(step, { donateArgnums: 0 })
    let state = fresh()
    let plain = fresh()
    const first = state.params.w
    for (let i = 0; i < 4; i++) {
      state = compiled(state, x)[0]
      plain = step(plain, x)[0]
    }
    expect(compiled.traceCount()).toBe(1)
    expect(() => first.dataSync()).toThrow(/donated/)
    expect(state.step.item()).toBe(4)
    expect(state.applyFn).toBe(applyFn)
    const [got, want] = [numbers(state.params), numbers(plain.params)] as { w: number[] }[]
    got!.w.forEach((v, i) => expect(v).toBeCloseTo(want!.w[i]!, 5))
  })
  it('goes through scan and vmap', () => {
    const [state, losses] = lax.scan((s: State, xs: Tensor) => step(s, xs), fresh(), np.stack([x, x, x]))
    expect([state.step.item(), losses.shape]).toEqual([3, [3]])
    const ensemble = vmap((key: Tensor) =>
      TrainState.create({ applyFn, params: { w: random.normal(key, [2]), b: np.zeros([2]) }, tx: sgd(0.1), key }),
    )(random.split(random.key(0), 5))
    expect([ensemble.step.shape, ensemble.params.w.shape, ensemble.key.shape]).toEqual([[5], [5, 2], [5, 2]])
    const [next] = vmap((s: typeof ensemble) => {
      const grads = valueAndGrad((p: typeof s.params) => np.sum(s.applyFn(p, x)))(s.params)[1]
      return [s.applyGradients({ grads }), s.step]
    })(ensemble)
    expect(Array.from(next.step.dataSync())).toEqual([1, 1, 1, 1, 1])
  })
  it('has the fields that were given besides', () => {
    const state = TrainState.create({
      applyFn,
      params: { w: np.ones([2]), b: np.zeros([2]) },
      tx: sgd(1),
      batchStats: { mean: np.zeros([2]) },
    })
    expectTypeOf(state.batchStats.mean).toEqualTypeOf<Tensor>()
    const next = state.applyGradients({ grads: state.params, batchStats: { mean: np.ones([2]) } })
    expect(numbers(next.batchStats)).toEqual({ mean: [1, 1] })
    expect(numbers(next.params.w)).toEqual([0, 0])
    expect(numbers(next.replace({ batchStats: state.batchStats }).batchStats)).toEqual({ mean: [0, 0] })
    expect(tree.leavesWithPath(state).map(([path]) => tree.keystr(path))).toEqual(['.step', '.params.b', '.params.w', '.batchStats.mean'])
    // @ts-expect-error there is no such field
    expect(() => state.replace({ batchStat: {} })).toThrow('is batchStats meant?')
  })
  it('differs in structure by what is static', () => {
    const [a, b] = [fresh(), fresh()]
    expect(tree.structure(a).equals(tree.structure(a.replace({ step: np.array(7, { dtype: 'int32' }) })))).toBe(true)
    expect(tree.structure(a).equals(tree.structure(b))).toBe(false)
    expect(tree.structure(a).equals(tree.structure(b.replace({ tx: a.tx })))).toBe(true)
  })
  it('says what is wrong', () => {
    const loose = TrainState as unknown as { create: (x?: unknown) => { applyGradients: (x: unknown) => unknown } }
    const params = { w: np.ones([2]) }
    expect(() => loose.create()).toThrow('expected { applyFn, params, tx }')
    expect(() => loose.create({ tx: sgd(1) })).toThrow('params is missing')
    expect(() => loose.create({ params, tx: sgd })).toThrow(/tx: expected a gradient transformation.*function/)
    expect(() => loose.create({ params, tx: sgd(1), apply_fn: applyFn })).toThrow(/apply_fn is .*function.*applyFn and tx alone are static/)
    expect(() => loose.create({ params, tx: sgd(1), applyFn: {} })).toThrow('applyFn: expected a function')
    expect(() => loose.create({ params, tx: sgd(1), replace: 1 })).toThrow("can't be named replace")
    expect(() => loose.create({ params, tx: sgd(1), optState: 1 })).toThrow('optState is made of params')
    const state = loose.create({ params, tx: sgd(1) })
    expect(() => state.applyGradients(params)).toThrow('it is called applyGradients({ grads })')
    expect(() => state.applyGradients({ grads: { v: np.ones([2]) } })).toThrow(/grad/)
    expect(() => state.applyGradients({ grads: params, params })).toThrow('set it by replace')
  })
})
