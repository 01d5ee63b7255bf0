/** Arithmetic of trees: as of tensors, leaf by leaf. Leaves are tensors or numbers; those of two trees may broadcast. */
import { ArgumentError, np, type Tensor, type TensorLike } from '@heddle/func'
import {
  boolean,
  type Kind,
  nullable,
  number,
  optionsOf,
  type OptionsOf,
  readArgument,
  shape as shapeKind,
  tensorLike,
} from '@heddle/func/options'
import { leaves } from '@heddle/tree'
import { scalar } from '../options'
import type { Scalar } from '../tree-math'
import { overLeaves, tensorLeaves } from './leafwise'

/** The sum of two trees or more. Errors: ArgumentError where they do not fit. Source: optax.tree.add. */
export const treeAdd = <T>(x: T, y: T, ...others: readonly T[]): T =>
  overLeaves<T>('treeAdd', (first, ...rest) => rest.reduce<TensorLike>((sum, next) => np.add(sum, next), first), x, y, ...others)
/** The difference of two trees. Errors: ArgumentError where they do not fit. Source: optax.tree.sub. */
export const treeSub = <T>(x: T, y: T): T => overLeaves<T>('treeSub', (a, b) => np.subtract(a, b!), x, y)
/** The product of two trees, element by element. Errors: ArgumentError where they do not fit. Source: optax.tree.mul. */
export const treeMul = <T>(x: T, y: T): T => overLeaves<T>('treeMul', (a, b) => np.multiply(a, b!), x, y)
/** The quotient of two trees, element by element. Errors: ArgumentError where they do not fit. Source: optax.tree.div. */
export const treeDiv = <T>(x: T, y: T): T => overLeaves<T>('treeDiv', (a, b) => np.divide(a, b!), x, y)
/** A number times a tree. Source: optax.tree.scale. */
export const treeScale = <T>(factor: Scalar, tree: T): T => {
  readArgument('treeScale', 'factor', scalar, factor)
  return overLeaves<T>('treeScale', (x) => np.multiply(factor, x), tree)
}
/** `x + factor y`. Errors: ArgumentError where they do not fit. Source: optax.tree.add_scale. */
export const treeAddScale = <T>(x: T, factor: Scalar, y: T): T => {
  readArgument('treeAddScale', 'factor', scalar, factor)
  return overLeaves<T>('treeAddScale', (a, b) => np.add(a, np.multiply(factor, b!)), x, y)
}
/** Leaves of one tree where a condition holds, else of the other. Source: optax.tree.where. */
export const treeWhere = <T>(condition: TensorLike, x: T, y: T): T => {
  readArgument('treeWhere', 'condition', tensorLike, condition)
  return overLeaves<T>('treeWhere', (a, b) => np.where(condition, a, b!), x, y)
}
const bound = nullable(tensorLike)
/** Each element not below one number nor above another; null is no bound. Source: optax.tree.clip. */
export const treeClip = <T>(tree: T, minValue: TensorLike | null = null, maxValue: TensorLike | null = null): T => {
  readArgument('treeClip', 'minValue', bound, minValue)
  readArgument('treeClip', 'maxValue', bound, maxValue)
  return overLeaves<T>('treeClip', (x) => np.clip(x, minValue, maxValue), tree)
}
/** The inner product of two trees. Shapes: leaves alike -> []. Errors: ArgumentError where they differ. Source: optax.tree.vdot. */
export const treeVdot = (x: unknown, y: unknown): Tensor => {
  const products: Tensor[] = []
  overLeaves(
    'treeVdot',
    (a, b) => {
      const [p, q] = [np.asarray(a), np.asarray(b!)]
      if (p.shape.join() !== q.shape.join())
        throw new ArgumentError(
          'treeVdot',
          `leaves of shapes [${p.shape.join(',')}] and [${q.shape.join(',')}] have no inner product: expected one shape`,
        )
      products.push(np.vdot(p, q))
    },
    x,
    y,
  )
  return summed(products)
}
const summed = (xs: readonly Tensor[]): Tensor => xs.reduce((a, b) => np.add(a, b), np.asarray(0))
/** The sum of all elements of a tree. Source: optax.tree.sum. */
export const treeSum = (tree: unknown): Tensor => summed(tensorLeaves('treeSum', tree).map((x) => np.sum(x)))
/** The largest element of a tree; minus infinity if there is none. Source: optax.tree.max. */
export const treeMax = (tree: unknown): Tensor =>
  tensorLeaves('treeMax', tree)
    .filter((x) => x.size > 0)
    .reduce((a, x) => np.maximum(a, np.max(x)), np.asarray(Number.NEGATIVE_INFINITY))
/** The smallest element of a tree; infinity if there is none. Source: optax.tree.min. */
export const treeMin = (tree: unknown): Tensor =>
  tensorLeaves('treeMin', tree)
    .filter((x) => x.size > 0)
    .reduce((a, x) => np.minimum(a, np.min(x)), np.asarray(Number.POSITIVE_INFINITY))
/** How many elements a tree has. Source: optax.tree.size. */
export const treeSize = (tree: unknown): number => tensorLeaves('treeSize', tree).reduce((n, x) => n + x.size, 0)

const ord: Kind<number | 'inf'> = {
  expected: '1, 2, Infinity or "inf"',
  is: (x) => x === 1 || x === 2 || x === Number.POSITIVE_INFINITY || x === 'inf',
}
const normOptions = optionsOf({
  /** 2; or 1, the sum of sizes; or Infinity, the largest of them. */
  ord,
  /** Answer the square of it. */
  squared: boolean,
})
/** Options of `treeNorm`. */
export interface TreeNormOptions extends OptionsOf<typeof normOptions> {}
/** The norm of all elements of a tree, as of one vector. Source: optax.tree.norm. */
export const treeNorm = (tree: unknown, options?: TreeNormOptions): Tensor => {
  const { ord: order = 2, squared = false } = normOptions('treeNorm', options)
  const all = tensorLeaves('treeNorm', tree)
  if (order === 2) {
    const square = summed(all.map((x) => np.sum(np.square(x))))
    return squared ? square : np.sqrt(square)
  }
  const sizes = all.map((x) => np.abs(x))
  const norm = order === 1 ? treeSum(sizes) : treeMax(sizes)
  return squared ? np.square(norm) : norm
}
const closeOptions = optionsOf({ rtol: number, atol: number, equalNan: boolean })
/** Options of `treeAllclose`. */
export interface TreeCloseOptions extends OptionsOf<typeof closeOptions> {}
/** Whether all elements of two trees are equal up to a tolerance. Shapes: -> a bool []. Source: optax.tree.allclose. */
export const treeAllclose = (x: unknown, y: unknown, options?: TreeCloseOptions): Tensor => {
  const { rtol = 1e-5, atol = 1e-8, equalNan = false } = closeOptions('treeAllclose', options)
  const close = overLeaves('treeAllclose', (a, b) => np.allclose(a, b!, { rtol, atol, equalNan }), x, y)
  return (leaves(close) as Tensor[]).reduce((a, b) => np.logicalAnd(a, b), np.asarray(true))
}
/** Each leaf repeated along new leading axes. Source: optax.tree.batch_shape. */
export const treeBatchShape = <T>(tree: T, shape: readonly number[] = []): T => {
  readArgument('treeBatchShape', 'shape', shapeKind, shape)
  return overLeaves<T>('treeBatchShape', (x) => np.broadcastTo(x, [...shape, ...np.asarray(x).shape]), tree)
}
