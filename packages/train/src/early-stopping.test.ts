import { describe, expect, it } from 'vitest'
import { EarlyStopping } from './early-stopping'

const run = (losses: readonly number[], options: { minDelta?: number; patience?: number }): number => {
  let state = EarlyStopping.create(options)
  for (const [epoch, loss] of losses.entries()) {
    state = EarlyStopping.update(state, loss)
    if (state.shouldStop) return epoch
  }
  return -1
}
describe('early stopping', () => {
  // Flax's own example stops at epoch 7
  it('is that of Flax', () => expect(run([4, 3, 3, 3, 2, 2, 2, 2, 1, 1], { minDelta: 1e-3, patience: 2 })).toBe(7))
  it('bears `patience` measurements', () => {
    expect(run([1, 1], {})).toBe(1)
    expect(run([1, 1, 1, 0.5, 1, 1, 1, 1], { patience: 2 })).toBe(6)
    expect(run([1, 0.95, 0.9, 0.85], { minDelta: 0.06 })).toBe(1)
  })
  it('takes NaN and infinity for no improvement', () => {
    expect(run([Number.NaN, Number.NaN], {})).toBe(0)
    expect(run([Number.POSITIVE_INFINITY, 3, Number.NaN], { patience: 1 })).toBe(-1)
    expect(EarlyStopping.update(EarlyStopping.create({ patience: 5 }), Number.NaN).bestMetric).toBe(Number.POSITIVE_INFINITY)
  })
  it('is plain data that goes on where it was saved', () => {
    const state = EarlyStopping.update(EarlyStopping.create({ patience: 3, minDelta: 0.5 }), 2)
    expect(EarlyStopping.create(JSON.parse(JSON.stringify(state)) as typeof state)).toEqual(state)
    const start = EarlyStopping.create()
    expect(EarlyStopping.create(JSON.parse(JSON.stringify(start)) as typeof start)).toEqual(start)
    expect(EarlyStopping.reset(state)).toEqual(EarlyStopping.create({ patience: 3, minDelta: 0.5 }))
  })
  it('says what is wrong', () => {
    expect(() => EarlyStopping.create({ patience: -1 })).toThrow('patience')
    expect(() => EarlyStopping.create({ min_delta: 1 } as never)).toThrow('minDelta')
    expect(() => EarlyStopping.update(EarlyStopping.create(), {} as never)).toThrow('metric')
  })
})
