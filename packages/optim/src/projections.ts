/**
 * Euclidean projections: the nearest point of a set to a tree, seen as one vector. After each step of an optimizer they keep parameters in
 * the set (projected gradient descent).
 */
import { ArgumentError, lax, nn, np, type Tensor, type TensorLike } from '@heddle/func'
import { type Kind, readArgument, tensorLike } from '@heddle/func/options'
import { broadcastPrefix, flatten, isLeaf, TreeError } from '@heddle/tree'
import { nonNegative, scalar } from './options'
import { unitSimplex } from './simplex'
import type { Scalar } from './tree-math'
import { treeAddScale, treeNorm, treeScale, treeVdot } from './trees/arithmetic'
import { overLeaves, vectorOf } from './trees/leafwise'

const radius: Kind<Scalar> = {
  expected: 'a positive number or a scalar tensor',
  is: (x) => (typeof x === 'number' ? x > 0 && Number.isFinite(x) : scalar.is(x)),
}

/** Onto the non-negative numbers. Source: optax.projections.projection_non_negative. */
export const projectionNonNegative = <T>(tree: T): T => overLeaves<T>('projectionNonNegative', (x) => nn.relu(x), tree)

/** A bound for each leaf: of a number one for all, of a tree one for each leaf or each subtree. Errors: ArgumentError. */
const boundsOf = (where: string, name: string, bound: unknown, tree: unknown): unknown => {
  if (bound === undefined || bound === null)
    throw new ArgumentError(where, `at ${name}: expected a number, a tensor or a tree of such, got ${String(bound)}`)
  try {
    return flatten(tree).treedef.unflatten(broadcastPrefix(bound, tree))
  } catch (e) {
    if (e instanceof TreeError) throw new ArgumentError(where, `at ${name}: the bounds do not fit the tree: ${e.message}`)
    throw e
  }
}
const clipped = <T>(where: string, tree: T, lower: unknown, upper: unknown): T => {
  const inside = (x: TensorLike, low: TensorLike, high: TensorLike): Tensor => {
    const clip = np.clip(x, low, high)
    const [got, wanted] = [clip.shape.join(), np.asarray(x).shape.join()]
    if (got !== wanted) throw new ArgumentError(where, `bounds that broadcast to shape [${got}] do not fit a leaf of shape [${wanted}]`)
    return clip
  }
  return overLeaves<T>(
    where,
    (x, low, high) => inside(x, low!, high!),
    tree,
    boundsOf(where, 'lower', lower, tree),
    boundsOf(where, 'upper', upper, tree),
  )
}
/**
 * Onto a box: no element below `lower` or above `upper`, which are numbers, tensors or trees of such for the leaves or for subtrees.
 *
 * Errors: ArgumentError where they do not fit, or cross. Source: optax.projections.projection_box.
 */
export const projectionBox = <T>(tree: T, lower: unknown, upper: unknown): T => {
  if (typeof lower === 'number' && typeof upper === 'number' && !(lower <= upper))
    throw new ArgumentError('projectionBox', `lower must not be above upper; got ${lower} and ${upper}`)
  return clipped('projectionBox', tree, lower, upper)
}
/** Onto the cube from 0 to `scale`, 1 by default, a number or a tree. Source: optax.projections.projection_hypercube. */
export const projectionHypercube = <T>(tree: T, scale: unknown = 1): T => {
  if (typeof scale === 'number' || isLeaf(scale))
    readArgument('projectionHypercube', 'scale', typeof scale === 'number' ? nonNegative : tensorLike, scale)
  return clipped('projectionHypercube', tree, 0, scale)
}

const ontoSimplex = <T>(where: string, tree: T, scale: Scalar): T => {
  const [vector, back] = vectorOf(where, tree)
  return vector.size === 0 ? tree : back(np.multiply(scale, unitSimplex(np.divide(vector, scale))))
}
/**
 * Onto the simplex: elements that are not negative and whose sum is `scale`, 1 by default. Of a vector of scores these are the nearest
 * probabilities. Errors: ArgumentError. Source: optax.projections.projection_simplex; Duchi et al., 2008.
 */
export const projectionSimplex = <T>(tree: T, scale: Scalar = 1): T => {
  readArgument('projectionSimplex', 'scale', radius, scale)
  return ontoSimplex('projectionSimplex', tree, scale)
}
const ontoL1Sphere = <T>(where: string, tree: T, scale: Scalar): T => {
  const sizes = overLeaves<T>(where, (x) => np.abs(x), tree)
  return overLeaves<T>(where, (x, size) => np.multiply(np.sign(x), size!), tree, ontoSimplex(where, sizes, scale))
}
/** Onto the points whose sizes sum to `scale`, 1 by default. Source: optax.projections.projection_l1_sphere. */
export const projectionL1Sphere = <T>(tree: T, scale: Scalar = 1): T => {
  readArgument('projectionL1Sphere', 'scale', radius, scale)
  return ontoL1Sphere('projectionL1Sphere', tree, scale)
}
/** Onto the points whose sizes sum to no more than `scale`, 1 by default: many become 0. Source: optax.projections.projection_l1_ball. */
export const projectionL1Ball = <T>(tree: T, scale: Scalar = 1): T => {
  readArgument('projectionL1Ball', 'scale', radius, scale)
  const onSphere = ontoL1Sphere('projectionL1Ball', tree, scale)
  const inside = lax.stopGradient(np.lessEqual(treeNorm(tree, { ord: 1 }), scale))
  return overLeaves<T>('projectionL1Ball', (x, far) => np.where(inside, x, far!), tree, onSphere)
}
/** Onto the points of Euclidean norm `scale`, 1 by default; of zeros it is NaN. Source: optax.projections.projection_l2_sphere. */
export const projectionL2Sphere = <T>(tree: T, scale: Scalar = 1): T => {
  readArgument('projectionL2Sphere', 'scale', radius, scale)
  return treeScale(np.divide(scale, treeNorm(tree)), tree)
}
/** Onto the points of Euclidean norm `scale` at most, 1 by default. Source: optax.projections.projection_l2_ball. */
export const projectionL2Ball = <T>(tree: T, scale: Scalar = 1): T => {
  readArgument('projectionL2Ball', 'scale', radius, scale)
  return treeScale(np.divide(scale, np.sqrt(np.maximum(treeNorm(tree, { squared: true }), np.square(scale)))), tree)
}
/** Onto the points none of whose elements is larger than `scale`, 1 by default. Source: optax.projections.projection_linf_ball. */
export const projectionLinfBall = <T>(tree: T, scale: Scalar = 1): T => {
  readArgument('projectionLinfBall', 'scale', nonNegative, scale)
  return clipped('projectionLinfBall', tree, np.negative(scale), scale)
}
/** Onto the line through 0 and `a`. Shapes: trees alike. Source: optax.projections.projection_vector. */
export const projectionVector = <T>(x: T, a: T): T => treeScale(np.divide(treeVdot(x, a), treeVdot(a, a)), a)

const towards = (where: string, x: unknown, a: unknown, b: Scalar): Tensor => {
  readArgument(where, 'b', scalar, b)
  return np.divide(np.subtract(b, treeVdot(x, a)), treeVdot(a, a))
}
/** Onto the points whose inner product with `a` is `b`. Shapes: trees alike. Source: optax.projections.projection_hyperplane. */
export const projectionHyperplane = <T>(x: T, a: T, b: Scalar): T => treeAddScale(x, towards('projectionHyperplane', x, a, b), a)
/** Onto the points whose inner product with `a` is `b` at most. Shapes: trees alike. Source: optax.projections.projection_halfspace. */
export const projectionHalfspace = <T>(x: T, a: T, b: Scalar): T =>
  treeAddScale(x, np.minimum(towards('projectionHalfspace', x, a, b), 0), a)
