/**
 * Collectives: operations across an axis that a surrounding vmap has named.
 *
 * Inside, an example sees only itself; a collective is how it sees the others. The vmap of that name turns it into a
 * reduction or a layout of the batch axis, so no kernel is needed; any other vmap passes its own axis through.
 */
import { type Aval, aval } from '../aval'
import { ArgumentError, type FuncError, ShapeError } from '../error'
import { literal, zerosLike } from '../literal'
import { type BatchAxis, defineVirtual, type Dim, infer, unsupported, type Unsupported, type VirtualPrimitive } from '../primitive'
import type { Tensor } from '../tensor'
import { bind1, namedAxis } from '../trace'
import { mul } from './arithmetic'
import { fromGroups, type Grouped, groupSize, groupsReason, shownGroups, toGroups, toMembers } from './collective-groups'
import { concatenate, iota, sliceAxis } from './layout'
import { reduceMax, reduceMin } from './reduction'
import { batchAt, expandDims, moveAxis, reduceSum, reshape, squeeze } from './structural'

export interface ReduceOver extends Grouped {
  readonly axes: readonly string[]
}
export interface Permutation {
  readonly axisName: string
  readonly axisSize: number
  /** Pairs of the index that sends and the index that receives. */
  readonly perm: readonly (readonly [source: number, destination: number])[]
}
export interface Gathering extends Grouped {
  readonly axisName: string
  /** That of a group, where there are groups. */
  readonly axisSize: number
  readonly allGatherDimension: number
  readonly tiled: boolean
}
export interface Scattering extends Grouped {
  readonly axisName: string
  /** That of a group, where there are groups. */
  readonly axisSize: number
  readonly scatterDimension: number
  readonly tiled: boolean
}
export interface Exchange {
  readonly axisName: string
  readonly axisSize: number
  readonly splitAxis: number
  readonly concatAxis: number
}

/** The size of a named axis. Errors: AxisNameError. Source: jax.lax.axis_size. */
export const namedAxisSize = (name: string): number => namedAxis(name).size

/** Sum over named axes, or over groups along one. Errors: AxisNameError, ShapeError. Source: jax.lax.psum. */
export const psum = (x: Tensor, params: ReduceOver): Tensor => (params.axes.length === 0 ? x : grouped(psumP, x, params.axes, params))
/** Maximum over named axes. Source: jax.lax.pmax. */
export const pmax = (x: Tensor, params: ReduceOver): Tensor => (params.axes.length === 0 ? x : grouped(pmaxP, x, params.axes, params))
/** Minimum over named axes. Source: jax.lax.pmin. */
export const pmin = (x: Tensor, params: ReduceOver): Tensor => (params.axes.length === 0 ? x : grouped(pminP, x, params.axes, params))
/** Sends values along a named axis; who receives nothing has zeros. Source: jax.lax.ppermute. */
export const ppermute = (x: Tensor, params: Omit<Permutation, 'axisSize'>): Tensor => permute(x, sized(params))
/** The index along a named axis, int32. Source: jax.lax.axis_index. */
export const axisIndex = (params: { readonly axisName: string }): Tensor => bind1(axisIndexP, [], params)
/**
 * The values of all, stacked along a new axis at `allGatherDimension`, or concatenated along that axis if `tiled`.
 * Source: jax.lax.all_gather.
 */
export const allGather = (x: Tensor, params: Omit<Gathering, 'axisSize'>): Tensor =>
  grouped(allGatherP, x, [params.axisName], sized(params))
/**
 * Sum over a named axis of which each keeps one part: element `i` of `scatterDimension` (which is removed), or the `i`-th
 * block of it if `tiled`. Source: jax.lax.psum_scatter.
 */
export const psumScatter = (x: Tensor, params: Omit<Scattering, 'axisSize'>): Tensor =>
  grouped(psumScatterP, x, [params.axisName], sized(params))
/**
 * Each gives its `j`-th part along `splitAxis` to `j`, and has what it got in order along `concatAxis`. If not `tiled`, the
 * split axis has the size of the named axis and goes away, and the result has a new one at `concatAxis`.
 * Source: jax.lax.all_to_all.
 */
export const allToAll = (x: Tensor, params: Omit<Exchange, 'axisSize'> & { readonly tiled: boolean }): Tensor => {
  const { axisName, splitAxis, concatAxis, tiled } = params
  const axisSize = namedAxisSize(axisName)
  const give = (y: Tensor, from: number, to: number): Tensor => exchange(y, { axisName, axisSize, splitAxis: from, concatAxis: to })
  if (!tiled && x.shape[splitAxis] !== axisSize)
    throw new ShapeError('all_to_all', [x.aval], `splitAxis ${splitAxis} must have the size of the named axis, ${axisSize}, unless tiled`)
  if (tiled || splitAxis === concatAxis) return give(x, splitAxis, concatAxis)
  const [from, to] = splitAxis < concatAxis ? [splitAxis, concatAxis + 1] : [splitAxis + 1, concatAxis]
  return squeeze(give(expandDims(x, [to]), from, to), { dimensions: [from] })
}

const sized = <P extends Grouped & { readonly axisName: string }>(params: P): P & { readonly axisSize: number } => ({
  ...params,
  axisSize: groupSize(params.axisName, params.axisIndexGroups),
})
/** The same, once it is known that the groups are some of the named axis. */
const grouped = <P extends Grouped>(primitive: VirtualPrimitive<P>, x: Tensor, axes: readonly string[], params: P): Tensor => {
  const reason = groupsReason(axes, params.axisIndexGroups)
  if (reason !== null) throw new ShapeError(primitive.name, [x.aval], reason)
  return checked(primitive, x, params)
}
/** Types are checked here, since the vmap of that name never asks for the type of a collective. */
const checked = <P>(primitive: VirtualPrimitive<P>, x: Tensor, params: P): Tensor => {
  infer(primitive, [x.aval], params)
  return bind1(primitive, [x], params)
}
const onlyBatched = (name: string) => (): FuncError =>
  new ArgumentError(name, 'collectives go under the vmap that names their axis before a program runs or is lowered')
const sameAs = (x: Aval): readonly Aval[] => [aval(x.shape, x.dtype, x.weakType)]
const validAxis = (axis: number, rank: number): boolean => Number.isInteger(axis) && axis >= 0 && axis < rank
const splitAt = (x: Tensor, at: number, major: number): Tensor => {
  const newSizes = [...x.shape]
  newSizes.splice(at, 1, major, newSizes[at]! / major)
  return reshape(x, { newSizes })
}
const mergeAt = (x: Tensor, at: number): Tensor => {
  const newSizes = [...x.shape]
  newSizes.splice(at, 2, newSizes[at]! * newSizes[at + 1]!)
  return reshape(x, { newSizes })
}
const named = ({ axisName }: { readonly axisName: string }): readonly string[] => [axisName]
const scaled = (x: Tensor, n: number): Tensor => mul(x, literal(n, x.dtype, x.weakType))
const permute = (x: Tensor, params: Permutation): Tensor => checked(ppermuteP, x, params)
const gatherAll = (x: Tensor, params: Gathering): Tensor => checked(allGatherP, x, params)
const scatterSum = (x: Tensor, params: Scattering): Tensor => checked(psumScatterP, x, params)
const exchange = (x: Tensor, params: Exchange): Tensor => checked(allToAllP, x, params)

const reduction = (
  name: string,
  reduce: (x: Tensor, params: { readonly axes: readonly number[] }) => Tensor,
  ofEqual: (x: Tensor, size: number) => Tensor,
  linear: Unsupported | 'linear',
): VirtualPrimitive<ReduceOver> => {
  const self = (x: Tensor, params: ReduceOver): Tensor => (params.axes.length === 0 ? x : checked(primitive, x, params))
  const primitive: VirtualPrimitive<ReduceOver> = defineVirtual<ReduceOver>(name, {
    abstractEval: ([x]) => (x!.dtype === 'bool' ? 'takes numbers, not bool; convert to int32 first' : sameAs(x!)),
    jvp: linear === 'linear' ? ([x], [t], p) => [[self(x!, p)], [t ? self(t, p) : null]] : linear,
    // The sum is both ways: each cotangent came from all, so all must be told.
    transpose: linear === 'linear' ? ([ct], _xs, p) => [ct ? self(ct, p) : null] : linear,
    batch: (axis, [x], [d], p) => {
      const { axes, axisIndexGroups: groups } = p
      if (axis.name === undefined || !axes.includes(axis.name)) return [[self(x!, p)], [d!]]
      if (groups && d !== null) {
        const each = toGroups(batchAt(axis.size, x!, d!), groups)
        return [[toMembers(reduce(each, { axes: [1] }), groups)], [0]]
      }
      const size = groupSize(axis.name, groups)
      const rest = { axes: axes.filter((a) => a !== axis.name) }
      return [[self(d === null ? ofEqual(x!, size) : reduce(x!, { axes: [d!] }), rest)], [null]]
    },
    refuse: onlyBatched(name),
    axisNames: ({ axes }) => axes,
    show: shownGroups,
  })
  return primitive
}
const noExtremum = unsupported('as in JAX, the extremum over a named axis has none; take the gradient outside of vmap')
const psumP = reduction('psum', reduceSum, scaled, 'linear')
const pmaxP = reduction('pmax', reduceMax, (x) => x, noExtremum)
const pminP = reduction('pmin', reduceMin, (x) => x, noExtremum)

const permReason = ({ perm, axisName, axisSize }: Permutation): string | null => {
  if (perm.flat().some((i) => !validAxis(i, axisSize)))
    return `perm [${perm.join('; ')}] must be pairs of indices along ${axisName}, below ${axisSize}`
  const distinct = (xs: number[]): boolean => new Set(xs).size === xs.length
  return distinct(perm.map(([s]) => s)) && distinct(perm.map(([, d]) => d))
    ? null
    : `perm [${perm.join('; ')}] must not repeat a source or a destination`
}
/** Places along axis `at` in another order, -1 for zeros; neighbours that stay neighbours are copied together. */
const reorder = (x: Tensor, at: number, from: readonly number[]): Tensor => {
  const parts: Tensor[] = []
  for (let i = 0; i < from.length; ) {
    const start = from[i]!
    let n = 1
    while (i + n < from.length && from[i + n] === (start < 0 ? -1 : start + n)) n += 1
    const part = sliceAxis(x, at, Math.max(start, 0), Math.max(start, 0) + (start < 0 ? 1 : n))
    parts.push(...(start < 0 ? new Array<Tensor>(n).fill(zerosLike(part)) : [part]))
    i += n
  }
  return parts.length === 0 ? x : concatenate(parts, { dimension: at })
}
const permuted = (axis: BatchAxis, x: Tensor, d: Dim, perm: Permutation['perm']): readonly [Tensor, Dim] => {
  const from = new Array<number>(axis.size).fill(-1)
  for (const [s, t] of perm) from[t] = s
  if (d === null && !from.includes(-1)) return [x, null]
  return [reorder(batchAt(axis.size, x, d, d ?? 0), d ?? 0, from), d ?? 0]
}
const ppermuteP = defineVirtual<Permutation>('ppermute', {
  abstractEval: ([x], p) => permReason(p) ?? sameAs(x!),
  jvp: ([x], [t], p) => [[permute(x!, p)], [t ? permute(t, p) : null]],
  transpose: ([ct], _xs, p) => [ct ? permute(ct, { ...p, perm: p.perm.map(([s, d]) => [d, s] as const) }) : null],
  batch: (axis, [x], [d], p) => {
    if (axis.name !== p.axisName) return [[permute(x!, p)], [d!]]
    const [out, dim] = permuted(axis, x!, d!, p.perm)
    return [[out], [dim]]
  },
  refuse: onlyBatched('ppermute'),
  axisNames: named,
})

const axisIndexP = defineVirtual<{ readonly axisName: string }>('axis_index', {
  abstractEval: () => [aval([], 'int32')],
  jvp: () => [[], []],
  transpose: () => [],
  batch: (axis, _xs, _dims, p) =>
    axis.name === p.axisName ? [[iota({ dtype: 'int32', shape: [axis.size], dimension: 0 })], [0]] : [[axisIndex(p)], [null]],
  refuse: onlyBatched('axis_index'),
  axisNames: named,
})

const allGatherP = defineVirtual<Gathering>('all_gather', {
  abstractEval: ([x], { axisSize, allGatherDimension: at, tiled }) => {
    const rank = x!.shape.length
    if (!validAxis(at, tiled ? rank : rank + 1)) return `allGatherDimension ${at} must be an axis of the result`
    const shape = [...x!.shape]
    shape.splice(at, tiled ? 1 : 0, tiled ? shape[at]! * axisSize : axisSize)
    return [aval(shape, x!.dtype, x!.weakType)]
  },
  jvp: ([x], [t], p) => [[gatherAll(x!, p)], [t ? gatherAll(t, p) : null]],
  transpose: ([ct], _xs, { allGatherDimension, ...p }) => [ct ? scatterSum(ct, { ...p, scatterDimension: allGatherDimension }) : null],
  batch: (axis, [x], [d], p) => {
    const { allGatherDimension: at, tiled } = p
    if (axis.name !== p.axisName) {
      const out = [gatherAll(x!, { ...p, allGatherDimension: d! <= at ? at + 1 : at })]
      return [out, [d! <= at || tiled ? d! : d! + 1]]
    }
    const groups = p.axisIndexGroups
    if (groups && d !== null) {
      const stacked = moveAxis(toMembers(toGroups(batchAt(axis.size, x!, d!), groups), groups), 1, at + 1)
      return [[tiled ? mergeAt(stacked, at + 1) : stacked], [0]]
    }
    const stacked = batchAt(p.axisSize, x!, d!, at)
    return [[tiled ? mergeAt(stacked, at) : stacked], [null]]
  },
  refuse: onlyBatched('all_gather'),
  axisNames: named,
  show: shownGroups,
})

const psumScatterP = defineVirtual<Scattering>('reduce_scatter', {
  abstractEval: ([x], { axisSize, scatterDimension: at, tiled }) => {
    if (!validAxis(at, x!.shape.length)) return `scatterDimension ${at} must be an axis of the operand`
    const n = x!.shape[at]!
    if (tiled ? n % axisSize !== 0 : n !== axisSize)
      return `scatterDimension ${at} of size ${n} must ${tiled ? 'be divisible by' : 'equal'} the size of the named axis, ${axisSize}`
    const shape = [...x!.shape]
    shape.splice(at, 1, ...(tiled ? [n / axisSize] : []))
    return [aval(shape, x!.dtype, x!.weakType)]
  },
  jvp: ([x], [t], p) => [[scatterSum(x!, p)], [t ? scatterSum(t, p) : null]],
  transpose: ([ct], _xs, { scatterDimension, ...p }) => [ct ? gatherAll(ct, { ...p, allGatherDimension: scatterDimension }) : null],
  batch: (axis, [x], [d], p) => {
    const { scatterDimension: at, tiled } = p
    if (axis.name !== p.axisName) {
      const out = [scatterSum(x!, { ...p, scatterDimension: d! <= at ? at + 1 : at })]
      return [out, [d! <= at || tiled ? d! : d! - 1]]
    }
    const groups = p.axisIndexGroups
    if (groups) {
      const total = reduceSum(toGroups(batchAt(axis.size, x!, d!), groups), { axes: [1] })
      return [[fromGroups(moveAxis(tiled ? splitAt(total, at + 1, p.axisSize) : total, at + 1, 1), groups)], [0]]
    }
    const total = d === null ? scaled(x!, axis.size) : reduceSum(x!, { axes: [d!] })
    return [[tiled ? splitAt(total, at, axis.size) : total], [at]]
  },
  refuse: onlyBatched('reduce_scatter'),
  axisNames: named,
  show: shownGroups,
})

/** x [from, ..., split, ...] -> [to, ..., concat, ...]: part `to` of the split axis, for each `from` in order. */
const exchanged = (x: Tensor, n: number, splitAxis: number, concatAxis: number): Tensor => {
  const parts = moveAxis(splitAt(x, splitAxis + 1, n), splitAxis + 1, 0)
  return mergeAt(moveAxis(parts, 1, concatAxis + 1), concatAxis + 1)
}
const allToAllP = defineVirtual<Exchange>('all_to_all', {
  abstractEval: ([x], { axisSize, splitAxis, concatAxis }) => {
    const shape = [...x!.shape]
    if (!validAxis(splitAxis, shape.length) || !validAxis(concatAxis, shape.length))
      return `splitAxis ${splitAxis} and concatAxis ${concatAxis} must be axes of the operand`
    if (shape[splitAxis]! % axisSize !== 0)
      return `splitAxis ${splitAxis} of size ${shape[splitAxis]} must be divisible by the size of the named axis, ${axisSize}`
    shape[splitAxis]! /= axisSize
    shape[concatAxis]! *= axisSize
    return [aval(shape, x!.dtype)]
  },
  jvp: ([x], [t], p) => [[exchange(x!, p)], [t ? exchange(t, p) : null]],
  transpose: ([ct], _xs, p) => [ct ? exchange(ct, { ...p, splitAxis: p.concatAxis, concatAxis: p.splitAxis }) : null],
  batch: (axis, [x], [d], p) => {
    const { splitAxis, concatAxis } = p
    if (axis.name !== p.axisName) {
      const past = (a: number): number => (d! <= a ? a + 1 : a)
      return [[exchange(x!, { ...p, splitAxis: past(splitAxis), concatAxis: past(concatAxis) })], [d!]]
    }
    return [[exchanged(batchAt(axis.size, x!, d!), axis.size, splitAxis, concatAxis)], [0]]
  },
  refuse: onlyBatched('all_to_all'),
  axisNames: named,
})
