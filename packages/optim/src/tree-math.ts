/** Arithmetic of trees of tensors, leaf by leaf. */
import { bytesOf, type DType, isFloating, isInteger, np, type Tensor } from '@heddle/func'
import { leaves, map } from '@heddle/tree'

/** A number, or a tensor without axes. */
export type Scalar = number | Tensor

/** A scalar in the dtype of the tensor that it meets: a float32 tensor as learning rate or decay leaves bfloat16 what it is. */
export const scalarFor = (scalar: Scalar, x: Tensor): Scalar => (typeof scalar === 'number' ? scalar : np.astype(scalar, x.dtype))
/** `m` divided by the root of a running size `v`, in Adam's way of keeping from zero. */
export const overSize = (m: Tensor, v: Tensor, eps: Scalar, epsRoot: Scalar): Tensor =>
  np.divide(m, np.add(np.sqrt(np.add(v, scalarFor(epsRoot, v))), scalarFor(eps, v)))
/** A tree of the structure of the first with `f` of the leaves; null nodes stay. */
export const mapLeaves = <T>(f: (x: Tensor, ...rest: Tensor[]) => Tensor, first: T, ...rest: readonly unknown[]): T =>
  map<T>(f, first, ...rest)
/** Zeros of the types of a tree, or of one dtype. */
export const zerosLike = <T>(tree: T, dtype?: DType): T => mapLeaves((x) => np.zerosLike(x, dtype), tree)
/** One value everywhere. */
export const fullLike = <T>(tree: T, value: Scalar): T => mapLeaves((x) => np.fullLike(x, value), tree)
/** The tree in a dtype; as it is if none is given. */
export const cast = <T>(tree: T, dtype: DType | undefined): T => (dtype === undefined ? tree : mapLeaves((x) => np.astype(x, dtype), tree))
/** The tree in the dtypes of another. */
export const castLike = <T>(tree: T, other: T): T => mapLeaves((x, y) => np.astype(x, y.dtype), tree, other)
/** Sum of the squares of all elements of all leaves. */
export const squaredNorm = (tree: unknown): Tensor => {
  const sums = (leaves(tree) as Tensor[]).map((x) => np.sum(np.square(x)))
  return sums.reduce((a, b) => np.add(a, b), np.zeros([]))
}
/** The Euclidean norm of all elements of all leaves together. Source: optax.global_norm. */
export const globalNorm = (tree: unknown): Tensor => np.sqrt(squaredNorm(tree))

/** The sum of the products of all elements. Source: optax.tree.vdot. */
export const vdot = (x: unknown, y: unknown): Tensor => {
  const products = mapLeaves((a, b) => np.sum(np.multiply(a, b)), x, y)
  return (leaves(products) as Tensor[]).reduce((a, b) => np.add(a, b), np.zeros([]))
}
/** A tree plus a multiple of another, in the dtypes of the first. Source: optax.tree.add_scale. */
export const addScaled = <T>(tree: T, by: Scalar, other: unknown): T =>
  mapLeaves((x, y) => np.add(x, np.astype(np.multiply(scalarFor(by, y), y), x.dtype)), tree, other)
/** All leaves times a number. */
export const scaled = <T>(by: Scalar, tree: T): T => mapLeaves((x) => np.multiply(scalarFor(by, x), x), tree)
/** Leaf minus leaf. */
export const minus = <T>(x: T, y: unknown): T => mapLeaves((a, b) => np.subtract(a, b), x, y)
/** Either of two trees, by a boolean scalar, in the dtypes of the second. */
export const either = <T>(which: Tensor, yes: T, no: T): T => mapLeaves((a, b) => np.astype(np.where(which, a, b), b.dtype), yes, no)
/** Tensors of their own: a state that holds the parameters may be donated beside them. */
export const copied = <T>(tree: T): T => mapLeaves((x) => np.copy(x), tree)
/** The narrowest or widest dtype of floats among the leaves. Source: optax.tree.dtype. */
export const floatDtypeOf = (tree: unknown, which: 'lowest' | 'highest'): DType => {
  const found = (leaves(tree) as Tensor[]).map((x) => x.dtype).filter(isFloating)
  const bytes = found.map((d) => bytesOf(d))
  const wanted = which === 'lowest' ? Math.min(...bytes) : Math.max(...bytes)
  return found[bytes.indexOf(wanted)] ?? 'float32'
}
/** A number as a tensor of that dtype. */
export const scalarIn = (dtype: DType, x: Scalar): Tensor => (typeof x === 'number' ? np.array(x, { dtype }) : np.astype(x, dtype))

/** `count + 1`, but not beyond the largest number of its dtype. Errors: DTypeError of booleans. Source: optax.safe_increment. */
export const safeIncrement = (count: Tensor): Tensor => {
  const { max } = isInteger(count.dtype) ? np.iinfo(count) : np.finfo(count)
  return np.where(np.less(count, max), np.add(count, 1), np.array(max, { dtype: count.dtype }))
}
/** The counter of steps at the start. */
export const zeroCount = (): Tensor => np.zeros([], 'int32')

/** The moving average of the gradients (order 1) or their squares (order 2). Source: optax.tree_utils.tree_update_moment. */
export const updateMoment = <T>(gradients: T, moments: T, decay: Scalar, order: 1 | 2): T =>
  mapLeaves((g, m) => blend(g, m, order === 1 ? g : np.square(g), decay), gradients, moments)
const blend = (g: Tensor, m: Tensor, now: Tensor, decay: Scalar): Tensor =>
  np.add(np.multiply(scalarFor(oneMinus(decay), g), now), np.multiply(scalarFor(decay, m), m))
/** Moments without the bias toward their start at zero. Source: optax.tree_utils.tree_bias_correction. */
export const biasCorrection = <T>(moments: T, decay: Scalar, count: Tensor): T => {
  const weight = np.subtract(1, np.power(decay, count))
  return mapLeaves((m) => np.divide(m, np.astype(weight, m.dtype)), moments)
}
/** 1 - x; of a number in double precision, as Python has it. */
export const oneMinus = (x: Scalar): Scalar => (typeof x === 'number' ? 1 - x : np.subtract(1, x))
