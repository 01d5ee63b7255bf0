/** Where arguments of arange may stand, and where they may not. */
import { hostBackend } from '@heddle/backend-host'
import { beforeAll, expect, it } from 'vitest'
import { ArgumentError } from '../error'
import { np, setDefaultBackend } from '../index'

beforeAll(() => setDefaultBackend(hostBackend()))

const loose = np.arange as unknown as (...args: readonly unknown[]) => np.Tensor
it.each([
  [[6], [0, 1, 2, 3, 4, 5], 'int32'],
  [[2, 6], [2, 3, 4, 5], 'int32'],
  [[2, 6, 3], [2, 5], 'int32'],
  [[6, undefined, 2], [0, 2, 4], 'int32'],
  [[6, null, 2, 'float32'], [0, 2, 4], 'float32'],
  [[0, 3, undefined, 'float32'], [0, 1, 2], 'float32'],
  [[3, undefined, { dtype: 'uint8' }], [0, 1, 2], 'uint8'],
  [[3, 'int64'], [0, 1, 2], 'int64'],
] as const)('arange(...%j)', (args, values, dtype) => {
  const x = loose(...args)
  expect([(x.toArray() as unknown[]).map(Number), x.dtype]).toEqual([values, dtype])
})
it.each([[['2', 6]], [[0, 6, 1, 1]], [[6, undefined, 2, 3]], [[0, 'int32', 6]], [[]]])('arange(...%j) is refused', (args) => {
  expect(() => loose(...args)).toThrow(ArgumentError)
})
