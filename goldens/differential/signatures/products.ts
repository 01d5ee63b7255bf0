/** Calls of products, linear algebra, convolutions, windows, polynomials and attention. */
import type { DType } from '@heddle/func'
import type { Json } from '../call'
import { all, array, arrayOf, axis, floats, type Random, reals, shape } from '../draw'
import { type Signature, signature } from './signature'

type Options = { readonly [name: string]: Json }
const some = (r: Random, values: { readonly [name: string]: () => Json }): Options =>
  Object.fromEntries(Object.entries(values).flatMap(([k, v]) => (r.chance(0.4) ? [[k, v()]] : [])))
const pair = (r: Random, a: readonly number[], b: readonly number[], dtypes: readonly DType[] = all): Json[] => {
  const dtype = r.pick(dtypes)
  return [array(r, dtype, a, 'real'), array(r, r.chance(0.6) ? dtype : r.pick(dtypes), b, 'real')]
}
const product = (
  fns: string,
  shapes: readonly (readonly [readonly number[], readonly number[]])[],
  option: (r: Random) => Options = () => ({}),
): Signature[] =>
  fns.split(' ').map((fn) =>
    signature(fn, (r) => {
      const options = option(r)
      return { args: pair(r, ...r.pick(shapes)), ...(Object.keys(options).length === 0 ? {} : { options }) }
    }),
  )
const accumulating = (r: Random): Options => some(r, { preferredElementType: () => 'float32' })
/** A matrix far from singular: ordinary elements and a heavy diagonal. */
const solid = (r: Random, batch: readonly number[], n: number, symmetric = false): Json => {
  const count = batch.reduce((a, b) => a * b, 1)
  const values = Array.from({ length: count }, () => {
    const m = Array.from({ length: n * n }, () => Math.round((r.unit() - 0.5) * 1000) / 500)
    return m.map((v, i) => {
      const [row, column] = [Math.floor(i / n), i % n]
      return (symmetric ? (v + m[column * n + row]!) / 2 : v) + (row === column ? 4 : 0)
    })
  }).flat()
  return arrayOf(r.pick(['float32', 'float32', 'float64']), [...batch, n, n], values)
}
const vectors = (r: Random, of: readonly number[], like: Json): Json => array(r, (like as { array: [DType] }).array[0], of, 'real')
const batches = [[], [], [2], [2, 1]] as const
const solids = (fns: string, symmetric = false): Signature[] =>
  fns.split(' ').map((fn) => signature(fn, (r) => ({ args: [solid(r, r.pick(batches), r.int(1, 3), symmetric)] })))
const windows = (fn: string, dtypes: readonly DType[]): Signature =>
  signature(fn, (r) => {
    const of = r.pick([[7], [5, 6], [2, 5, 4]])
    const sizes = (low: number, high: number): number[] => of.map(() => r.int(low, high))
    const padding: Json = r.chance(0.6) ? r.pick(['VALID', 'SAME', 'SAME_LOWER']) : of.map(() => [r.int(0, 1), r.int(0, 2)])
    return {
      args: [array(r, r.pick(dtypes), of, 'real'), sizes(1, 3), sizes(1, 2), padding],
      options: some(r, { baseDilation: () => sizes(1, 2), windowDilation: () => sizes(1, 2) }),
    }
  })

export const productSignatures: readonly Signature[] = [
  ...product(
    'np.dot np.matmul',
    [
      [[3], [3]],
      [[2, 3], [3]],
      [
        [2, 3],
        [3, 2],
      ],
      [
        [2, 2, 3],
        [3, 2],
      ],
      [
        [0, 3],
        [3, 2],
      ],
      [
        [2, 0],
        [0, 3],
      ],
    ],
    accumulating,
  ),
  ...product('np.matmul', [
    [
      [2, 1, 3],
      [2, 3, 2],
    ],
    [[3], [2, 3, 1]],
    [
      [2, 1, 2, 3],
      [3, 3, 2],
    ],
  ]),
  ...product('np.dot np.inner np.outer np.kron', [
    [[], [3]],
    [[2, 3], []],
  ]),
  ...product(
    'np.inner',
    [
      [[3], [3]],
      [
        [2, 3],
        [4, 3],
      ],
    ],
    accumulating,
  ),
  ...product('np.outer np.vdot', [
    [[3], [3]],
    [[2, 2], [4]],
    [[1], [1]],
  ]),
  ...product('np.vecdot', [
    [[3], [3]],
    [[2, 3], [3]],
    [
      [2, 3],
      [1, 3],
    ],
  ]),
  ...product('np.matvec', [
    [[2, 3], [3]],
    [
      [2, 2, 3],
      [2, 3],
    ],
  ]),
  ...product('np.vecmat', [
    [[2], [2, 3]],
    [
      [3, 2],
      [2, 3],
    ],
  ]),
  ...product('np.kron', [
    [[2], [3]],
    [
      [2, 2],
      [1, 3],
    ],
    [[2], [2, 2]],
  ]),
  ...product('np.cross', [
    [[3], [3]],
    [
      [2, 3],
      [2, 3],
    ],
    [[2], [2]],
    [[3], [2]],
    [[2], [3]],
    [
      [4, 3],
      [4, 2],
    ],
    [[2, 3], [3]],
  ]),
  ...product('np.polyadd np.polysub np.polymul', [
    [[3], [2]],
    [[1], [4]],
  ]),
  ...product('np.polyval', [
    [[3], [2, 3]],
    [[1], []],
  ]),
  ...product('np.convolve np.correlate', [
    [[4], [3]],
    [[2], [5]],
    [[3], [3]],
  ]).map((s) => ({ ...s, draw: (r: Random) => ({ args: [...s.draw(r).args, r.pick(['full', 'same', 'valid'])] }) })),
  signature('np.tensordot', (r) => {
    const [a, b, axes] = r.pick<readonly [readonly number[], readonly number[], Json]>([
      [[2, 3], [2, 3], 2],
      [[2, 3], [3, 4], 1],
      [[2], [3], 0],
      [
        [2, 3, 4],
        [3, 2],
        [
          [0, 1],
          [1, 0],
        ],
      ],
    ])
    return { args: [...pair(r, a, b), axes] }
  }),
  signature('np.einsum', (r) => {
    const [text, ...of] = r.pick<readonly [string, ...(readonly number[])[]]>([
      ['ij,jk->ik', [2, 3], [3, 4]],
      ['ij,ij->', [2, 3], [2, 3]],
      ['bij,bjk->bik', [2, 2, 3], [2, 3, 2]],
      ['ii->i', [3, 3]],
      ['ii', [3, 3]],
      ['ij->ji', [2, 3]],
      ['...i,...i->...', [2, 3], [3]],
      ['i,j', [2], [3]],
      ['ijk->k', [2, 3, 2]],
      ['ij,jk,k->i', [2, 3], [3, 2], [2]],
      ['a...b,b...->a...', [2, 3, 4], [4, 3]],
    ])
    const dtype = r.pick(all)
    return { args: [text, ...of.map((s) => array(r, r.chance(0.6) ? dtype : r.pick(all), s, 'real'))] }
  }),
  signature('lax.dotGeneral', (r) => {
    const dtype = r.pick(reals)
    const [a, b, dims] = r.pick<readonly [readonly number[], readonly number[], Json]>([
      [
        [2, 3],
        [3, 4],
        [
          [[1], [0]],
          [[], []],
        ],
      ],
      [
        [2, 3, 4],
        [2, 4, 3],
        [
          [[2], [1]],
          [[0], [0]],
        ],
      ],
      [
        [2, 3],
        [3, 2],
        [
          [
            [0, 1],
            [1, 0],
          ],
          [[], []],
        ],
      ],
    ])
    return {
      args: [array(r, dtype, a, 'real'), array(r, dtype, b, 'real'), dims],
      options: some(r, { preferredElementType: () => 'float32' }),
    }
  }),
  signature('lax.dot', (r) => {
    const dtype = r.pick(reals)
    return { args: [array(r, dtype, [2, 3], 'real'), array(r, dtype, [3, 2], 'real')] }
  }),
  signature('lax.batchMatmul', (r) => {
    const dtype = r.pick(floats)
    return { args: [array(r, dtype, [2, 2, 3], 'real'), array(r, dtype, [2, 3, 2], 'real')] }
  }),
  signature('lax.convGeneralDilated', (r) => {
    const dtype = r.pick(floats)
    const [groups, spatial] = [r.pick([1, 1, 2]), r.int(1, 2)]
    const sizes = (low: number, high: number): number[] => Array.from({ length: spatial }, () => r.int(low, high))
    return {
      args: [
        array(r, dtype, [2, 4, ...sizes(4, 6)], 'real'),
        array(r, dtype, [2, 4 / groups, ...sizes(1, 3)], 'real'),
        sizes(1, 2),
        r.chance(0.6) ? r.pick(['SAME', 'VALID', 'SAME_LOWER']) : sizes(0, 0).map(() => [r.int(-1, 2), r.int(0, 2)]),
      ],
      options: { featureGroupCount: groups, ...some(r, { lhsDilation: () => sizes(1, 2), rhsDilation: () => sizes(1, 2) }) },
    }
  }),
  signature('lax.convTranspose', (r) => {
    const dtype = r.pick(floats)
    return { args: [array(r, dtype, [2, 4, 2], 'real'), array(r, dtype, [3, 2, 3], 'real'), [r.int(1, 2)], r.pick(['SAME', 'VALID'])] }
  }),
  windows('lax.reduceWindowSum', reals),
  windows('lax.reduceWindowMax', reals),
  windows('lax.reduceWindowMin', reals),
  signature('lax.reduceWindow', (r) => {
    const drawn = windows('', reals).draw(r)
    return { ...drawn, args: [drawn.args[0]!, r.int(0, 1), r.pick(['add', 'max', 'min']), ...drawn.args.slice(1)], derivatives: false }
  }),
  ...solids('np.linalg.inv np.linalg.det np.linalg.slogdet np.linalg.pinv lax.linalg.qr'),
  ...solids('np.linalg.cholesky lax.linalg.cholesky', true),
  signature('np.linalg.qr', (r) => ({ args: [solid(r, r.pick(batches), 3)], options: { mode: r.pick(['reduced', 'complete']) } })),
  signature('np.linalg.solve', (r) => {
    const a = solid(r, r.pick(batches), 3)
    return { args: [a, vectors(r, [...(a as { array: [DType, number[]] }).array[1].slice(0, -1), 2], a)] }
  }),
  signature('np.linalg.solve', (r) => {
    const a = solid(r, [], 3)
    return { args: [a, vectors(r, [3], a)] }
  }),
  signature('lax.linalg.triangularSolve', (r) => {
    const a = solid(r, r.pick([[], [2]]), 3)
    const batch = (a as { array: [DType, number[]] }).array[1].slice(0, -2)
    return {
      args: [a, vectors(r, [...batch, 3, 3], a)],
      options: { leftSide: r.chance(0.5), lower: r.chance(0.5), transposeA: r.chance(0.5), unitDiagonal: r.chance(0.3) },
    }
  }),
  signature('np.linalg.pinv', (r) => ({
    args: [
      array(
        r,
        'float32',
        r.pick([
          [3, 2],
          [2, 3],
          [2, 3, 2],
        ]),
        'real',
      ),
    ],
  })),
  signature('np.linalg.matrixPower', (r) => ({ args: [solid(r, r.pick(batches), 2), r.int(-2, 3)] })),
  signature('np.linalg.multiDot', (r) => ({ args: [[...pair(r, [2, 3], [3, 4]), array(r, r.pick(all), [4], 'real')]] })),
  signature('np.linalg.norm', (r) => {
    const of = shape(r, 1, 3)
    return {
      args: [array(r, r.pick(all), of, 'real')],
      options: { axis: axis(r, of.length), ...some(r, { ord: () => r.pick([1, 2, 3, 0]), keepdims: () => true }) },
    }
  }),
  signature('np.linalg.norm', (r) => ({
    args: [array(r, r.pick(all), r.pick([[2, 3], [3], [2, 3, 2], []]), 'real')],
    options: some(r, { keepdims: () => true }),
  })),
  signature('np.linalg.vectorNorm', (r) => ({
    args: [array(r, r.pick(all), shape(r, 1, 3), 'real')],
    options: some(r, { ord: () => r.pick([1, 2, 3, 0]), keepdims: () => true }),
  })),
  signature('np.linalg.matrixNorm', (r) => ({
    args: [
      array(
        r,
        r.pick(all),
        r.pick([
          [2, 3],
          [2, 3, 2],
        ]),
        'real',
      ),
    ],
    options: { ord: r.pick(['fro', 1, -1]), ...some(r, { keepdims: () => true }) },
  })),
  signature('np.polyder', (r) => ({ args: [array(r, r.pick(reals), [r.int(1, 4)], 'real')] })),
  signature('np.polyint', (r) => ({ args: [array(r, r.pick(reals), [r.int(1, 4)], 'real')] })),
  signature('np.gradient', (r) => ({
    args: [array(r, r.pick(floats), r.pick([[4], [3, 4]]), 'real')],
    options: { axis: -1, spacing: r.pick([1, 0.5, 2]) },
  })),
  signature('np.gradients', (r) => ({ args: [array(r, r.pick(floats), r.pick([[4], [3, 4]]), 'real')] })),
  signature('nn.dotProductAttention', (r) => {
    const [dtype, s] = [r.pick(floats.filter((d) => d !== 'float64')), r.int(2, 4)]
    const kv = (): Json => array(r, dtype, [2, s, 2, 4], 'real')
    const mask = (): Json =>
      arrayOf(
        'bool',
        [1, 1, 3, s],
        Array.from({ length: 3 * s }, (_, i) => (i % s === 0 || r.chance(0.5) ? 1 : 0)),
      )
    return {
      args: [array(r, dtype, [2, 3, 2, 4], 'real'), kv(), kv()],
      options: some(r, { mask, bias: () => array(r, dtype, [1, 2, 3, s], 'real'), scale: () => 0.3, isCausal: () => true }),
    }
  }),
]
