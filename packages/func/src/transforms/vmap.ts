/** Vectorization for users. */
import { broadcastPrefix, flatten, unflatten } from '@heddle/tree'
import { showAval } from '../aval'
import { MappedOutputError, TypeMismatchError } from '../error'
import { batchWithAux } from '../interpreters/batch'
import { asTensor, type TensorLike } from '../numpy/promote'
import { type AxisTree, axisTree, count, optionsOf, readFunction, string, type OptionsOf } from '../options'
import type { Dim } from '../primitive'
import { batchAt, moveAxis } from '../primitives/structural'
import type { Tensor } from '../tensor'
import { type FlatFunction, flatFunction, isStatic, perTensor, typeTree } from './flat'
import type { Result } from './traced'

/** An axis for a whole subtree, null for none, or a tree of such. */
export type Axes = AxisTree
const vmapOptions = optionsOf({
  /** Where the mapped axis is in each argument: one for all, or a list of prefix trees. Default 0. */
  inAxes: axisTree,
  /** Where it goes in the results. Default 0. */
  outAxes: axisTree,
  /** Its size, where no argument has it. */
  axisSize: count,
  /** A name for collectives inside. */
  axisName: string,
  /** The mesh axis that the mapped axis lies along in sharding constraints inside. */
  spmdAxisName: string,
})
/** Options of `vmap`. */
export interface VmapOptions extends OptionsOf<typeof vmapOptions> {}
const normalize = (axis: unknown, rank: number, what: string): Dim => {
  if (axis === null) return null
  const a = axis as number
  const i = a < 0 ? a + rank : a
  if (!Number.isInteger(i) || i < 0 || i >= rank)
    throw new TypeMismatchError('vmap', `${what}: axis ${String(axis)} is out of range for rank ${rank}`)
  return i
}

/**
 * Maps `f` over an axis of its arguments, in one go.
 *
 * Shapes: a mapped argument `[..., n, ...]` is seen inside without its axis; results gain it at `outAxes`. What is not mapped and no
 * tensor (a number, a function) is passed on as it is, booleans and strings always.
 * Errors: TypeMismatchError for unequal sizes, no mapped argument and no `axisSize`, or a mapped result with out axis null.
 * Source: jax.vmap.
 */
export const vmap = <A extends readonly unknown[], const R extends Result>(
  f: (...args: A) => R,
  options?: VmapOptions,
): ((...args: A) => R) => {
  readFunction('vmap', f)
  const { inAxes = 0, outAxes = 0, axisSize, axisName, spmdAxisName } = vmapOptions('vmap', options)
  return (...args) => {
    if (Array.isArray(inAxes) && inAxes.length !== args.length)
      throw new TypeMismatchError('vmap', `inAxes has ${inAxes.length} entries for ${args.length} arguments`)
    const { leaves: given, treedef } = flatten(args)
    const axes = broadcastPrefix(inAxes, args)
    // Booleans and strings are static; a number or function that is not mapped stays what it is too: it may be a size, or an option.
    const isPlain = given.map((x, i) => isStatic(x) || (axes[i] === null && typeof x !== 'object'))
    const at = given.flatMap((_, i) => (isPlain[i] ? [] : [i]))
    const leaves = at.map((i) => asTensor(given[i] as TensorLike, 'vmap'))
    const dims = leaves.map((x, j) => normalize(axes[at[j]!], x.ndim, `inAxes, leaf ${at[j]} of type ${showAval(x.aval)}`))
    const size = sizeOf(leaves, dims, axisSize)
    const fn = flatFunction(f as (...a: never[]) => unknown, treedef, 'vmap')
    const flat: FlatFunction = (xs) => {
      const all = [...given]
      xs.forEach((x, j) => {
        all[at[j]!] = x
      })
      return fn(all as readonly Tensor[])
    }
    const [r, outTree] = batchWithAux(flat, { size, name: axisName, spmdName: spmdAxisName }, leaves, dims)
    const to = perTensor(outAxes, unflatten<R>(outTree, r.outs))
    const mapped = r.dims.findIndex((dim, i) => to[i] === null && dim !== null)
    if (mapped >= 0) {
      const types = r.outs.map((o) => o.aval)
      throw new MappedOutputError('vmap', mapped, { of: f, sides: [typeTree(outTree, types)] })
    }
    return unflatten<R>(
      outTree,
      r.outs.map((o, i) => place(o, r.dims[i]!, to[i], size, i)),
    )
  }
}
const sizeOf = (leaves: readonly Tensor[], dims: readonly Dim[], given: number | undefined): number => {
  const sizes = leaves.flatMap((x, i) => (dims[i] === null ? [] : [x.aval.shape[dims[i]!]!]))
  const size = given ?? sizes[0]
  if (size === undefined) throw new TypeMismatchError('vmap', 'no argument is mapped (all inAxes are null), so axisSize must be given')
  if (sizes.some((s) => s !== size))
    throw new TypeMismatchError(
      'vmap',
      `mapped axes must have one size${given === undefined ? '' : ` (axisSize ${given})`}; got ` +
        leaves
          .flatMap((x, i) => (dims[i] === null ? [] : [`${x.aval.shape[dims[i]!]} (axis ${dims[i]} of leaf ${i}, ${showAval(x.aval)})`]))
          .join(', '),
    )
  return size
}
const place = (o: Tensor, dim: Dim, to: unknown, size: number, i: number): Tensor => {
  if (to === null) return o
  const rank = dim === null ? o.ndim + 1 : o.ndim
  const at = normalize(to, rank, `outAxes, output ${i}`)!
  return dim === null ? batchAt(size, o, null, at) : moveAxis(o, dim, at)
}
