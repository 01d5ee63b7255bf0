import { lax, np, type Tensor } from '../src/index'
import { runTable } from './table'

type Inputs = Readonly<Record<'a' | 'b' | 'cube' | 'i' | 'v' | 'img' | 'ker' | 'sq', Tensor>>
const dimensionNumbers = ['NHWC', 'HWIO', 'NHWC'] as const

runTable<Inputs>(
  'numpy/lax',
  {
    conv_same: ({ img, ker }) => lax.convGeneralDilated(img, ker, [1, 1], 'SAME', { dimensionNumbers }),
    conv_valid: ({ img, ker }) => lax.convGeneralDilated(img, ker, [2, 1], 'VALID', { dimensionNumbers }),
    conv_same_lower: ({ img, ker }) => lax.convGeneralDilated(img, ker, [2, 2], 'SAME_LOWER', { dimensionNumbers }),
    conv_dilated: ({ img, ker }) =>
      lax.convGeneralDilated(
        img,
        ker,
        [1, 1],
        [
          [1, 2],
          [0, 1],
        ],
        { lhsDilation: [2, 1], rhsDilation: [1, 2], dimensionNumbers },
      ),
    conv_grouped: ({ img, ker }) =>
      lax.convGeneralDilated(img, ker.at(':', ':', ':2'), [1, 1], 'SAME', { dimensionNumbers, featureGroupCount: 2 }),
    conv_default: ({ img, ker }) => lax.conv(np.transpose(img, [0, 3, 1, 2]), np.transpose(ker, [3, 2, 0, 1]), [1, 1], 'SAME'),
    conv_t: ({ img, ker }) => lax.convTranspose(img, ker, [2, 3], 'SAME'),
    conv_t_valid: ({ img, ker }) => lax.convTranspose(img, ker, [2, 1], 'VALID'),
    conv_t_kernel: ({ img, ker }) => lax.convTranspose(img, ker.swapaxes(2, 3), [2, 2], 'SAME', { transposeKernel: true }),
    conv_t_pads: ({ img, ker }) =>
      lax.convTranspose(
        img,
        ker,
        [1, 2],
        [
          [1, 1],
          [2, 1],
        ],
        { rhsDilation: [2, 1] },
      ),
    conv_1d: ({ cube, sq }) => {
      const kernel = np.stack([sq.at(':', ':3'), sq.at(':', ':3')])
      return lax.convGeneralDilated(cube, kernel, [1], 'SAME', { dimensionNumbers: ['NHC', 'HIO', 'NHC'] })
    },
    window_sum: ({ img }) => lax.reduceWindow(img, 0, 'add', [1, 2, 2, 1], [1, 2, 2, 1], 'SAME'),
    window_max: ({ img }) => lax.reduceWindow(img, -np.inf, 'max', [1, 3, 2, 1], [1, 1, 2, 1]),
    window_min: ({ a }) => lax.reduceWindow(a, np.inf, 'min', [2, 2]),
    window_pad: ({ a }) =>
      lax.reduceWindowSum(
        a,
        [2, 3],
        [1, 2],
        [
          [1, 0],
          [2, 2],
        ],
      ),
    window_dilated: ({ a }) => lax.reduceWindowSum(a, [2, 2], [1, 1], 'VALID', { windowDilation: [1, 2] }),
    window_init: ({ a }) => lax.reduceWindow(a, 10, 'add', [2, 2]),
    dynamic_slice: ({ a }) => lax.dynamicSlice(a, [1, 3], [2, 2]),
    dynamic_slice_neg: ({ a }) => lax.dynamicSlice(a, [-2, np.array(-3, 'int32')], [2, 2]),
    dynamic_slice_in_dim: ({ a }) => lax.dynamicSliceInDim(a, 1, 2, 1),
    dynamic_index: ({ a }) => lax.dynamicIndexInDim(a, 2),
    dynamic_index_flat: ({ a }) => lax.dynamicIndexInDim(a, np.array(-1, 'int32'), 1, false),
    dynamic_update: ({ a }) => lax.dynamicUpdateSlice(a, np.zeros([2, 2]), [2, 3]),
    dynamic_update_in_dim: ({ a }) => lax.dynamicUpdateSliceInDim(a, np.ones([3, 1]), 2, 1),
    dynamic_update_index: ({ a, b }) => lax.dynamicUpdateIndexInDim(a, b, 1, 0),
    slice: ({ a }) => lax.slice(a, [0, 1], [3, 4], [2, 2]),
    slice_in_dim: ({ a }) => lax.sliceInDim(a, 1, -1, 1, 1),
    index_in_dim: ({ a }) => lax.indexInDim(a, -1),
    pad: ({ a }) =>
      lax.pad(a, 1, [
        [1, 0, 1],
        [-1, 2, 0],
      ]),
    rev: ({ a }) => lax.rev(a, [1]),
    collapse: ({ cube }) => lax.collapse(cube, 0, 2),
    iota: () => lax.iota('int32', 4),
    broadcasted_iota: () => lax.broadcastedIota('float32', [2, 3], 1),
    broadcast: ({ b }) => lax.broadcast(b, [2, 1]),
    clamp: ({ a }) => lax.clamp(-1, a, 1),
    select: ({ a }) => lax.select(lax.gt(a, 0), a, lax.neg(a)),
    rsqrt: ({ a }) => lax.rsqrt(lax.abs(a)),
    erf: ({ a }) => lax.erf(a),
    dot_general: ({ cube }) =>
      lax.dotGeneral(cube, cube, [
        [[2], [2]],
        [[0], [0]],
      ]),
    batch_matmul: ({ cube }) => lax.batchMatmul(cube, cube.swapaxes(1, 2)),
    population_count: ({ i }) => lax.populationCount(i),
    clz: ({ i }) => lax.clz(i),
    sort_key_val: ({ i, b }) => lax.sortKeyVal(i.at(0), b),
    expand: ({ a }) => lax.expandDims(a, [0, 3]),
    rem: ({ i }) => lax.rem(i, 3),
    integer_pow: ({ a }) => lax.integerPow(a, -2),
    round: ({ a }) => lax.round(a),
    triangular_solve: ({ sq, a }) => lax.linalg.triangularSolve(np.tril(sq).add(np.eye(4).mul(3)), a, { lower: true }),
    reshape_t: ({ a }) => lax.reshape(a, [4, 3], [1, 0]),
  },
  { tolerances: { triangular_solve: { rtol: 1e-4 }, conv_dilated: { atol: 1e-5 } } },
)
