import { hostBackend } from '@heddle/backend-host'
import { expect, it } from 'vitest'
import { np, setDefaultBackend } from '../../src/index'

it('hypot is infinite where a side is, as in C and NumPy', () => {
  setDefaultBackend(hostBackend())
  const x = np.array([Infinity, Infinity, -Infinity, Number.NaN, Number.NaN, 0, 3])
  const y = np.array([Infinity, Number.NaN, 1, -Infinity, 1, 0, 4])
  expect(np.hypot(x, y).toArray()).toEqual([Infinity, Infinity, Infinity, Infinity, Number.NaN, 0, 5])
})
it('floorDivide by zero is infinite, as in NumPy and JAX', () => {
  setDefaultBackend(hostBackend())
  expect(np.floorDivide(np.array([1, -1, 0, 7, -7]), np.array([0, 0, 0, 2, 2])).toArray()).toEqual([Infinity, -Infinity, Number.NaN, 3, -4])
})
