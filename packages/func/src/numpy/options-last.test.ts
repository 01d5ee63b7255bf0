import { hostBackend } from '@heddle/backend-host'
import { describe, expect, it, test } from 'vitest'
import { ArgumentError, nn, np, setDefaultBackend } from '../index'

setDefaultBackend(hostBackend())
type Loose = (...args: readonly unknown[]) => unknown
const named = (space: object, names: readonly string[]): readonly (readonly [string, Loose])[] =>
  names.map((name) => [name, (space as Readonly<Record<string, Loose>>)[name]!])
const x = np.ones([2, 3])

const ofOne = [
  ...named(
    np,
    'sum prod max min amax ptp all any argmax argmin mean std var average median cumsum cumprod nancumsum nancumprod sort argsort'.split(
      ' ',
    ),
  ),
  ...named(np, 'nansum nanprod nanmean nanvar nanstd nanmax nanmin nanargmax nanargmin nanmedian'.split(' ')),
  ...named(nn, 'softmax logSoftmax logsumexp logmeanexp standardize'.split(' ')),
]
describe('options behind an axis', () => {
  it.each(ofOne)('%s', (_, f) => {
    expect(() => f(x, 1, { keepdims: true })).toThrow(ArgumentError)
    expect(() => f(x, 1, { keepdims: true })).toThrow('write { axis: 1, keepdims: ... }')
    expect(() => f(x, [0], true)).toThrow(ArgumentError)
    expect(() => f(x, undefined, { keepdims: true })).toThrow('write { keepdims: ... }')
    expect(() => f(x, { axis: 1 }, { keepdims: true })).toThrow('all options stand in one object')
    // a list, as map passes it, and what is left out
    expect(String(f(x, 1, [x]))).toBe(String(f(x, 1)))
    expect(String(f(x, 1, undefined))).toBe(String(f(x, 1)))
  })
  it.each(named(np, ['quantile', 'percentile', 'nanquantile', 'nanpercentile']))('%s', (_, f) => {
    expect(() => f(x, 0.5, 1, { keepdims: true })).toThrow('write { axis: 1, keepdims: ... }')
    expect(String(f(x, 0.5, 1))).toBe('Tensor(f32[2] [1., 1.])')
  })
  test('joining and picking', () => {
    const { concatenate, stack, repeat, take } = np as unknown as Readonly<Record<string, Loose>>
    expect(() => concatenate!([x, x], 1, { dtype: 'int32' })).toThrow('concatenate: ')
    expect(() => stack!([x, x], 1, { dtype: 'int32' })).toThrow('stack: ')
    expect(() => repeat!(x, 2, 1, { totalRepeatLength: 6 })).toThrow('repeat: ')
    expect(() => take!(x, np.array([0], { dtype: 'int32' }), 1, { mode: 'clip' })).toThrow('take: ')
  })
  test('of methods', () =>
    expect(() => (x as unknown as { sum: Loose }).sum(1, { keepdims: true })).toThrow('write { axis: 1, keepdims: ... }'))
})
