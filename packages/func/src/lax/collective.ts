/** Collectives over the named axes of vmap, on trees of tensors, with the signatures of jax.lax. */
import { map as mapTree } from '@heddle/tree'
import { asTensor, axisOf, type TensorLike } from '../numpy/promote'
import { divide } from '../numpy/elementwise'
import { axis as axisKind, boolean, either, integer, listOf, nullable, optionsOf, readArgument, string, type OptionsOf } from '../options'
import * as C from '../primitives/collective'
import type { Tensor } from '../tensor'

/** One name or several. */
export type AxisName = string | readonly string[]
const nameKind = either(string, listOf(string, 'a list of names'))
const names = (where: string, axisName: AxisName): readonly string[] => {
  readArgument(where, 'axisName', nameKind, axisName)
  return typeof axisName === 'string' ? [axisName] : axisName
}
/** The same tree; a JavaScript number becomes a tensor. */
export type Collected<X> = X extends number | boolean | bigint ? Tensor : X
const onLeaves = <X>(where: string, tree: X, f: (x: Tensor) => Tensor): Collected<X> =>
  mapTree((x: unknown) => f(asTensor(x as TensorLike, where)), tree) as Collected<X>
const groupKinds = {
  /**
   * Indices along the one named axis, each in one of some groups of equal size: only places of a group have to do with each other.
   * JAX has them for devices only; here they are for vmap.
   */
  axisIndexGroups: nullable(listOf(listOf(integer), 'a list of lists of indices')),
}
const groupOptions = optionsOf(groupKinds)
/** Where a collective stays within groups. */
export interface GroupOptions extends OptionsOf<typeof groupOptions> {}
type Reduction = <X>(tree: X, axisName: AxisName, options?: GroupOptions) => Collected<X>
const reduction =
  (where: string, f: typeof C.psum): Reduction =>
  (tree, axisName, options) => {
    const { axisIndexGroups = null } = groupOptions(where, options)
    const axes = names(where, axisName)
    return onLeaves(where, tree, (x) => f(x, { axes, axisIndexGroups }))
  }

/** Sums over named axes; of a number: times the size of the axes. Errors: AxisNameError, ShapeError. */
export const psum: Reduction = reduction('psum', C.psum)
/** The maximum over the named axis. Source: `jax.lax.pmax`. */
export const pmax: Reduction = reduction('pmax', C.pmax)
/** The minimum over the named axis. Source: `jax.lax.pmin`. */
export const pmin: Reduction = reduction('pmin', C.pmin)
/** Means over named axes. */
export const pmean: Reduction = (tree, axisName, options) => {
  const groups = groupOptions('pmean', options).axisIndexGroups
  const n = groups ? (groups[0]?.length ?? 0) : axisSize(axisName)
  return onLeaves('pmean', tree, (x) => divide(psum(x, axisName, options), n))
}
/** Values sent along a named axis, by pairs [source, destination]; who receives nothing gets zeros. */
export const ppermute = <X>(tree: X, axisName: string, perm: readonly (readonly [number, number])[]): Collected<X> =>
  onLeaves('ppermute', tree, (x) => C.ppermute(x, { axisName, perm }))
/** Values permuted along a named axis: place `i` gets that of `perm[i]`. */
export const pshuffle = <X>(tree: X, axisName: string, perm: readonly number[]): Collected<X> =>
  ppermute(
    tree,
    axisName,
    perm.map((source, destination) => [source, destination] as const),
  )
const allGatherOptions = optionsOf({
  ...groupKinds,
  /** Where the gathered axis stands in the result; 0. */
  axis: axisKind,
  /** Concatenate along the axis instead of adding one. */
  tiled: boolean,
})
/** Options of `allGather`. */
export interface AllGatherOptions extends OptionsOf<typeof allGatherOptions> {}
/** The values of all places along a named axis. */
export const allGather = <X>(tree: X, axisName: string, options?: AllGatherOptions): Collected<X> => {
  const { axis = 0, tiled = false, axisIndexGroups = null } = allGatherOptions('allGather', options)
  return onLeaves('allGather', tree, (x) =>
    C.allGather(x, { axisName, allGatherDimension: axisOf('allGather', axis, tiled ? x.ndim : x.ndim + 1), tiled, axisIndexGroups }),
  )
}
const tiledOptions = optionsOf({ tiled: boolean })
/** Options of `allToAll`. */
export interface TiledOptions extends OptionsOf<typeof tiledOptions> {}
/** Each place gives its parts along `splitAxis` to the others, and has what it gets along `concatAxis`. */
export const allToAll = <X>(tree: X, axisName: string, splitAxis: number, concatAxis: number, options?: TiledOptions): Collected<X> => {
  const { tiled = false } = tiledOptions('allToAll', options)
  return onLeaves('allToAll', tree, (x) =>
    C.allToAll(x, {
      axisName,
      splitAxis: axisOf('allToAll', splitAxis, x.ndim),
      concatAxis: axisOf('allToAll', concatAxis, x.ndim),
      tiled,
    }),
  )
}
/** A named axis and an axis of the tensors exchanged. */
export const pswapaxes = <X>(tree: X, axisName: string, axis: number): Collected<X> => allToAll(tree, axisName, axis, axis)
const psumScatterOptions = optionsOf({
  ...groupKinds,
  scatterDimension: axisKind,
  /** Blocks of the axis, not its elements. */
  tiled: boolean,
})
/** Options of `psumScatter`. */
export interface PsumScatterOptions extends OptionsOf<typeof psumScatterOptions> {}
/** The sum over a named axis, of which each place keeps one part along `scatterDimension`. */
export const psumScatter = <X>(tree: X, axisName: string, options?: PsumScatterOptions): Collected<X> => {
  const { scatterDimension = 0, tiled = false, axisIndexGroups = null } = psumScatterOptions('psumScatter', options)
  return onLeaves('psumScatter', tree, (x) =>
    C.psumScatter(x, { axisName, scatterDimension: axisOf('psumScatter', scatterDimension, x.ndim), tiled, axisIndexGroups }),
  )
}
/** The index of this place along a named axis (int32). */
export const axisIndex = (axisName: string): Tensor => C.axisIndex({ axisName })
/** The size of named axes. */
export const axisSize = (axisName: AxisName): number => names('axisSize', axisName).reduce((n, name) => n * C.namedAxisSize(name), 1)
