import { golden } from '@heddle/testing'
import { lax, np, type Tensor } from '../../src/index'
import { runTable } from '../table'

type Inputs = Readonly<Record<'a' | 'b' | 'cube' | 'i' | 'm' | 'n' | 'v' | 'w' | 'sq' | 'img', Tensor>>
const dimensionNumbers = ['NHWC', 'HWIO', 'NHWC'] as const
const ints = (...xs: number[]) => np.array(xs, 'int32')

const spots = () => np.array(golden('numpy/more').array('outputs', 'spots').data as number[]).reshape(2, 4, 3, 5)
runTable<Inputs>(
  'numpy/more',
  {
    convolve: ({ v, w }) => np.convolve(v, w),
    convolve_same: ({ v, w }) => np.convolve(v, w, 'same'),
    convolve_valid: ({ v, w }) => np.convolve(v, w, 'valid'),
    correlate: ({ v, w }) => np.correlate(v, w),
    correlate_full: ({ v, w }) => np.correlate(v, w, 'full'),
    hanning: () => np.hanning(6),
    hamming: () => np.hamming(5),
    blackman: () => np.blackman(5),
    bartlett: () => np.bartlett(6),
    gradient: ({ v }) => np.gradient(v),
    gradient_axis: ({ a }) => np.gradient(a, { axis: 1, spacing: 0.5 }),
    gradient_all: ({ a }) => np.gradients(a),
    unravel_index: () => np.unravelIndex(ints(0, 5, 11), [3, 4]),
    ravel_multi_index: () => np.ravelMultiIndex([ints(0, 2), ints(3, 1)], [3, 4]),
    ix: ({ a }) => a.at(...np.ix([0, 2], [1, 3])),
    delete: ({ a }) => np.delete(a, 1, 0),
    delete_many: ({ v }) => np.delete(v, [0, -1]),
    insert: ({ v }) => np.insert(v, 2, 9),
    insert_axis: ({ a, b }) => np.insert(a, 1, b.at(':3'), 1),
    compress: ({ a }) => np.compress([true, false, true], a, 0),
    extract: ({ m, a }) => np.extract(m, a),
    choose: ({ b }) => np.choose(ints(0, 1, 2, 1), [b, b.mul(2), b.mul(3)]),
    fill_diagonal: ({ sq }) => np.fillDiagonal(sq, 7),
    diagflat: ({ a }) => np.diagflat(a.at(':2', ':2'), 1),
    resize: ({ a }) => np.resize(a, [2, 7]),
    block: ({ a, b }) =>
      np.block([
        [a, a],
        [b, b],
      ]),
    dsplit: ({ cube }) => np.dsplit(cube, 2),
    setdiff1d: ({ i }) => np.setdiff1d(i, ints(1, -2, 5)),
    union1d: ({ i }) => np.union1d(i, ints(1, -2, 50)),
    intersect1d: ({ i }) => np.intersect1d(i, ints(1, -2, 5, 77)),
    nanprod: ({ n }) => np.nanprod(n.at(':3')),
    nanargmax: ({ n }) => np.nanargmax(n),
    nanargmin: ({ n }) => np.nanargmin(n.at(':3')),
    nanmedian: ({ n }) => np.nanmedian(n.at(':3')),
    nanquantile: ({ m, a }) => np.nanquantile(np.where(m, a, np.nan), 0.3, 1),
    polyadd: ({ w, b }) => np.polyadd(w, b),
    polysub: ({ w, b }) => np.polysub(b, w),
    polymul: ({ w, b }) => np.polymul(b, w),
    polyder: ({ w }) => np.polyder(w),
    polyint: ({ w }) => np.polyint(w),
    matvec: ({ cube, b }) => np.matvec(cube, b),
    vecmat: ({ b, sq }) => np.vecmat(b, sq),
    modf: ({ a }) => np.modf(a),
    lstsq: ({ a, b }) => np.linalg.lstsq(a.T, b)[0],
    pinv: ({ a }) => np.linalg.pinv(a.T),
    nextafter: ({ a }) => lax.nextafter(a, a.neg()),
    nextafter_zero: () => np.nextafter(np.zeros([2]), [1, -1]),
    patches: ({ img }) => lax.convGeneralDilatedPatches(img, [2, 3], [1, 2], 'SAME', { dimensionNumbers }),
    conv_local: () => {
      const kernel = np
        .arange(3 * 2 * 20 * 2)
        .reshape(3, 2, 20, 2)
        .div(100)
      return lax.convGeneralDilatedLocal(spots(), kernel, [1, 1], 'VALID', [2, 2], { dimensionNumbers })
    },
    spots,
    scatter_sub: ({ v }) =>
      lax.scatterSub(v, [[1], [1]], [1, 2], { updateWindowDims: [], insertedWindowDims: [0], scatterDimsToOperandDims: [0] }),
    broadcast_to_rank: ({ b }) => lax.broadcastToRank(b, 3),
    split_sizes: ({ v }) => lax.split(v, [2, 4, 1]),
    tile: ({ a }) => lax.tile(a, [2, 1]),
    reduce: ({ a }) => lax.reduce(a, 1, 'mul', [0]),
    top_k_axis: ({ a }) => lax.topK(a, 2, 0),
  },
  {
    eagerOnly: 'extract setdiff1d union1d intersect1d',
    tolerances: { pinv: { rtol: 1e-4, atol: 1e-5 }, lstsq: { rtol: 1e-4, atol: 1e-5 } },
  },
)
