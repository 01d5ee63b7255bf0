/** Decompositions and their derivatives beside JAX's. */
import { hostBackend } from '@heddle/backend-host'
import { describe, expect, it } from 'vitest'
import { grad, hessian, jit, jvp, lax, np, RuleUnsupportedError, type Tensor, withBackend } from '../../src/index'
import { runTable } from '../table'

type Name = 'sq' | 'sq2' | 't' | 'dsq' | 'tall' | 'dtall' | 'wide' | 'b' | 'bb' | 'cube' | 'low' | 'y5' | 'x7' | 'y7' | 'w7' | 'solid'
type Inputs = Readonly<Record<Name, Tensor>>
const { linalg } = np
const T = np.matrixTranspose
const sym = (x: Tensor): Tensor => x.add(T(x))
const parts = (x: Tensor): Tensor[] => {
  const [u, s, vt] = linalg.svd(x, { fullMatrices: false })
  return [np.abs(u), s, np.abs(vt)]
}
const squares = (x: Tensor): Tensor[] => linalg.svd(x, { fullMatrices: false }).map((p) => p.mul(p))
const vectors = (x: Tensor): Tensor[] => {
  const [w, v] = linalg.eigh(sym(x))
  return [w, v.mul(v)]
}
/** Values and tangents in turn. */
const d = (f: (x: Tensor) => Tensor | Tensor[], x: Tensor, dx: Tensor): Tensor[] => {
  const [ys, ts] = jvp(f as (x: Tensor) => Tensor[], [x], [dx])
  return Array.isArray(ys) ? ys.flatMap((y, i) => [y, ts[i]!]) : [ys, ts as unknown as Tensor]
}
const spd = (x: Tensor): Tensor => np.matmul(x, T(x)).add(np.eye(4))
const at = (f: (s: Tensor) => Tensor): Tensor => hessian(f)(np.array(0.1)) as Tensor
const loose = { rtol: 1e-4, atol: 1e-4 }

runTable<Inputs>(
  'numpy/linear_algebra',
  {
    eigh: ({ sq }) => vectors(sq),
    eigh_batch: ({ cube }) => vectors(cube),
    eigh_upper: ({ sq }) => linalg.eigh(sq, { uplo: 'U', symmetrizeInput: false })[0],
    eigh_lower: ({ sq }) => linalg.eigh(sq, { symmetrizeInput: false })[0],
    eigvalsh: ({ sq }) => linalg.eigvalsh(sq),
    svd: ({ sq }) => parts(sq),
    svd_tall: ({ tall }) => parts(tall),
    svd_wide: ({ wide }) => parts(wide),
    svd_batch: ({ cube }) => parts(cube),
    svd_values: ({ wide }) => linalg.svd(wide, { computeUv: false }),
    svdvals: ({ low }) => linalg.svdvals(low).at(':2'),
    svd_one: ({ sq }) => parts(sq.at(':1', ':1')),
    svd_row: ({ wide }) => parts(wide.at(':1')),
    lu: ({ sq }) => linalg.lu(sq),
    lu_tall: ({ tall }) => linalg.lu(tall),
    lu_wide: ({ wide }) => linalg.lu(wide),
    lu_permuted: ({ sq }) => linalg.lu(sq, { permuteL: true }),
    lu_parts: ({ cube }) => lax.linalg.lu(cube),
    pivots: () =>
      lax.linalg.luPivotsToPermutation(
        np.array(
          [
            [2, 2, 3],
            [0, 3, 2],
          ],
          'int32',
        ),
        5,
      ),
    lu_factor: ({ sq }) => linalg.luFactor(sq),
    lu_solve: ({ sq, b }) => linalg.luSolve(linalg.luFactor(sq), b),
    lu_solve_many: ({ sq, bb }) => linalg.luSolve(linalg.luFactor(sq), bb),
    lu_solve_turned: ({ sq, bb }) => linalg.luSolve(linalg.luFactor(sq), bb, 1),
    cho_solve: ({ sq, b }) => linalg.choSolve(linalg.choFactor(spd(sq)), b),
    cho_solve_lower: ({ sq, bb }) => linalg.choSolve(linalg.choFactor(spd(sq), { lower: true }), bb),
    lstsq: ({ tall, y5 }) => linalg.lstsq(tall, y5),
    lstsq_wide: ({ wide, b }) => linalg.lstsq(wide, b.at(':3')),
    lstsq_low: ({ low, y5 }) => linalg.lstsq(low, y5).slice(0, 3),
    lstsq_many: ({ tall, dtall }) => linalg.lstsq(tall, dtall),
    lstsq_rcond: ({ sq, b }) => linalg.lstsq(sq, b, 0.3),
    pinv: ({ tall }) => linalg.pinv(tall),
    pinv_wide: ({ wide }) => linalg.pinv(wide),
    pinv_low: ({ low }) => linalg.pinv(low),
    pinv_rtol: ({ sq }) => linalg.pinv(sq, 0.3),
    pinv_batch: ({ cube }) => linalg.pinv(cube),
    rank: ({ low }) => linalg.matrixRank(low),
    rank_batch: ({ cube }) => linalg.matrixRank(cube),
    rank_tol: ({ sq }) => linalg.matrixRank(sq, 1),
    rank_vector: ({ b }) => linalg.matrixRank(b),
    cond: ({ tall }) => linalg.cond(tall),
    cond_minus: ({ sq }) => linalg.cond(sq, -2),
    cond_one: ({ sq }) => linalg.cond(sq, 1),
    cond_fro: ({ cube }) => linalg.cond(cube, 'fro'),
    cond_singular: () => linalg.cond(np.zeros([2, 2]), 1),
    norm_2: ({ sq }) => linalg.norm(sq, { ord: 2 }),
    norm_m2: ({ tall }) => linalg.norm(tall, { ord: -2 }),
    norm_nuc: ({ cube }) => linalg.norm(cube, { ord: 'nuc', axis: [0, 2], keepdims: true }),
    expm: ({ sq }) => linalg.expm(sq),
    expm_small: ({ sq }) => linalg.expm(sq.mul(0.01)),
    expm_large: ({ sq }) => linalg.expm(sq.mul(6)),
    expm_batch: ({ cube }) => linalg.expm(cube),
    expm_upper: ({ sq }) => linalg.expm(np.triu(sq), { upperTriangular: true }),
    expm_zero: () => linalg.expm(np.zeros([3, 3])),
    det: ({ sq }) => linalg.det(sq),
    det_batch: ({ cube }) => linalg.det(cube),
    det_two: ({ sq }) => linalg.det(sq.at(':2', ':2')),
    det_singular: ({ low }) => linalg.det(low.at(':4')),
    slogdet: ({ sq }) => linalg.slogdet(sq),
    slogdet_batch: ({ cube }) => linalg.slogdet(cube),
    slogdet_zero: () => linalg.slogdet(np.zeros([4, 4])),
    tensorinv: ({ solid }) => linalg.tensorinv(solid),
    tensorsolve: ({ solid, sq }) => linalg.tensorsolve(solid, sq.at(':2', ':3')),
    tensorsolve_axes: ({ solid, sq }) => linalg.tensorsolve(np.moveaxis(solid, 2, 0), np.repeat(sq.at(0), 2).at(':6'), [1, 2]),
    polyfit: ({ x7, y7 }) => np.polyfit(x7, y7, 2),
    polyfit_many: ({ x7, y7 }) => np.polyfit(x7, np.stack([y7, y7.mul(y7)], 1), 3),
    polyfit_weights: ({ x7, y7, w7 }) => np.polyfit(x7, y7, 1, { w: w7 }),
    polyfit_full: ({ x7, y7 }) => np.polyfit(x7, y7, 2, { full: true }).slice(0, 4),
    polyfit_cov: ({ x7, y7 }) => np.polyfit(x7, y7, 1, { cov: true }),
    polyfit_unscaled: ({ x7, y7 }) => np.polyfit(x7, y7, 1, { cov: 'unscaled' }),
    d_eigh: ({ sq, dsq }) => d(vectors, sq, dsq),
    d_svd: ({ tall, dtall }) => d(squares, tall, dtall),
    d_svd_wide: ({ wide, dtall }) => d(squares, wide, T(dtall)),
    d_lu: ({ sq, dsq }) => d((x) => lax.linalg.lu(x)[0], sq, dsq),
    d_lu_tall: ({ tall, dtall }) => d((x) => lax.linalg.lu(x)[0], tall, dtall),
    d_lu_wide: ({ wide, dtall }) => d((x) => lax.linalg.lu(x)[0], wide, T(dtall)),
    d_pinv: ({ tall, dtall }) => d((x) => linalg.pinv(x), tall, dtall),
    d_pinv_low: ({ low, b }) => d((x) => linalg.pinv(x), low, np.outer(low.at(':', 0), b)),
    d_lstsq: ({ tall, dtall, y5 }) => d((x) => linalg.lstsq(x, y5)[0], tall, dtall),
    d_expm: ({ sq, dsq }) => d((x) => linalg.expm(x), sq, dsq),
    d_det: ({ sq, dsq }) => d((x) => linalg.det(x), sq, dsq),
    d_det_singular: ({ sq, dsq }) => d((x) => linalg.det(x), sq.mul(np.array([1, 2, 0, 1])), dsq),
    d_slogdet: ({ sq, dsq }) => d((x) => linalg.slogdet(x)[1], sq, dsq),
    d_lu_solve: ({ sq, dsq, b }) => d((x) => linalg.luSolve(linalg.luFactor(x), b), sq, dsq),
    d_polyfit: ({ x7, y7, w7 }) => d((y) => np.polyfit(x7, y, 2), y7, w7),
    d_norm: ({ tall, dtall }) => d((x) => linalg.norm(x, { ord: 'nuc' }), tall, dtall),
    d_cond: ({ tall, dtall }) => d((x) => linalg.cond(x), tall, dtall),
    g_eigh: ({ sq, t, b }) =>
      grad((x: Tensor) => {
        const [w, v] = linalg.eigh(sym(x))
        return v.pow(4).mul(t).sum().add(w.square().mul(b).sum())
      })(sq),
    g_svd: ({ tall }) =>
      grad((x: Tensor) =>
        linalg
          .svd(x, { fullMatrices: false })
          .map((p) => p.pow(4).sum())
          .reduce((a, c) => a.add(c)),
      )(tall),
    g_lu: ({ sq, t }) => grad((x: Tensor) => lax.linalg.lu(x)[0].mul(t).sum())(sq),
    g_pinv: ({ wide }) => grad((x: Tensor) => linalg.pinv(x).square().sum())(wide),
    g_expm: ({ sq, t }) => grad((x: Tensor) => linalg.expm(x).mul(t).sum())(sq),
    g_det: ({ sq }) => grad((x: Tensor) => linalg.det(x))(sq),
    g_slogdet: ({ sq }) => grad((x: Tensor) => linalg.slogdet(x)[1])(sq),
    h_det: ({ sq }) => hessian((x: Tensor) => linalg.det(x))(sq.at(':3', ':3')) as Tensor,
    h_slogdet: ({ sq, t }) => at((s) => linalg.slogdet(sq.add(t.mul(s)))[1]),
    h_pinv: ({ tall, dtall }) =>
      at((s) =>
        linalg
          .pinv(tall.add(dtall.mul(s)))
          .square()
          .sum(),
      ),
    h_svd: ({ tall, dtall }) =>
      at((s) =>
        linalg
          .svdvals(tall.add(dtall.mul(s)))
          .pow(3)
          .sum(),
      ),
  },
  {
    tolerances: Object.fromEntries(
      'd_eigh d_svd d_svd_wide d_pinv d_pinv_low d_lstsq d_expm expm_large lstsq_wide pinv_low lstsq_low h_pinv h_svd h_slogdet g_expm g_svd g_pinv cond_one polyfit_many polyfit_cov'
        .split(' ')
        .map((name) => [name, loose]),
    ),
  },
)

const bytesOf = (f: () => Tensor | Tensor[]): Tensor[] => withBackend(hostBackend(), () => [f()].flat())
const eyeError = (q: Tensor): number => np.max(np.abs(np.matmul(T(q), q).sub(np.eye(q.shape.at(-1)!))), { initial: 0 }).item()

describe('corners', () => {
  it('bases are orthonormal and whole, whatever the rank', () => {
    withBackend(hostBackend(), () => {
      for (const x of [
        np.zeros([4, 2]),
        np.ones([3, 5]),
        np.eye(4),
        np.outer(np.arange(6), np.arange(4)),
        np.ones([1, 1]),
        np.zeros([3, 0]),
      ]) {
        const [u, s, vt] = linalg.svd(x)
        expect([eyeError(u), eyeError(vt)].map((e) => e < 1e-5)).toEqual([true, true])
        const k = s.size
        const made = np.matmul(u.at(':', `:${k}`).mul(s), vt.at(`:${k}`))
        expect(np.allclose(made, x, { atol: 1e-5 }).item()).toBe(true)
      }
    })
  })
  it('repeated and extreme eigenvalues', () => {
    withBackend(hostBackend(), () => {
      const spread = np.diag(np.array([1e30, 1e-30, 1, 1, 1]))
      expect([...(linalg.eigvalsh(spread).dataSync() as Float32Array)]).toEqual([1e-30, 1, 1, 1, 1e30].map(Math.fround))
      const [w, v] = linalg.eigh(np.ones([5, 5]))
      expect(np.allclose(w, np.array([0, 0, 0, 0, 5]), { atol: 1e-5 }).item()).toBe(true)
      expect(eyeError(v)).toBeLessThan(1e-5)
    })
  })
  it('NaN and infinities give NaN, and end', () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const x = () =>
        np.array([
          [1, bad],
          [bad, 2],
        ])
      const outs = bytesOf(() => [...linalg.eigh(x()), ...linalg.svd(x()), linalg.pinv(x())])
      expect(outs.every((o) => np.all(np.isnan(o)).item())).toBe(true)
    }
  })
  it('empty matrices', () => {
    const shapes = bytesOf(() => [
      ...linalg.eigh(np.zeros([0, 0])),
      ...linalg.svd(np.zeros([0, 3])),
      ...lax.linalg.lu(np.zeros([2, 0])),
      linalg.pinv(np.zeros([0, 3])),
      ...linalg.lstsq(np.zeros([0, 3]), np.zeros([0])),
      linalg.det(np.zeros([0, 0])),
      linalg.matrixRank(np.zeros([0, 3])),
      linalg.expm(np.zeros([0, 0])),
    ]).map((x) => x.shape.join())
    expect(shapes).toEqual(['0', '0,0', '0,0', '0', '3,3', '2,0', '0', '2', '3,0', '3', '1', '', '0', '', '', '0,0'])
  })
  it('says what does not fit before a kernel runs', () => {
    withBackend(hostBackend(), () => {
      expect(() => linalg.eigh(np.ones([2, 3]))).toThrow('linalg.eigh: the last two axes must have equal sizes; got f32[2,3]')
      expect(() => linalg.svd(np.ones([3]))).toThrow('linalg.svd: expected a matrix')
      expect(() => lax.linalg.lu(np.ones([2, 2], 'int32'))).toThrow('takes floating-point numbers, not int32')
      expect(() => linalg.lstsq(np.ones([2, 2]), np.ones([3]))).toThrow('b [m] or [m, k]')
      expect(() => linalg.tensorinv(np.ones([2, 3]), 1)).toThrow('as many elements')
      expect(() => linalg.luSolve(linalg.luFactor(np.eye(2)), np.ones([3]))).toThrow('must have 2 rows')
      expect(() => linalg.expm(np.ones([2, 2], 'float16'))).toThrow('takes float32 or float64')
      expect(() => linalg.norm(np.ones([2, 2]), { ord: 3 })).toThrow("'nuc'")
      expect(() => linalg.cond(np.ones([2, 3]), 1)).toThrow('equal sizes')
      expect(() => np.polyfit(np.ones([3]), np.ones([2]), 1)).toThrow('x must be [n]')
      expect(() => np.polyfit(np.arange(2), np.ones([2]), 1, { cov: true })).toThrow("'unscaled'")
      expect(() => jvp((x: Tensor) => linalg.svd(x)[0], [np.ones([2, 3])], [np.ones([2, 3])])).toThrow(RuleUnsupportedError)
      expect(() => jit((x: Tensor) => linalg.svd(x)[0])(np.ones([2, 3]))).not.toThrow()
    })
  })
  it('the gradient of a determinant of low rank is its cofactors', () => {
    withBackend(hostBackend(), () => {
      const x = np.diag(np.array([2, 3, 5, 0]))
      const slope = grad((y: Tensor) => linalg.det(y))(x)
      expect(np.allclose(slope, np.diag(np.array([0, 0, 0, 30]))).item()).toBe(true)
      expect(np.any(grad((y: Tensor) => linalg.det(y))(np.zeros([4, 4]))).item()).toBe(false)
    })
  })
})
