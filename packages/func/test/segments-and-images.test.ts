/** jax.ops, jax.image and jax.flatten_util beside JAX's. */
import { hostBackend } from '@heddle/backend-host'
import { describe, expect, it } from 'vitest'
import { flattenUtil, grad, image, jit, np, ops, type Tensor, vmap, withBackend } from '../src/index'
import { type Expression, runTable } from './table'

type Inputs = Readonly<Record<'rows' | 'vec' | 'img' | 'small' | 't' | 'ids' | 'ints' | 'pair', Tensor>>
const methods = ['linear', 'cubic', 'cubic-pytorch', 'lanczos3', 'lanczos5', 'area'] as const
const sizes = [
  ['up', [2, 9, 7, 2]],
  ['down', [2, 2, 3, 2]],
] as const
const resized: Record<string, Expression<Inputs>> = Object.fromEntries(
  methods.flatMap((m) =>
    sizes.flatMap(([name, shape]) =>
      [true, false].map((antialias) => [
        `${m}_${name}_${antialias ? 'anti' : 'plain'}`.replace('-', '_'),
        ({ img }: Inputs) => image.resize(img, shape, m, { antialias }),
      ]),
    ),
  ),
)
const moved = (img: Tensor, s: Tensor, method: image.ResizeMethod = 'linear', antialias = true): Tensor =>
  image.scaleAndTranslate(img, [2, 6, 5, 2], [1, 2], s.at(':2'), s.at('2:'), method, { antialias })
const s4 = (): Tensor => np.array([1.3, 0.7, 0.4, -0.6])
const three = (): Tensor => np.array([1, 1, 0], 'int32')

runTable<Inputs>('numpy/segments_and_images', {
  ...resized,
  nearest_up: ({ img }) => image.resize(img, [2, 9, 7, 2], 'nearest'),
  nearest_down: ({ img }) => image.resize(img, [2, 2, 3, 1], 'nearest'),
  nearest_ints: ({ ints }) => image.resize(ints, [7, 3], 'nearest'),
  linear_ints: ({ ints }) => image.resize(ints, [5, 3], 'bilinear'),
  same: ({ small }) => image.resize(small, [3, 3], 'lanczos3'),
  grow_channels: ({ small }) => image.resize(small, [6, 6], 'bicubic'),
  translated: ({ img }) => moved(img, s4()),
  translated_cubic: ({ img }) => moved(img, s4(), 'cubic', false),
  translated_area: ({ img }) => moved(img, s4(), 'area'),
  translated_pytorch: ({ img }) => moved(img, s4(), 'cubic-pytorch', false),
  g_translated: ({ img }) => grad((s: Tensor) => moved(img, s, 'cubic').square().sum())(s4()),
  g_resize: ({ small }) => grad((x: Tensor) => image.resize(x, [5, 2], 'linear').square().sum())(small),
  seg_sum: ({ rows, ids }) => ops.segmentSum(rows, ids, 4),
  seg_more: ({ rows, ids }) => ops.segmentSum(rows, ids, { numSegments: 7 }),
  seg_prod: ({ vec, ids }) => ops.segmentProd(vec, ids, 4),
  seg_max: ({ rows, ids }) => ops.segmentMax(rows, ids, 4),
  seg_min: ({ vec, ids }) => ops.segmentMin(vec, ids, 4),
  seg_max_int: ({ ints }) => ops.segmentMax(ints, three(), 3),
  seg_min_int: ({ ints }) => ops.segmentMin(ints, three(), 3),
  seg_sorted: ({ vec }) => ops.segmentSum(vec, np.array([0, 0, 1, 1, 3, 3], 'int32'), { numSegments: 4, indicesAreSorted: true }),
  seg_clip: ({ rows, ids }) => ops.segmentSum(rows, ids, { numSegments: 4, mode: 'clip' }),
  seg_pair: ({ ints, pair }) => ops.segmentSum(ints, pair.at(':', 0), 4),
  g_seg: ({ rows, ids }) => grad((x: Tensor) => ops.segmentSum(x, ids, 4).pow(3).sum())(rows),
  g_seg_max: ({ vec, ids }) =>
    grad((x: Tensor) => {
      const y = ops.segmentMax(x, ids, 4)
      return np.where(np.isfinite(y), y, 0).sum()
    })(vec),
  ravel: ({ rows, ints, vec }) => flattenUtil.ravelPytree({ b: [rows, ints], a: vec })[0],
  ravel_ints: ({ ints, ids }) => flattenUtil.ravelPytree([ints, ids])[0],
})

describe('almost right', () => {
  const on = (f: () => void) => () => withBackend(hostBackend(), f)
  it(
    'segments',
    on(() => {
      const [x, ids] = [np.ones([3, 2]), np.array([0, 1, 1], 'int32')]
      expect(ops.segmentSum(x, ids).shape).toEqual([2, 2])
      expect(
        ops
          .segmentSum(
            np.ones([2, 2]),
            np.array(
              [
                [0, 1],
                [1, 1],
              ],
              'int32',
            ),
            2,
          )
          .toString(),
      ).toBe('Tensor(f32[2] [1., 3.])')
      expect(ops.segmentSum(np.zeros([0, 2]), np.zeros([0], 'int32')).shape).toEqual([0, 2])
      expect(() => ops.segmentSum(x, [0, 1, 1])).toThrow("segment ids are integers, not float32; np.array(ids, 'int32')")
      expect(() => ops.segmentSum(x, np.zeros([2], 'int32'))).toThrow('there must be an id for each row')
      expect(() => jit((i: Tensor) => ops.segmentSum(x, i))(ids)).toThrow('give numSegments')
      expect(() => ops.segmentSum(x, ids, { num: 3 } as never)).toThrow('numSegments')
      expect(vmap((i: Tensor) => ops.segmentMax(x, i, 2))(np.stack([ids, ids])).shape).toEqual([2, 2, 2])
    }),
  )
  it(
    'images',
    on(() => {
      const x = np.ones([4, 4, 3])
      expect(() => image.resize(x, [8, 8], 'linear')).toThrow('an entry for each axis, 3')
      expect(() => image.resize(x, [8, 8, 3], 'linar' as never)).toThrow('linear')
      expect(() => image.scaleAndTranslate(x, [8, 8, 3], [0, 1], [2, 2], [0, 0], 'nearest')).toThrow('resize has it')
      expect(() => image.scaleAndTranslate(x, [8, 8, 3], [0, 1], [2], [0, 0], 'linear')).toThrow('one number for each of the 2')
      expect(() => image.scaleAndTranslate(x, [8, 8, 4], [0, 1], [2, 2], [0, 0], 'linear')).toThrow('axis 2 is none of the spatial ones')
      expect(() => image.resize(np.ones([0, 2]), [2, 2], 'linear')).toThrow('without pixels')
      expect(image.resize(x, [0, 8, 3], 'cubic').shape).toEqual([0, 8, 3])
      expect(image.resize(x.astype('bfloat16'), [2, 2, 3], 'cubic').dtype).toBe('bfloat16')
    }),
  )
  it(
    'trees as vectors',
    on(() => {
      const tree = { w: np.ones([2, 2]), n: np.array([1, 2], 'int32'), name: 'layer', h: np.ones([], 'float16') }
      const [flat, unravel] = flattenUtil.ravelPytree(tree)
      expect([flat.dtype, flat.shape]).toEqual(['float32', [7]])
      const back = unravel(flat.mul(2))
      expect([back.w.shape, back.n.dtype, back.h.dtype, back.name]).toEqual([[2, 2], 'int32', 'float16', 'layer'])
      expect(() => unravel(np.ones([6]))).toThrow('expected float32[7], as the tree had; got f32[6]')
      expect(() => unravel(flat.astype('int32'))).toThrow('expected float32[7]')
      expect(flattenUtil.ravelPytree({})[0].shape).toEqual([0])
      expect(() => flattenUtil.ravelPytree({ f: () => 1 })).toThrow('the tree')
      const slope = grad((v: Tensor) => unravel(v).w.square().sum())(flat)
      expect(slope.shape).toEqual([7])
    }),
  )
})
