import { hostBackend } from '@heddle/backend-host'
import { np, setDefaultBackend } from '@heddle/func'
import { beforeAll, describe, expect, it } from 'vitest'
import * as o from '../src'

beforeAll(() => setDefaultBackend(hostBackend()))

describe('what goldens do not show', () => {
  it('refuses labels that are no integers', () => {
    const x = np.zeros([2, 3])
    expect(() => o.softmaxCrossEntropyWithIntegerLabels(x, np.zeros([2]))).toThrow('labels must be integers, not float32')
  })
  it('leaves out steps that are not finite', () => {
    const optimizer = o.applyIfFinite(o.sgd(1), 2)
    const params = np.ones([2])
    let state = optimizer.init(params)
    const bad = np.array([1, Number.NaN])
    const seen: number[] = []
    for (const g of [params, bad, bad, bad, params]) {
      const [u, s] = optimizer.update(g, state, params)
      state = s
      seen.push(Number(u.at(0).item()))
    }
    expect(seen).toEqual([-1, 0, 0, -1, -1].map((x) => (x === 0 ? 0 : x)))
    expect(Number(state.total_notfinite.item())).toBe(3)
  })
  it('names what is missing', () => {
    const p = { w: np.ones([2]) }
    const decay = o.addDecayedWeights(0.1)
    expect(() => decay.update(p, decay.init(p))).toThrow('addDecayedWeights: needs the parameters')
    expect(() => o.chain(o.identity(), o.identity()).update(p, [{}] as never)).toThrow('chain: the state has 1 parts for 2 transformations')
    expect(() => o.partition({ x: o.identity() }, { w: 'y' }).init(p)).toThrow('no transformation for label y; there are x')
    expect(() => o.namedChain(['a', o.identity()], ['a', o.identity()])).toThrow('names must be distinct')
    expect(() => o.cosineDecaySchedule(1, 0)).toThrow('at decaySteps expected a positive number of steps, got number 0')
    expect(() => o.joinSchedules([], [])).toThrow('boundaries')
    expect(() => o.piecewiseConstantSchedule(1, { 3: -1 })).toThrow('scales must not be negative')
  })
  it('adds the same noise for the same key', () => {
    const p = { w: np.zeros([4]), v: np.zeros([4]) }
    const noise = o.addNoise(1, 0.5, np.array(new Uint32Array([0, 7])))
    const [a, s] = noise.update(p, noise.init(p))
    const [b] = noise.update(p, noise.init(p))
    const [c] = noise.update(p, s)
    expect([...a.w.dataSync()]).toEqual([...b.w.dataSync()])
    expect([...a.w.dataSync()]).not.toEqual([...a.v.dataSync()])
    expect([...a.w.dataSync()]).not.toEqual([...c.w.dataSync()])
  })
  it('keeps dtypes: moments where told, parameters theirs', () => {
    const p = { w: np.ones([2], 'float16') }
    const optimizer = o.adam(0.1, { muDtype: 'float32' })
    const state = optimizer.init(p)
    const [u, next] = optimizer.update(p, state, p)
    expect(o.applyUpdates(p, u).w.dtype).toBe('float16')
    expect(((next[0] as o.MomentsState).mu as typeof p).w.dtype).toBe('float32')
    expect(((next[0] as o.MomentsState).nu as typeof p).w.dtype).toBe('float16')
  })
  it('averages parameters', () => {
    const [a, b] = [{ w: np.array([4]) }, { w: np.array([0]) }]
    expect(Number(o.incrementalUpdate(a, b, 0.25).w.at(0).item())).toBe(1)
    expect(
      Number(
        o
          .periodicUpdate(a, b, np.array(6, { dtype: 'int32' }), 3)
          .w.at(0)
          .item(),
      ),
    ).toBe(4)
    expect(
      Number(
        o
          .periodicUpdate(a, b, np.array(7, { dtype: 'int32' }), 3)
          .w.at(0)
          .item(),
      ),
    ).toBe(0)
    expect(Number(o.globalNorm([np.array([3]), { x: np.array(4) }]).item())).toBe(5)
  })
})
