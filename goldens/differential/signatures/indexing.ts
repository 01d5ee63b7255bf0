/** Calls of functions that read and write at places that are data, and of sets. */
import type { DType } from '@heddle/func'
import type { Json } from '../call'
import { all, array, arrayOf, axis, beside, ints, type Random, reals, shape } from '../draw'
import { type Signature, signature } from './signature'

type Options = { readonly [name: string]: Json }
const some = (r: Random, values: { readonly [name: string]: () => Json }): Options =>
  Object.fromEntries(Object.entries(values).flatMap(([k, v]) => (r.chance(0.4) ? [[k, v()]] : [])))
const indexTypes: readonly DType[] = ['int32', 'int32', 'int32', 'int8', 'uint8', 'int64', 'uint32', 'int16']
/** Places of an axis of size n, seldom outside of it. */
const places = (r: Random, of: readonly number[], n: number, outside = 0.1, dtype: DType = r.pick(indexTypes)): Json => {
  const low = dtype.startsWith('uint') ? 0 : -n
  const one = (): number => (r.chance(outside) ? r.pick([n, n + 2, low === 0 ? 200 : -n - 1]) : r.int(low, Math.max(low, n - 1)))
  return arrayOf(dtype, of, Array.from({ length: of.reduce((a, b) => a * b, 1) }, one))
}
/** An index of all kinds of elements; arrays all of one shape. */
const index = (r: Random, of: readonly number[], masks: boolean): Json[] => {
  if (masks && of.length > 0 && r.chance(0.12)) return [array(r, 'bool', of.slice(0, r.int(1, of.length)))]
  const common = r.pick([[], [2], [3], [2, 2], [1], [0]])
  const out: Json[] = []
  of.forEach((n, i) => {
    if (r.chance(0.2)) out.push(null)
    if (out.includes('...')) return
    const kind = r.int(0, 6)
    if (kind <= 1) out.push(r.pick([':', '1:', ':-1', '::2', '::-1', '2:0:-1', '1:2']))
    else if (kind === 2 && n > 0) out.push(r.int(-n, n - 1))
    else if (kind === 3) out.push(places(r, [], n))
    else if (kind <= 5 && n > 0)
      out.push(r.chance(0.15) ? [0, n - 1, 0].slice(0, common[0] === 3 ? 3 : 1) : places(r, r.chance(0.2) ? [] : common, n))
    else if (i < of.length) out.push('...')
  })
  if (r.chance(0.2)) out.push(null)
  return out
}
/** Places of one dtype, or one of them a number. */
const starts = (r: Random): Json => {
  const dtype = r.pick(indexTypes)
  return [places(r, [], 6, 0.1, dtype), dtype === 'int32' && r.chance(0.5) ? r.int(-7, 8) : places(r, [], 7, 0.1, dtype)]
}
const updates = (name: string): Signature[] =>
  [name, name].map((fn) =>
    signature(fn, (r) => {
      const of = shape(r, 1, 3)
      return {
        args: [array(r, r.pick(all), of, 'real'), index(r, of, true), r.chance(0.5) ? r.pick([1, 0]) : array(r, r.pick(all), [], 'real')],
        options: some(r, { mode: () => r.pick(['clip', 'drop']) }),
      }
    }),
  )
const embedding = { offsetDims: [1], collapsedSliceDims: [0], startIndexMap: [0] }
const gatherDims: readonly [dims: Options, sizes: Json, vectors: number][] = [
  [embedding, [1, 3], 1],
  [{ offsetDims: [], collapsedSliceDims: [0, 1], startIndexMap: [0, 1] }, [1, 1], 2],
  [{ offsetDims: [1, 2], collapsedSliceDims: [], startIndexMap: [0, 1] }, [2, 2], 2],
  [{ offsetDims: [1], collapsedSliceDims: [1], startIndexMap: [1, 0] }, [2, 1], 2],
]
const scatterDims: readonly [dims: Options, vectors: number, window: readonly number[]][] = [
  [{ updateWindowDims: [1], insertedWindowDims: [0], scatterDimsToOperandDims: [0] }, 1, [3]],
  [{ updateWindowDims: [], insertedWindowDims: [0, 1], scatterDimsToOperandDims: [0, 1] }, 2, []],
  [{ updateWindowDims: [1, 2], insertedWindowDims: [], scatterDimsToOperandDims: [0, 1] }, 2, [2, 2]],
]
const sets = (fns: string, draw: (r: Random) => readonly Json[], option: (r: Random) => Options = () => ({})): Signature[] =>
  fns.split(' ').map((fn) =>
    signature(fn, (r) => {
      const options = option(r)
      return { args: draw(r), ...(Object.keys(options).length === 0 ? {} : { options }) }
    }),
  )

export const indexing: readonly Signature[] = [
  ...['np.at', 'np.at', 'np.at'].map((fn) =>
    signature(fn, (r) => {
      const of = shape(r, 1)
      return { args: [array(r, r.pick(all), of, 'real'), index(r, of, true)] }
    }),
  ),
  ...['np.setAt', 'np.addAt', 'np.mulAt', 'np.minAt', 'np.maxAt'].flatMap(updates),
  signature('np.take', (r) => {
    const of = shape(r)
    const at = of.length === 0 || r.chance(0.3) ? null : axis(r, of.length)
    const n = at === null ? of.reduce((a, b) => a * b, 1) : of.at(at)!
    return {
      args: [array(r, r.pick(all), of, 'real'), places(r, shape(r, 0, 2), n, 0.2)],
      options: { axis: at, ...some(r, { mode: () => r.pick(['clip', 'wrap', 'fill']) }) },
    }
  }),
  signature('np.takeAlongAxis', (r) => {
    const of = shape(r, 1, 3)
    const at = axis(r, of.length)
    return {
      args: [
        array(r, r.pick(all), of, 'real'),
        places(
          r,
          of.map((n, i) => (i === (at + of.length) % of.length ? 2 : n)),
          of.at(at)!,
        ),
        at,
      ],
      options: some(r, { mode: () => r.pick(['clip', 'fill']) }),
    }
  }),
  signature('np.putAlongAxis', (r) => {
    const of = r.pick([[3], [2, 3], [2, 3, 2]])
    const at = axis(r, of.length)
    const n = of.at(at)!
    return {
      args: [
        array(r, r.pick(all), of, 'real'),
        places(
          r,
          of.map((m, i) => (i === (at + of.length) % of.length ? 1 : m)),
          n,
          0,
        ),
        r.pick([1, 0]),
        at,
      ],
    }
  }),
  signature('lax.gather', (r) => {
    const [dims, sizes, k] = r.pick(gatherDims)
    return {
      args: [array(r, r.pick(all), [4, 3], 'real'), places(r, [2, k], 3, 0.2), dims, sizes],
      options: { mode: r.pick(['fill', 'clip']) },
    }
  }),
  ...['lax.scatter', 'lax.scatterAdd', 'lax.scatterSub', 'lax.scatterMul', 'lax.scatterMin', 'lax.scatterMax'].map((fn) =>
    signature(fn, (r) => {
      const [dims, k, window] = r.pick(scatterDims)
      const dtype = r.pick(fn === 'lax.scatter' ? all : reals)
      // Repeated places of scatterMul have a gradient only where they are said to be unique.
      const start = r.int(0, 1)
      const rows = Array.from({ length: 2 }, (_, i) => Array.from({ length: k }, () => (start + i * 2) % 3)).flat()
      return {
        args: [
          array(r, dtype, [4, 3], 'real'),
          r.chance(0.6) ? arrayOf(r.pick(indexTypes), [2, k], rows) : places(r, [2, k], 3, 0.2),
          array(r, dtype, [2, ...window], 'real'),
          dims,
        ],
        options: { mode: r.pick(['fill', 'clip']), uniqueIndices: false },
      }
    }),
  ),
  signature('lax.dynamicSlice', (r) => ({ args: [array(r, r.pick(all), [6, 7], 'real'), starts(r), [r.int(0, 3), 2]] })),
  signature('lax.dynamicUpdateSlice', (r) => {
    const dtype = r.pick(all)
    return { args: [array(r, dtype, [6, 7], 'real'), array(r, dtype, [2, 3], 'real'), starts(r)] }
  }),
  signature('lax.dynamicSliceInDim', (r) => ({
    args: [array(r, r.pick(all), [6, 7], 'real'), places(r, [], 6), r.int(0, 3), r.int(0, 1)],
  })),
  signature('lax.dynamicIndexInDim', (r) => ({
    args: [array(r, r.pick(all), [6, 7], 'real'), places(r, [], 6), r.int(0, 1), r.chance(0.5)],
  })),
  signature('lax.dynamicUpdateIndexInDim', (r) => {
    const dtype = r.pick(all)
    return { args: [array(r, dtype, [6, 7], 'real'), array(r, dtype, [7], 'real'), places(r, [], 6), 0] }
  }),
  signature('lax.dynamicUpdateSliceInDim', (r) => {
    const dtype = r.pick(all)
    return { args: [array(r, dtype, [6, 7], 'real'), array(r, dtype, [2, 7], 'real'), places(r, [], 6), 0] }
  }),
  signature('np.choose', (r) => {
    const of = shape(r)
    return {
      args: [
        places(r, beside(r, of), 3, 0.2),
        [array(r, r.pick(all), of, 'real'), array(r, r.pick(all), beside(r, of), 'real'), array(r, r.pick(all), of, 'real')],
      ],
    }
  }),
  signature('np.unravelIndex', (r) => ({ args: [places(r, shape(r, 0, 2), 6, 0.2), r.pick([[2, 3], [6], [1, 2, 3]])] })),
  signature('np.ravelMultiIndex', (r) => ({
    args: [
      [places(r, [3], 2), places(r, [3], 3)],
      [2, 3],
    ],
  })),
  signature('np.ix', (r) => ({ args: [places(r, [2], 3), places(r, [3], 3)] })),
  signature('np.insert', (r) => ({
    args: [
      array(r, r.pick(all), [2, 3], 'real'),
      r.int(-2, 2),
      r.chance(0.5) ? r.pick([5, 1.5]) : array(r, r.pick(all), [], 'real'),
      r.pick([0, 1, null]),
    ],
  })),
  signature('np.fillDiagonal', (r) => {
    const of = r.pick([
      [3, 3],
      [2, 4],
      [4, 2],
      [3, 3, 3],
    ])
    return {
      args: [
        array(r, r.pick(all), of, 'real'),
        r.chance(0.4) ? r.pick([1, 7]) : array(r, r.pick(all), r.pick([[], [2], [Math.min(...of)]]), 'real'),
      ],
    }
  }),
  signature('np.compress', (r) => ({ args: [array(r, 'bool', [3]), array(r, r.pick(all), [3, 3], 'real'), r.pick([0, 1])] })),
  signature('np.extract', (r) => ({ args: [array(r, 'bool', [2, 3]), array(r, r.pick(all), [2, 3], 'real')] })),
  ...sets(
    'np.nonzero np.argwhere np.flatnonzero',
    (r) => [array(r, r.pick(all), shape(r, 1), 'small')],
    (r) => some(r, { size: () => r.int(0, 4), fillValue: () => -1 }),
  ),
  ...sets(
    'np.unique np.uniqueValues',
    (r) => [array(r, r.pick(all), shape(r), 'small')],
    (r) => (r.chance(0.3) ? { size: 4, fillValue: 7 } : {}),
  ),
  ...sets('np.uniqueAll', (r) => [array(r, r.pick(all), shape(r, 1, 1), 'small')]),
  ...sets('np.uniqueCounts', (r) => [array(r, r.pick(all), shape(r), 'small')]),
  ...sets('np.isin np.union1d np.intersect1d np.setdiff1d np.setxor1d', (r) => [
    array(r, r.pick(all), shape(r, 1, 2), 'small'),
    array(r, r.pick(all), shape(r, 1, 2), 'small'),
  ]),
  ...sets(
    'np.bincount',
    (r) => [array(r, r.pick([...ints, 'bool']), [r.int(0, 6)], 'small')],
    (r) => some(r, { weights: () => 0, minlength: () => 5, length: () => 3 }),
  ).map((s) => ({
    ...s,
    draw: (r: Random) => {
      const n = r.int(0, 6)
      return {
        args: [array(r, r.pick([...ints, 'bool']), [n], 'small')],
        options: some(r, { weights: () => array(r, r.pick(reals), [n], 'real'), minlength: () => 5, length: () => 3 }),
      }
    },
  })),
  signature('np.histogram', (r) => {
    const of = shape(r)
    return {
      args: [array(r, r.pick(reals), of, 'real'), r.pick([3, 10])],
      options: some(r, { range: () => [-2, 3], weights: () => array(r, r.pick(reals), of, 'real'), density: () => true }),
    }
  }),
]
