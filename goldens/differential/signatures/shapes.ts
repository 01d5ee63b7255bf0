/** Calls of functions that make, reshape, join, cut and pad. */
import { dtypes, type DType } from '@heddle/func'
import type { Json } from '../call'
import { all, array, axes, axis, beside, ints, type Random, reals, shape } from '../draw'
import { type Signature, signature } from './signature'

const of = (r: Random, least = 0, most = 4): { x: Json; s: readonly number[] } => {
  const s = shape(r, least, most)
  return { x: array(r, r.pick(all), s), s }
}
const one = (fns: string, least = 0, more: (r: Random, s: readonly number[]) => readonly Json[] = () => [], most = 4): Signature[] =>
  fns.split(' ').map((fn) =>
    signature(fn, (r) => {
      const { x, s } = of(r, least, most)
      return { args: [x, ...more(r, s)] }
    }),
  )
const permutation = (r: Random, n: number): number[] => {
  const rest = Array.from({ length: n }, (_, i) => i)
  return Array.from({ length: n }, () => rest.splice(r.int(0, rest.length - 1), 1)[0]!)
}
const some = (r: Random, values: { readonly [name: string]: () => Json }): { readonly [name: string]: Json } =>
  Object.fromEntries(Object.entries(values).flatMap(([k, v]) => (r.chance(0.4) ? [[k, v()]] : [])))
const optional = (r: Random, option: { readonly [name: string]: Json }): { options?: { readonly [name: string]: Json } } =>
  Object.keys(option).length === 0 || r.chance(0.2) ? {} : { options: option }
const made = (
  fn: string,
  draw: (r: Random) => readonly Json[],
  option: (r: Random) => { readonly [name: string]: Json } = () => ({}),
): Signature => signature(fn, (r) => ({ args: draw(r), ...optional(r, option(r)) }))
const dtype = (r: Random) => some(r, { dtype: () => r.pick(Object.keys(dtypes)) })
/** Arrays that fit beside each other along an axis. */
const joined = (r: Random, least: number): { xs: Json[]; at: number } => {
  const s = shape(r, Math.max(1, least))
  const at = axis(r, s.length)
  const place = (at + s.length) % s.length
  return {
    xs: Array.from({ length: r.int(1, 3) }, () =>
      array(
        r,
        r.pick(all),
        s.map((n, i) => (i === place && r.chance(0.4) ? r.int(0, 3) : n)),
      ),
    ),
    at,
  }
}
const equal = (r: Random, least = 0): Json[] => {
  const s = shape(r, least)
  return Array.from({ length: r.int(1, 3) }, () => array(r, r.pick(all), s))
}
const width = (r: Random, rank: number): Json =>
  r.chance(0.3) ? r.int(0, 2) : r.chance(0.4) ? [r.int(0, 2), r.int(0, 3)] : Array.from({ length: rank }, () => [r.int(0, 2), r.int(0, 3)])

export const shapes: readonly Signature[] = [
  ...one('np.ravel np.atleast1d np.atleast2d np.atleast3d np.copy np.shape np.ndim np.size np.flip np.zerosLike np.onesLike np.diagflat'),
  ...one('np.matrixTranspose np.tril np.triu np.fliplr', 2),
  ...one('np.flipud', 1),
  ...one('np.tril np.triu', 2, (r) => [r.int(-2, 2)]),
  ...one('np.reshape', 0, (_, s) => [s.length < 2 ? [-1, 1] : [...s].reverse()]),
  ...one('np.transpose np.permuteDims', 0, (r, s) => [permutation(r, s.length)]),
  ...one('np.swapaxes', 1, (r, s) => [axis(r, s.length), axis(r, s.length)]),
  ...one('np.moveaxis', 1, (r, s) => [axis(r, s.length), axis(r, s.length)]),
  ...one('np.rollaxis', 1, (r, s) => [axis(r, s.length), r.int(-s.length, s.length)]),
  ...one('np.expandDims', 0, (r, s) => [r.chance(0.5) ? r.int(-s.length - 1, s.length) : [0, -1]]),
  ...one('np.squeeze'),
  ...one('np.flip', 1, (r, s) => [r.chance(0.5) ? axis(r, s.length) : axes(r, s.length)]),
  ...one('np.rot90', 2, (r) => [r.int(-1, 4)]),
  ...one('np.roll', 1, (r, s) => (r.chance(0.3) ? [r.int(-5, 5)] : [r.int(-5, 5), axis(r, s.length)])),
  ...one('np.tile', 0, (r) => [r.chance(0.5) ? r.int(0, 2) : [r.int(1, 2), r.int(0, 3)]]),
  ...one('np.repeat', 1, (r, s) => [r.int(0, 2), r.chance(0.3) ? null : axis(r, s.length)]),
  signature('np.repeat', (r) => ({ args: [array(r, r.pick(all), [2, 3]), [1, 0, 2], 1] })),
  ...one('np.unstack', 1, (r, s) => [axis(r, s.length)]),
  ...one('np.arraySplit', 1, (r, s) => [r.int(1, 3), axis(r, s.length)]),
  ...one('np.split', 1, (r, s) => [[1, 2], axis(r, s.length)]),
  ...one('np.vsplit np.hsplit', 2, () => [[1]]),
  ...one('np.dsplit', 3, () => [[1]]),
  ...one('np.diag', 1, (r) => [r.int(-2, 2)], 2),
  ...one('np.diagonal np.trace', 2, (r) => [r.int(-1, 1)]),
  signature('np.diagonal', (r) => ({
    args: [
      array(r, r.pick(all), [2, 3, 2]),
      r.int(-1, 1),
      ...r.pick([
        [0, 2],
        [-1, 0],
        [1, 2],
      ]),
    ],
  })),
  signature('np.trace', (r) => ({
    args: [
      array(r, r.pick(all), [2, 3, 2]),
      r.int(-1, 1),
      ...r.pick([
        [0, 2],
        [-1, 0],
        [1, 2],
      ]),
    ],
  })),
  ...one('np.broadcastTo', 0, (r, s) => [[r.int(0, 2), ...s.map((n) => (n === 1 ? r.int(1, 3) : n))]]),
  ...one('np.resize', 0, (r) => [r.pick([[3], [2, 4], [7]])]),
  ...one('np.vander', 1, (r) => (r.chance(0.5) ? [] : [r.int(1, 4)]), 1),
  signature('np.broadcastArrays', (r) => {
    const s = shape(r)
    return { args: [array(r, r.pick(all), s), array(r, r.pick(all), beside(r, s))] }
  }),
  ...['np.concatenate', 'np.concat'].map((fn) =>
    signature(fn, (r) => {
      const { xs, at } = joined(r, 1)
      return { args: [xs, fn === 'np.concatenate' && r.chance(0.2) ? null : at] }
    }),
  ),
  signature('np.append', (r) => ({
    args: [
      array(r, r.pick(all), [2, 3]),
      ...(r.chance(0.5) ? [array(r, r.pick(all), [1, 3]), 0] : [array(r, r.pick(all), shape(r, 0, 2))]),
    ],
  })),
  signature('np.stack', (r) => ({ args: [equal(r), r.pick([0, -1])] })),
  ...['np.vstack', 'np.hstack', 'np.dstack', 'np.columnStack'].map((fn) =>
    signature(fn, (r) => ({ args: [equal(r, fn === 'np.columnStack' ? 1 : 0)] })),
  ),
  signature('np.block', (r) => ({
    args: [
      [
        [array(r, r.pick(all), [2, 2]), array(r, r.pick(all), [2, 1])],
        [array(r, r.pick(all), [1, 2]), array(r, r.pick(all), [1, 1])],
      ],
    ],
  })),
  signature('np.meshgrid', (r) => ({
    args: [[array(r, r.pick(all), [3]), array(r, r.pick(all), [2]), ...(r.chance(0.3) ? [array(r, r.pick(all), [2])] : [])]],
    options: { indexing: r.pick(['xy', 'ij']), sparse: r.chance(0.3) },
  })),
  ...['constant', 'edge', 'reflect', 'symmetric', 'wrap', 'linear_ramp', 'maximum', 'minimum', 'mean'].map((mode) =>
    signature('np.pad', (r) => {
      const { x, s } = of(r, 1, 3)
      return {
        args: [x, width(r, s.length), mode],
        ...(mode === 'constant' && r.chance(0.5)
          ? { options: { constantValues: r.pick([1, 2.5]) } }
          : mode === 'linear_ramp' && r.chance(0.5)
            ? { options: { endValues: 3 } }
            : {}),
      }
    }),
  ),
  made('np.arange', (r) => r.pick<readonly Json[]>([[5], [2, 9, 3], [0, 1, 0.25], [5, 0, -2], [3, 3], [0.5, 4], [-1, 2]]), dtype),
  made(
    'np.linspace',
    (r) => [r.pick([-1, 0, 2.5]), r.pick([2, 1, -3.5]), r.int(0, 5)],
    (r) => some(r, { endpoint: () => false, dtype: () => r.pick(['int32', 'float16', 'float32']) }),
  ),
  signature('np.linspace', (r) => ({
    args: [array(r, r.pick(reals), [3], 'real'), array(r, r.pick(reals), r.pick([[3], []]), 'real'), r.int(1, 4)],
  })),
  made(
    'np.logspace',
    (r) => [r.pick([0, 1]), r.pick([2, 3]), r.int(1, 4)],
    (r) => some(r, { endpoint: () => false, base: () => 2 }),
  ),
  made(
    'np.geomspace',
    (r) => [r.pick([1, 2]), r.pick([16, 8.5]), r.int(1, 5)],
    (r) => some(r, { endpoint: () => false }),
  ),
  made(
    'np.eye',
    (r) => [r.int(0, 3), r.pick([null, 2, 4])],
    (r) => ({ k: r.int(-1, 2), ...dtype(r) }),
  ),
  made('np.identity', (r) => [r.int(0, 3)], dtype),
  made(
    'np.tri',
    (r) => [r.int(0, 3), r.pick([null, 2, 4])],
    (r) => ({ k: r.int(-1, 2), ...dtype(r) }),
  ),
  made('np.indices', (r) => [r.pick([[2, 3], [2, 1, 2], [3]])], dtype),
  ...['np.zeros', 'np.ones'].map((fn) => made(fn, (r) => [[...shape(r)]], dtype)),
  made('np.full', (r) => [[...shape(r)], r.pick([7, 2.5, true])]),
  signature('np.fullLike', (r) => ({ args: [array(r, r.pick(all), shape(r)), r.pick([3, 2.5, true])] })),
  made('np.trilIndices', (r) => [r.int(1, 4), r.int(-1, 1)]),
  made('np.triuIndices', (r) => [r.int(1, 4), r.int(-1, 1)]),
  made('np.diagIndices', (r) => [r.int(0, 3)]),
  ...['np.hanning', 'np.hamming', 'np.blackman', 'np.bartlett'].map((fn) => made(fn, (r) => [r.int(0, 6)])),
  signature('np.resultType', (r) => ({
    args: [r.pick(Object.keys(dtypes)), r.pick(Object.keys(dtypes)), ...(r.chance(0.4) ? [r.pick([1, 2.5, true])] : [])],
  })),
  signature('np.promoteTypes', (r) => ({ args: [r.pick(Object.keys(dtypes)), r.pick(Object.keys(dtypes))] })),
  signature('lax.broadcastInDim', (r) => {
    const { x, s } = of(r, 0, 3)
    return { args: [x, [2, ...s], s.map((_, i) => i + 1)] }
  }),
  ...one('lax.broadcast', 0, (r) => [[r.int(0, 2), 2]]),
  ...one('lax.transpose', 0, (r, s) => [permutation(r, s.length)]),
  ...one('lax.rev', 1, (r, s) => [[r.int(0, s.length - 1)]]),
  ...one('lax.collapse', 1, (r, s) => [0, r.int(1, s.length)]),
  signature('lax.pad', (r) => {
    const s = shape(r, 1, 2)
    const d = r.pick(all)
    return { args: [array(r, d, s), array(r, d, []), s.map(() => [r.int(-1, 2), r.int(0, 2), r.int(0, 2)])] }
  }),
  signature('lax.slice', (r) => ({
    args: [array(r, r.pick(all), [6, 7]), [r.int(0, 3), 1], [r.int(3, 6), 7], ...(r.chance(0.5) ? [[2, 3]] : [])],
  })),
  signature('lax.sliceInDim', (r) => ({
    args: [array(r, r.pick(all), [6, 7]), r.pick([null, 0, 2]), r.pick([null, 5]), r.int(1, 3), r.int(0, 1)],
  })),
  signature('lax.indexInDim', (r) => ({ args: [array(r, r.pick(all), [6, 7]), r.int(-6, 5), r.int(0, 1), r.chance(0.5)] })),
  signature('lax.concatenate', (r) => {
    const d: DType = r.pick(all)
    return { args: [[array(r, d, [2, 3]), array(r, d, [r.int(0, 2), 3])], 0] }
  }),
  made('lax.iota', (r) => [r.pick([...ints, 'float32']), r.int(0, 4)]),
]
