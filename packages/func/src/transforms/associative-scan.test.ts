import { hostBackend } from '@heddle/backend-host'
import { beforeEach, describe, expect, it } from 'vitest'
import { lax, np, setDefaultBackend, type Tensor } from '../index'

beforeEach(() => setDefaultBackend(hostBackend()))
const values = (x: Tensor): number[] => Array.from(x.dataSync() as Float32Array)

describe('associativeScan', () => {
  it('combines prefixes', () => {
    const xs = np.array([1, 2, 3, 4, 5])
    expect(values(lax.associativeScan((a: Tensor, b: Tensor) => a.add(b), xs))).toEqual([1, 3, 6, 10, 15])
    expect(values(lax.associativeScan((a: Tensor, b: Tensor) => a.mul(b), xs, { reverse: true }))).toEqual([120, 120, 60, 20, 5])
  })
})
