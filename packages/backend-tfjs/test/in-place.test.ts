/** What devices derive from data must be forgotten when these are written to in place, and data of the caller's stay as they are. */
import { hostBackend } from '@heddle/backend-host'
import { jit, lax, np, type Tensor, withBackend } from '@heddle/func'
import { describe, expect, it } from 'vitest'
import { underTest } from './under-test'

const turns = np.arange(3)
const matrix = (rows: number, columns: number): Tensor =>
  np.reshape(np.array(Array.from({ length: rows * columns }, (_, i) => Math.sin(i))), [rows, columns])
/** Programs that use what they carry, write to it, and use it again. */
const programs: Readonly<Record<string, () => Tensor>> = {
  'a right operand of a product, which is packed once': () => {
    const x = matrix(40, 30)
    const step = (w: Tensor, i: Tensor) => [w.setAt([i, ':'], i), x.matmul(w)] as const
    return jit((w: Tensor) => lax.scan(step, w.mul(2), turns)[1])(matrix(30, 20))
  },
  'a right operand in two shapes': () => {
    const x = matrix(40, 30)
    const step = (w: Tensor, i: Tensor) =>
      [w.setAt([i, ':'], i), [x.matmul(w), x.matmul(w.reshape([30, 20])), x.reshape([60, 20]).matmul(w.reshape([20, 30]))]] as const
    return jit((w: Tensor) => np.concatenate(lax.scan(step, w.mul(2), turns)[1].map((y: Tensor) => y.ravel())))(matrix(30, 20))
  },
  'a filter of a convolution': () => {
    const x = matrix(16, 32).reshape([1, 8, 8, 8])
    const step = (w: Tensor, i: Tensor) =>
      [w.setAt([i, i], 3), lax.convGeneralDilated(x, w, [1, 1], 'SAME', { dimensionNumbers: ['NHWC', 'HWIO', 'NHWC'] })] as const
    return jit((w: Tensor) => lax.scan(step, w.mul(2), turns)[1])(matrix(9, 64).reshape([3, 3, 8, 8]))
  },
  'a bias': () => {
    const [x, w] = [matrix(40, 30), matrix(30, 20)]
    const step = (b: Tensor, i: Tensor) => [b.setAt(i, i), np.maximum(x.matmul(w).add(b), 0)] as const
    return jit((b: Tensor) => lax.scan(step, b.mul(2), turns)[1])(np.ones([20]))
  },
}

for (const { name, make } of underTest)
  describe(`writes in place on ${name}`, async () => {
    const [backend, host] = [await make(), hostBackend()]
    for (const [about, program] of Object.entries(programs))
      it(`change ${about}`, async () => {
        const want = await withBackend(host, program).data()
        const got = await withBackend(backend, program).data()
        got.forEach((v, i) => {
          expect(Number(v)).toBeCloseTo(Number(want[i]), 3)
        })
      })
    it('leave what was uploaded, and what shares memory with what is given away', async () => {
      const data = Float32Array.from({ length: 5000 }, (_, i) => i)
      const results = withBackend(backend, () => {
        const write = jit((x: Tensor) => x.setAt(0, -1), { donateArgnums: 0 })
        const fromUser = np.array(data)
        const once = write(fromUser)
        const view = once.reshape([50, 100])
        const twice = write(once.setAt(1, -2))
        const thrice = write(view.reshape([5000]))
        return [view, twice, thrice]
      })
      const values = await Promise.all(results.map((x) => x.data()))
      expect(data[0]).toBe(0)
      expect(values.map((v) => [v[0], v[1], v[2]])).toEqual([
        [-1, 1, 2],
        [-1, -2, 2],
        [-1, 1, 2],
      ])
    })
  })
