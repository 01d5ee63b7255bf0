/** Normal draws between bounds far from 0. */
import { hostBackend } from '@heddle/backend-host'
import { beforeAll, describe, expect, it } from 'vitest'
import { grad, jit, np, random, setDefaultBackend, type Tensor } from '../index'

beforeAll(() => setDefaultBackend(hostBackend()))
const key = random.key(5)
const numbers = (x: Tensor): number[] => Array.from(x.dataSync() as Float32Array)

describe('truncatedNormal', () => {
  // The mean on condition of x > a is 1 / (the Mills ratio of a).
  it.each([
    [4, Infinity, 4.2256071],
    [5, 1000, 5.1865039],
    [10, 1e30, 10.0980932],
    [100, Infinity, 100.009998],
  ])('from %d to %d', (lower, upper, mean) => {
    const x = random.truncatedNormal(key, lower, upper, [4000])
    const values = numbers(x)
    expect(Math.min(...values)).toBeGreaterThan(lower)
    expect(Math.max(...values)).toBeLessThan(lower + 15 / lower)
    expect(Math.abs(values.reduce((a, b) => a + b) / values.length - mean)).toBeLessThan(0.08 / lower)
    const mirrored = numbers(random.truncatedNormal(key, -upper, -lower, [4000]))
    expect(mirrored).toEqual(values.map((v) => -v))
    const traced = jit((a: Tensor, b: Tensor) => random.truncatedNormal(key, a, b, [4000]))(np.array(lower), np.array(upper))
    numbers(traced).forEach((v, i) => expect(Math.abs(v / values[i]! - 1)).toBeLessThan(1e-6))
  })
  it('is between close bounds in the tail', () => {
    const values = numbers(random.truncatedNormal(key, 6, 6.5, [2000]))
    expect(Math.min(...values)).toBeGreaterThan(6)
    expect(Math.max(...values)).toBeLessThan(6.5)
    // Of those beyond 6 this many are beyond 6.2: Q(6.2) / Q(6), less those beyond 6.5.
    expect(values.filter((v) => v > 6.2).length / 2000).toBeCloseTo(0.2504, 1)
  })
  it('does not answer a far bound where a share is rounded up to 1', () => {
    expect(Math.max(...numbers(random.truncatedNormal(key, 3.9, 1000, [60000])))).toBeLessThan(7)
    expect(Math.min(...numbers(random.truncatedNormal(key, -1000, -3.9, [60000])))).toBeGreaterThan(-7)
  })
  it('has derivatives by its bounds', () => {
    const at = (a: number): number => Number(random.truncatedNormal(key, np.array(a, 'float64'), np.array(9, 'float64'), [50]).sum().item())
    for (const a of [-1, 2, 5, 7]) {
      const slope = grad((low: Tensor) => random.truncatedNormal(key, low, np.array(9, 'float64'), [50]).sum())(np.array(a, 'float64'))
      expect(Number(slope.item())).toBeCloseTo((at(a + 1e-5) - at(a - 1e-5)) / 2e-5, 4)
    }
  })
})
