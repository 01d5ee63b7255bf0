/** Trees like other trees: of one value, of other dtypes, of random numbers. */
import { ArgumentError, type DType, np, random, type Tensor, type TensorLike } from '@heddle/func'
import { dtype as dtypeKind, func, nullable, of, oneOf, optionsOf, type OptionsOf, readArgument } from '@heddle/func/options'
import { flatten } from '@heddle/tree'
import { key as keyKind, optional, scalar } from '../options'
import type { Scalar } from '../tree-math'
import { overLeaves, tensorLeaves } from './leafwise'

const someDtype = optional(dtypeKind)
/** Zeros in the shapes of a tree, in its dtypes or in one. Source: optax.tree.zeros_like. */
export const treeZerosLike = <T>(tree: T, dtype?: DType): T => {
  readArgument('treeZerosLike', 'dtype', someDtype, dtype)
  return overLeaves<T>('treeZerosLike', (x) => np.zerosLike(x, dtype), tree)
}
/** Ones in the shapes of a tree, in its dtypes or in one. Source: optax.tree.ones_like. */
export const treeOnesLike = <T>(tree: T, dtype?: DType): T => {
  readArgument('treeOnesLike', 'dtype', someDtype, dtype)
  return overLeaves<T>('treeOnesLike', (x) => np.onesLike(x, dtype), tree)
}
/** One value in the shapes of a tree, in its dtypes or in one. Source: optax.tree.full_like. */
export const treeFullLike = <T>(tree: T, value: Scalar, dtype?: DType): T => {
  readArgument('treeFullLike', 'value', scalar, value)
  readArgument('treeFullLike', 'dtype', someDtype, dtype)
  return overLeaves<T>('treeFullLike', (x) => np.fullLike(x, value, dtype), tree)
}
const dtypeOrNone = nullable(someDtype)
/** The tree in a dtype; as it is for null. Source: optax.tree.cast. */
export const treeCast = <T>(tree: T, dtype: DType | null | undefined): T => {
  readArgument('treeCast', 'dtype', dtypeOrNone, dtype)
  return dtype === null || dtype === undefined ? tree : overLeaves<T>('treeCast', (x) => np.astype(np.asarray(x), dtype), tree)
}
/** The tree in the dtypes of another. Errors: ArgumentError where they do not fit. Source: optax.tree.cast_like. */
export const treeCastLike = <T>(tree: T, other: unknown): T =>
  overLeaves<T>('treeCastLike', (x, y) => np.astype(np.asarray(x), np.asarray(y!).dtype), tree, other)

const handlers = optional(oneOf('promote', 'highest', 'lowest'))
/**
 * The dtype of the leaves of a tree; float32 if there are none. Where there are several: what all are promoted to, the one that all are
 * promoted to, or the one that is promoted to all. Errors: ArgumentError where there is none such. Source: optax.tree.dtype.
 */
export const treeDtype = (tree: unknown, mixedDtypeHandler?: 'promote' | 'highest' | 'lowest'): DType => {
  readArgument('treeDtype', 'mixedDtypeHandler', handlers, mixedDtypeHandler)
  const found = [...new Set(tensorLeaves('treeDtype', tree).map((x) => x.dtype))]
  const [first = 'float32', ...rest] = found
  if (rest.length === 0) return first
  if (mixedDtypeHandler === undefined)
    throw new ArgumentError('treeDtype', `leaves have dtypes ${found.join(', ')}; say which is meant: 'promote', 'highest' or 'lowest'`)
  if (mixedDtypeHandler === 'promote') return rest.reduce((a, b) => np.promoteTypes(a, b), first)
  const above = (a: DType, b: DType): boolean => np.promoteTypes(a, b) === (mixedDtypeHandler === 'highest' ? a : b)
  const best = found.find((a) => found.every((b) => above(a, b)))
  if (best === undefined)
    throw new ArgumentError(
      'treeDtype',
      `none of the dtypes ${found.join(', ')} is the ${mixedDtypeHandler}: they are promoted to another; 'promote' answers it`,
    )
  return best
}

/** A key for each leaf of a tree. Source: optax.tree.split_key_like. */
export const treeSplitKeyLike = <T>(key: Tensor, tree: T): T => {
  readArgument('treeSplitKeyLike', 'key', keyKind, key)
  const { treedef } = flatten(tree)
  const keys = random.split(key, treedef.numLeaves)
  return treedef.unflatten<T>(Array.from({ length: treedef.numLeaves }, (_, i) => keys.at(i)))
}
/** What draws random numbers: `random.normal` and its like. */
export type Sampler = (key: Tensor, shape: readonly number[], options: { readonly dtype?: DType }) => Tensor
const randomOptions = optionsOf({
  /** What draws, `random.normal`. */
  sampler: of<Sampler>()(func),
  /** The dtype of all leaves; that of each by default. */
  dtype: dtypeKind,
})
/** Options of `treeRandomLike`. */
export interface TreeRandomOptions extends OptionsOf<typeof randomOptions> {}
/** Random numbers in the shapes of a tree, from a key for each leaf. Errors: ArgumentError. Source: optax.tree.random_like. */
export const treeRandomLike = <T>(key: Tensor, tree: T, options?: TreeRandomOptions): T => {
  const { sampler = random.normal, dtype } = randomOptions('treeRandomLike', options)
  const draw = (x: TensorLike, k: TensorLike): Tensor => {
    const like = np.asarray(x)
    return sampler(np.asarray(k), like.shape, { dtype: dtype ?? like.dtype })
  }
  readArgument('treeRandomLike', 'key', keyKind, key)
  return overLeaves<T>('treeRandomLike', (x, k) => draw(x, k!), tree, treeSplitKeyLike(key, tree))
}
