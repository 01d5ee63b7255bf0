/** Whole derivatives, not products with them. */
import { flatten, map, unflatten } from '@heddle/tree'
import { sizeOf } from '../aval'
import { broadcastInDim, convert, reshape } from '../primitives/structural'
import { literal } from '../literal'
import { add } from '../primitives/arithmetic'
import { eq } from '../primitives/piecewise'
import { iota, slice } from '../primitives/layout'
import { asTensor, type TensorLike } from '../numpy/promote'
import type { Tensor } from '../tensor'
import { jvp } from './jvp'
import { vjp } from './vjp'
import { vmap } from './vmap'

export interface JacobianOptions {
  /** The argument to differentiate by. Default 0. */
  readonly argnums?: number
}
/** For each leaf of a tree its unit tangents, stacked: `[n, ...shape]`, n the elements of the whole tree. */
const basis = (leaves: readonly Tensor[]): Tensor[] => {
  const sizes = leaves.map((x) => sizeOf(x.aval.shape))
  const n = sizes.reduce((a, b) => a + b, 0)
  let offset = 0
  return leaves.map((x, k) => {
    const size = sizes[k]!
    const rows = iota({ dtype: 'int32', shape: [n, size], dimension: 0 })
    const columns = iota({ dtype: 'int32', shape: [n, size], dimension: 1 })
    const shifted = offset === 0 ? columns : add(columns, literal(offset, 'int32'))
    offset += size
    return reshape(convert(eq(rows, shifted), x.aval.dtype), { newSizes: [n, ...x.aval.shape] })
  })
}
/** The blocks along `axis`, one for each leaf, each with the leaf's shape in place of the axis. */
const blocks = (x: Tensor, axis: number, leaves: readonly Tensor[]): Tensor[] => {
  let start = 0
  return leaves.map((l) => {
    const size = sizeOf(l.aval.shape)
    const from = start
    start += size
    const part = x.ndim === 0 ? broadcastInDim(x, { shape: [1], broadcastDimensions: [] }) : sliceAxis(x, axis, from, from + size)
    const shape = [...part.aval.shape]
    shape.splice(axis, 1, ...l.aval.shape)
    return reshape(part, { newSizes: shape })
  })
}
const sliceAxis = (x: Tensor, axis: number, from: number, to: number): Tensor =>
  slice(x, {
    startIndices: x.aval.shape.map((_, i) => (i === axis ? from : 0)),
    limitIndices: x.aval.shape.map((s, i) => (i === axis ? to : s)),
    strides: null,
  })
const oneArgument = (f: (...args: never[]) => unknown, args: readonly unknown[], at: number): ((x: unknown) => unknown) => {
  return (x) => {
    const all = [...args]
    all[at] = x
    return (f as (...a: readonly unknown[]) => unknown)(...all)
  }
}
/**
 * The Jacobian by forward mode: a column at a time, so for functions with few inputs.
 *
 * Shapes: for a result leaf `[r...]` and an argument leaf `[a...]` a tensor `[r..., a...]`, in a tree of the result's
 * structure whose leaves have the argument's. Source: jax.jacfwd.
 */
export const jacfwd =
  <A extends readonly unknown[], R>(f: (...args: A) => R, { argnums = 0 }: JacobianOptions = {}): ((...args: A) => JacobianOf<R>) =>
  (...args) => {
    const { leaves, treedef } = flatten(args[argnums])
    const xs = leaves.map((x) => asTensor(x as TensorLike, 'jacfwd'))
    const g = oneArgument(f as (...a: never[]) => unknown, args, argnums)
    const push = (...ts: readonly Tensor[]): unknown => jvp(g, [unflatten(treedef, xs)], [unflatten(treedef, ts)])[1]
    const columns = vmap(push, { outAxes: -1 })(...basis(xs))
    return map((c) => unflatten(treedef, blocks(c as Tensor, (c as Tensor).ndim - 1, xs)), columns) as JacobianOf<R>
  }
/** The Jacobian by reverse mode: a row at a time, so for functions with few outputs. Shapes as for `jacfwd`. Source: jax.jacrev. */
export const jacrev =
  <A extends readonly unknown[], R>(f: (...args: A) => R, { argnums = 0 }: JacobianOptions = {}): ((...args: A) => JacobianOf<R>) =>
  (...args) => {
    const { leaves, treedef } = flatten(args[argnums])
    const xs = leaves.map((x) => asTensor(x as TensorLike, 'jacrev'))
    const g = oneArgument(f as (...a: never[]) => unknown, args, argnums)
    const [value, pullback] = vjp((x: unknown) => g(x), unflatten(treedef, xs))
    const out = flatten(value)
    const outs = out.leaves.map((o) => asTensor(o as TensorLike, 'jacrev'))
    const rows = vmap((...cts: readonly Tensor[]) => flatten(pullback(unflatten(out.treedef, cts))[0]).leaves as Tensor[], { outAxes: 0 })(
      ...basis(outs),
    )
    // rows[k]: [all outputs, ...leaf k]; cut into the blocks of each output
    const cut = rows.map((r) => blocks(r, 0, outs))
    return unflatten<JacobianOf<R>>(
      out.treedef,
      outs.map((_, i) =>
        unflatten(
          treedef,
          cut.map((c) => c[i]!),
        ),
      ),
    )
  }
/** The matrix of second derivatives of a scalar function: `[a..., a...]`. Source: jax.hessian. */
export const hessian = <A extends readonly unknown[], R>(
  f: (...args: A) => R,
  options: JacobianOptions = {},
): ((...args: A) => JacobianOf<R>) => jacfwd(jacrev(f, options) as (...args: A) => R, options)

/** A tensor for a tensor by a tensor; else a tree of the result's structure with trees of the argument's. */
export type JacobianOf<R> = R
