/** Functions of np that are seldom used, against JAX's values; what they refuse. */
import { describe, expect, it } from 'vitest'
import { grad, jit, np, type Tensor } from '../../src/index'
import { runTable } from '../table'

type Inputs = Readonly<Record<'a' | 'b' | 'v' | 'cube' | 'phases' | 'pts' | 'byte' | 'q' | 'i' | 'sq', Tensor>>
const column = (x: Tensor, k: number): Tensor => x.at(':', k)
const meanAndRange = np.vectorize((x: Tensor, y: Tensor) => [x.dot(y), np.stack([x.max(), y.min()])] as const, {
  signature: '(n),(n)->(),(k)',
})
const extremes = np.array([0, -0, 1, 2e-38, 3e38, np.inf])
runTable<Inputs>(
  'numpy/rest',
  {
    unwrap: ({ phases }) => np.unwrap(phases),
    unwrap_discont: ({ phases }) => np.unwrap(phases, { discont: 4 }),
    unwrap_period: ({ i }) => np.unwrap(i, { period: 6, axis: 0 }),
    unwrap_axis: ({ a }) => np.unwrap(a.mul(3), { axis: 0 }),
    cumulative_sum: ({ v }) => np.cumulativeSum(v),
    cumulative_sum_initial: ({ i }) => np.cumulativeSum(i, { axis: 1, includeInitial: true }),
    cumulative_prod_initial: ({ a }) => np.cumulativeProd(a, { axis: 0, includeInitial: true }),
    cumulative_sum_dtype: ({ i }) => np.cumulativeSum(i, { axis: 0, dtype: 'float32' }),
    piecewise: ({ a }) => np.piecewise(a, [a.lt(-1), a.gt(0), a.gt(2)], [(x) => x.mul(x), 7, (x) => x.neg()]),
    piecewise_rest: ({ i }) => np.piecewise(i, [i.lt(0)], [(x) => x.mul(1.5), (x) => x.add(10)]),
    i0: ({ a }) => np.i0(a),
    kaiser: () => np.kaiser(7, 8.6),
    kaiser_one: () => np.kaiser(1, 2),
    gcd: ({ q }) => np.gcd(q.at(0), q.at(1)),
    gcd_broadcast: ({ q }) => np.gcd(q, 6),
    lcm: ({ q }) => np.lcm(q.at(0), q.at(1)),
    lcm_u8: ({ byte }) => np.lcm(byte.at(0), 2),
    tril_from: ({ a }) => np.trilIndicesFrom(a, 1),
    triu_from: ({ a }) => np.triuIndicesFrom(a, -1),
    diag_from: ({ sq }) => np.diagIndicesFrom(sq),
    mask_indices: () => np.maskIndices(3, np.triu, 1, { size: 3 }),
    frexp: ({ v }) => np.frexp(np.concatenate([v, extremes])),
    spacing: ({ v }) => np.spacing(v),
    spacing_half: ({ v }) => np.spacing(v.astype('float16')),
    histogram_bin_edges: ({ v }) => np.histogramBinEdges(v, 4),
    histogram_bin_edges_range: ({ v }) => np.histogramBinEdges(v, 3, { range: [-1, 1] }),
    histogram2d: ({ pts }) => np.histogram2d(column(pts, 0), column(pts, 1), 3),
    histogram2d_edges: ({ pts }) => np.histogram2d(column(pts, 0), column(pts, 1), [[-1, 0, 1], 2])[0],
    histogramdd: ({ pts }) => np.histogramdd(pts, 2, { weights: np.arange(9).astype('float32') })[0],
    histogramdd_density: ({ pts }) => np.histogramdd(pts, [2, 3], { density: true })[0],
    histogramdd_range: ({ pts }) => np.histogramdd(pts, 2, { range: [[-1, 1], null] })[0],
    packbits: ({ i }) => np.packbits(i.gt(0).astype('uint8')),
    packbits_axis: ({ i }) => np.packbits(i, { axis: 0 }),
    packbits_little: ({ i }) => np.packbits(i, { axis: 1, bitorder: 'little' }),
    unpackbits: ({ byte }) => np.unpackbits(byte),
    unpackbits_axis: ({ byte }) => np.unpackbits(byte, { axis: 0 }),
    unpackbits_little: ({ byte }) => np.unpackbits(byte, { axis: 1, count: 5, bitorder: 'little' }),
    unpackbits_more: ({ byte }) => np.unpackbits(byte, { axis: 1, count: 26 }),
    poly: ({ v }) => np.poly(v),
    polydiv: ({ v, b }) => np.polydiv(v, b),
    polydiv_short: ({ v, b }) => np.polydiv(b, v),
    place: ({ a }) => np.place(a, a.gt(0), [1, 2, 3]),
    put: ({ a }) => np.put(a, [0, -1, 5], [7, 8]),
    put_clip: ({ a }) => np.put(a, [-3, 40], [7, 8], { mode: 'clip' }),
    put_wrap: ({ a }) => np.put(a, [-3, 40], 5, { mode: 'wrap' }),
    apply_along_axis: ({ cube }) => np.applyAlongAxis((x) => x.cumsum(), 1, cube),
    apply_along_axis_pairs: ({ cube }) => np.applyAlongAxis((x) => x.at(':2', null).mul(x.at(null, ':3')), 2, cube),
    apply_along_axis_scalar: ({ a }) => np.applyAlongAxis((x) => x.max(), 0, a),
    apply_over_axes: ({ cube }) => np.applyOverAxes((x, axis) => x.sum(axis), cube, [0, 2]),
    vectorize: ({ a, b }) => np.vectorize((x: Tensor, y: Tensor) => np.where(x.gt(y), x.sub(y), x.mul(y)))(a.at(':', null), b),
    vectorize_matvec: ({ cube, a }) => np.vectorize(np.matmul, { signature: '(n,m),(m)->(n)' })(cube, a.at(':2', null)),
    vectorize_two: ({ cube, b }) => meanAndRange(cube, b),
    vectorize_excluded: ({ a }) => np.vectorize((x: Tensor, n: number) => x.pow(n), { excluded: [1] })(a, 3),
    vectorize_thin: ({ cube, b }) => np.vectorize((x: Tensor, y: Tensor) => x.dot(y), { signature: '(n),(n)->()' })(cube.at(':1', ':1'), b),
  },
  { tolerances: { spacing: { rtol: 0, atol: 0 }, poly: { rtol: 1e-4, atol: 1e-4 }, polydiv: { rtol: 1e-4, atol: 1e-3 } } },
)

describe('the rest of np', () => {
  it('has derivatives', () => {
    expect(grad((x: Tensor) => np.frexp(x)[0])(np.array(6)).item()).toBe(0.125)
    expect(grad((x: Tensor) => np.poly(x).sum())(np.array([2, 3])).toArray()).toEqual([2, 1])
    expect(grad((x: Tensor) => np.unwrap(x).sum())(np.array([0, 6])).toArray()).toEqual([1, 1])
  })
  it('says what casts', () => {
    expect(np.canCast('int32', 'float32')).toBe(false)
    expect(np.canCast('int16', 'float32')).toBe(true)
    expect(np.canCast('uint8', 'int16')).toBe(true)
    expect(np.canCast('float64', 'float32', 'same_kind')).toBe(true)
    expect(np.canCast('int32', 'uint32', 'same_kind')).toBe(false)
    expect(np.canCast('float32', 'int8', 'unsafe')).toBe(true)
    expect(np.isdtype('bfloat16', 'real floating')).toBe(true)
    expect(np.isdtype('uint8', ['signed integer', 'bool'])).toBe(false)
    expect(np.isdtype('uint8', ['integral', 'float32'])).toBe(true)
    expect(() => np.isdtype('uint8', 'integers' as 'integral')).toThrow(/signed integer/)
  })
  it('refuses with what to do', () => {
    expect(np.put(np.zeros([2]), [0, 7], 1).toArray()).toEqual([1, 0])
    expect(() => np.gcd(1.5, 2)).toThrow(/integers/)
    expect(() => np.cumulativeSum(np.ones([2, 2]))).toThrow(/axis/)
    expect(() => np.piecewise(np.ones([2]), [], [1, 2])).toThrow(/pieces/)
    expect(() => np.unpackbits(np.ones([2]))).toThrow(/uint8/)
    expect(() => np.packbits(np.ones([2]))).toThrow(/integers or booleans/)
    expect(() => np.poly(np.ones([2, 2]))).toThrow(/eigenvalues/)
    expect(() => np.vectorize((x: Tensor) => x, { signature: 'n->n' })).toThrow(/parentheses/)
    expect(() => np.vectorize((x: Tensor) => x, { signature: '(n)->()' })(np.ones([3]))).toThrow(/result 0/)
    expect(() => np.vectorize((x: Tensor, y: Tensor) => x.add(y), { signature: '(n),(n)->(n)' })(np.ones([3]), np.ones([4]))).toThrow(
      /axis n/,
    )
    expect(() => jit((x: Tensor) => np.maskIndices(3, (m) => m.mul(x))[0])(np.array(1))).toThrow(/size/)
    expect(() => np.kaiser(np.array(3) as unknown as number, 2)).toThrow(/number of JavaScript/)
    expect(() => np.histogramdd(np.ones([4, 2]), [2, 3, 4])).toThrow(/dimensions/)
  })
})
