/** Collectives over the named axes of vmap, on trees of tensors, with the signatures of jax.lax. */
import { map as mapTree } from '@heddle/tree'
import { asTensor, axisOf, type TensorLike } from '../numpy/promote'
import { divide } from '../numpy/elementwise'
import * as C from '../primitives/collective'
import type { Tensor } from '../tensor'

/** One name or several. */
export type AxisName = string | readonly string[]
const names = (axisName: AxisName): readonly string[] => (typeof axisName === 'string' ? [axisName] : axisName)
/** The same tree; a JavaScript number becomes a tensor. */
export type Collected<X> = X extends number | boolean | bigint ? Tensor : X
const onLeaves = <X>(where: string, tree: X, f: (x: Tensor) => Tensor): Collected<X> =>
  mapTree((x: unknown) => f(asTensor(x as TensorLike, where)), tree) as Collected<X>

/** Sums over named axes; of a number: times the size of the axes. */
export const psum = <X>(tree: X, axisName: AxisName): Collected<X> => onLeaves('psum', tree, (x) => C.psum(x, { axes: names(axisName) }))
export const pmax = <X>(tree: X, axisName: AxisName): Collected<X> => onLeaves('pmax', tree, (x) => C.pmax(x, { axes: names(axisName) }))
export const pmin = <X>(tree: X, axisName: AxisName): Collected<X> => onLeaves('pmin', tree, (x) => C.pmin(x, { axes: names(axisName) }))
/** Means over named axes. */
export const pmean = <X>(tree: X, axisName: AxisName): Collected<X> => {
  const n = names(axisName).reduce((size, name) => size * C.namedAxisSize(name), 1)
  return onLeaves('pmean', tree, (x) => {
    const total = C.psum(x, { axes: names(axisName) })
    return divide(total, n)
  })
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
export interface AllGatherOptions {
  /** Where the gathered axis stands in the result; 0. */
  readonly axis?: number | undefined
  /** Concatenate along the axis instead of adding one. */
  readonly tiled?: boolean | undefined
}
/** The values of all places along a named axis. */
export const allGather = <X>(tree: X, axisName: string, { axis = 0, tiled = false }: AllGatherOptions = {}): Collected<X> =>
  onLeaves('allGather', tree, (x) =>
    C.allGather(x, { axisName, allGatherDimension: axisOf('allGather', axis, tiled ? x.ndim : x.ndim + 1), tiled }),
  )
/** Each place gives its parts along `splitAxis` to the others, and has what it gets along `concatAxis`. */
export const allToAll = <X>(
  tree: X,
  axisName: string,
  splitAxis: number,
  concatAxis: number,
  { tiled = false }: { readonly tiled?: boolean } = {},
): Collected<X> =>
  onLeaves('allToAll', tree, (x) =>
    C.allToAll(x, {
      axisName,
      splitAxis: axisOf('allToAll', splitAxis, x.ndim),
      concatAxis: axisOf('allToAll', concatAxis, x.ndim),
      tiled,
    }),
  )
/** A named axis and an axis of the tensors exchanged. */
export const pswapaxes = <X>(tree: X, axisName: string, axis: number): Collected<X> => allToAll(tree, axisName, axis, axis)
/** The sum over a named axis, of which each place keeps one part along `scatterDimension`. */
export const psumScatter = <X>(
  tree: X,
  axisName: string,
  { scatterDimension = 0, tiled = false }: { readonly scatterDimension?: number; readonly tiled?: boolean } = {},
): Collected<X> =>
  onLeaves('psumScatter', tree, (x) =>
    C.psumScatter(x, { axisName, scatterDimension: axisOf('psumScatter', scatterDimension, x.ndim), tiled }),
  )
/** The index of this place along a named axis (int32). */
export const axisIndex = (axisName: string): Tensor => C.axisIndex({ axisName })
/** The size of named axes. */
export const axisSize = (axisName: AxisName): number => names(axisName).reduce((n, name) => n * C.namedAxisSize(name), 1)
