/** Whole derivatives, not products with them. */
import { map, type TreeDef, unflatten } from '@heddle/tree'
import { showAval, sizeOf } from '../aval'
import { isFloating } from '../dtype'
import { DTypeError } from '../error'
import { broadcastInDim, convert, reshape } from '../primitives/structural'
import { literal } from '../literal'
import { add } from '../primitives/arithmetic'
import { eq } from '../primitives/piecewise'
import { iota, slice } from '../primitives/layout'
import { argnums as argnumsKind, optionsOf, readFunction, type OptionsOf } from '../options'
import { isTensor, type Tensor } from '../tensor'
import { type Argnums, argumentsAt } from './argnums'
import { flattenPrimals, flattenTensors } from './flat'
import { jvp } from './jvp'
import type { NoNumbersAt } from './traced'
import { type GradsOf, vjp } from './vjp'
import { vmap } from './vmap'

const jacobianOptions = optionsOf({
  /** The argument to differentiate by, or a list of several. Default 0. */
  argnums: argnumsKind,
})
/** Options of `jacfwd`, `jacrev` and `hessian`. */
export interface JacobianOptions<N extends Argnums = Argnums> extends OptionsOf<typeof jacobianOptions> {
  readonly argnums?: N | undefined
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
/** A function of the arguments differentiated by alone: of one, or of a list of several. */
interface Chosen {
  readonly leaves: readonly Tensor[]
  readonly treedef: TreeDef
  readonly f: (x: unknown) => unknown
}
const choose = (f: (...args: never[]) => unknown, args: readonly unknown[], argnums: Argnums, where: string): Chosen => {
  const at = argumentsAt(argnums, args.length, where)
  const given = at.map((i) => args[i])
  const single = typeof argnums === 'number'
  const { leaves, treedef } = flattenPrimals(single ? given[0] : given, where)
  const wrong = leaves.find((x) => !isFloating(x.aval.dtype))
  if (wrong)
    throw new DTypeError(where, `arguments to differentiate by must be floats, got ${showAval(wrong.aval)}; choose others by argnums`)
  return {
    leaves,
    treedef,
    f: (x) => {
      const all = [...args]
      at.forEach((i, k) => {
        all[i] = single ? x : (x as readonly unknown[])[k]
      })
      return (f as (...a: readonly unknown[]) => unknown)(...all)
    },
  }
}
/**
 * The Jacobian by forward mode: a column at a time, so for functions with few inputs.
 *
 * Shapes: for a result leaf `[r...]` and an argument leaf `[a...]` a tensor `[r..., a...]`, in a tree of the result's
 * structure whose leaves have the argument's (with several `argnums`, a list of each argument's).
 * Errors: DTypeError for integer arguments. Source: jax.jacfwd.
 */
export const jacfwd = <A extends readonly unknown[], R, const N extends Argnums = 0>(
  f: ((...args: A) => R) & NoNumbersAt<A, N>,
  options?: JacobianOptions<N>,
): ((...args: A) => JacobianOf<R, GradsOf<A, N>>) => {
  readFunction('jacfwd', f)
  const { argnums = 0 } = jacobianOptions('jacfwd', options)
  return (...args) => {
    const { leaves: xs, treedef, f: g } = choose(f as (...a: never[]) => unknown, args, argnums, 'jacfwd')
    const push = (...ts: readonly Tensor[]): unknown => jvp(g, [unflatten(treedef, xs)], [unflatten(treedef, ts)])[1]
    const columns = vmap(push, { outAxes: -1 })(...basis(xs))
    return onTensors((c) => unflatten(treedef, blocks(c, c.ndim - 1, xs)), columns)
  }
}
/** The Jacobian by reverse mode: a row at a time, so for functions with few outputs. Shapes and errors as for `jacfwd`. Source: jax.jacrev. */
export const jacrev = <A extends readonly unknown[], R, const N extends Argnums = 0>(
  f: ((...args: A) => R) & NoNumbersAt<A, N>,
  options?: JacobianOptions<N>,
): ((...args: A) => JacobianOf<R, GradsOf<A, N>>) => {
  readFunction('jacrev', f)
  const { argnums = 0 } = jacobianOptions('jacrev', options)
  return (...args) => {
    const { leaves: xs, treedef, f: g } = choose(f as (...a: never[]) => unknown, args, argnums, 'jacrev')
    const [value, pullback] = vjp((x: unknown) => g(x), unflatten(treedef, xs))
    const { leaves: outs, treedef: outTree } = flattenTensors(value, 'jacrev', 'the result')
    const pull = (...cts: readonly Tensor[]): readonly Tensor[] => flattenTensors(pullback(unflatten(outTree, cts))[0], 'jacrev').leaves
    const rows = vmap(pull, { outAxes: 0 })(...basis(outs))
    // rows[k]: [all outputs, ...leaf k]; cut into the blocks of each output
    const cut = rows.map((r) => blocks(r, 0, outs))
    const jacobians = outs.map((_, i) =>
      unflatten(
        treedef,
        cut.map((c) => c[i]!),
      ),
    )
    return unflatten(outTree, jacobians)
  }
}
/**
 * The matrix of second derivatives of a scalar function: `[a..., a...]` (with several `argnums`, lists of lists of them).
 * Source: jax.hessian.
 */
export const hessian = <A extends readonly unknown[], R, const N extends Argnums = 0>(
  f: ((...args: A) => R) & NoNumbersAt<A, N>,
  options?: JacobianOptions<N>,
): ((...args: A) => JacobianOf<JacobianOf<R, GradsOf<A, N>>, GradsOf<A, N>>) => {
  readFunction('hessian', f)
  jacobianOptions('hessian', options)
  const first: (...args: A) => JacobianOf<R, GradsOf<A, N>> = jacrev(f, options)
  return jacfwd(first as typeof first & NoNumbersAt<A, N>, options)
}

/** The tree of a result with, in place of each tensor, the tree (or list of trees) of the arguments differentiated by. */
export type JacobianOf<R, G> = R extends Tensor
  ? G
  : R extends readonly unknown[]
    ? { -readonly [K in keyof R]: JacobianOf<R[K], G> }
    : R extends object
      ? { -readonly [K in keyof R]: JacobianOf<R[K], G> }
      : R
/** Static values of a result stay what they are. */
const onTensors = <R>(f: (x: Tensor) => unknown, tree: unknown): R => map<R>((x: unknown) => (isTensor(x) ? f(x) : x), tree)
