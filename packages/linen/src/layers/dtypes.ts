/**
 * Dtypes of computations: that of a layer where it has one, else the common one of inputs and parameters.
 */
import { isFloating, np, type DType, type Tensor } from '@heddle/func'
import { LayerError } from '../error'

/** How a dtype is chosen. */
export interface DtypeOptions {
  readonly dtype?: DType | undefined
  /** Only floats will do: integers are promoted to float32 (default true). */
  readonly inexact?: boolean
}

/** The dtype to compute in. Errors: LayerError for a dtype of integers. Source: `flax.linen.dtypes.canonicalize_dtype`. */
export const canonicalizeDtype = (xs: readonly (Tensor | undefined)[], { dtype, inexact = true }: DtypeOptions = {}): DType => {
  const common = dtype ?? np.resultType(...xs.filter((x) => x !== undefined))
  if (!inexact || isFloating(common)) return common
  if (dtype !== undefined) throw new LayerError('dtype', `computations need a dtype of floats, got ${dtype}`)
  return np.promoteTypes('float32', common)
}

/** What brings operands to one dtype: promoteDtype, or a function in its place. */
export type PromoteDtype = <const Xs extends readonly (Tensor | undefined)[]>(xs: Xs, options?: DtypeOptions) => Promoted<Xs>
type Promoted<Xs> = { readonly [K in keyof Xs]: Xs[K] }

/** All operands in one dtype; undefined stays so. Source: `flax.linen.dtypes.promote_dtype`. */
export const promoteDtype = <const Xs extends readonly (Tensor | undefined)[]>(xs: Xs, options: DtypeOptions = {}): Promoted<Xs> => {
  const dtype = canonicalizeDtype(xs, options)
  return xs.map((x) => x?.astype(dtype)) as readonly unknown[] as Promoted<Xs>
}
