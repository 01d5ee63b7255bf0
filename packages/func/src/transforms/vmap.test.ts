import { hostBackend } from '@heddle/backend-host'
import { beforeEach, describe, expect, it } from 'vitest'
import { AxisNameError, grad, jit, lax, np, setDefaultBackend, type Tensor, vmap } from '../index'

beforeEach(() => setDefaultBackend(hostBackend()))
const values = (x: Tensor): number[] => Array.from(x.dataSync() as Float32Array)

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
