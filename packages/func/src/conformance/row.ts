/**
 * A row: one application of a primitive on which every law is tried. It says how operands are drawn, which of them can be
 * differentiated and how often, so that a law needs no knowledge of any primitive.
 */
import type { Shape } from '../aval'
import type { DType } from '../dtype'
import type { Tensor } from '../tensor'
import { normal, type Sampler, uniform } from './sample'

/** `float` is the floating type that the backend is tried in. */
type RowDType = DType | 'float'

export interface Operand {
  readonly shape: Shape
  readonly dtype: RowDType
  readonly sample: Sampler
  /** Derivatives are taken with respect to it. */
  readonly smooth: boolean
}

export interface Row {
  /** What this row has that others of its primitive have not. */
  readonly about: string
  readonly f: (...xs: Tensor[]) => Tensor | readonly Tensor[]
  readonly operands: readonly Operand[]
  /** The highest derivative that exists and agrees with differences: 0 none, 1 first, 2 second. */
  readonly order: 0 | 1 | 2
  /** `both` forward and reverse, or one of them where the other is refused. */
  readonly modes: 'both' | 'forward' | 'reverse'
  /** Factor on the usual tolerances. */
  readonly tolerance: number
  /** Another way to the same results, where differences and loops would not notice a fault. */
  readonly same?: Row['f']
}
/** At least one row a primitive. */
export type Rows = readonly [Row, ...Row[]]

/** A floating operand to differentiate. */
export const num = (shape: Shape, sample: Sampler = normal): Operand => ({ shape, dtype: 'float', sample, smooth: true })
/** A floating operand that stays fixed. */
export const fixed = (shape: Shape, sample: Sampler = normal): Operand => ({ shape, dtype: 'float', sample, smooth: false })
/** An operand of a given type, never differentiated. */
export const typed = (dtype: DType, shape: Shape, sample: Sampler): Operand => ({ shape, dtype, sample, smooth: false })
/** int32 from `low` to `high`, both included. */
export const int = (shape: Shape, low = -4, high = 4): Operand =>
  typed('int32', shape, (n, next) => uniform(low, high + 1)(n, next).map(Math.floor))
/** uint32 over all of its range. */
export const word = (shape: Shape): Operand => typed('uint32', shape, (n, next) => uniform(0, 2 ** 32)(n, next).map(Math.floor))
export const bool = (shape: Shape): Operand => typed('bool', shape, (n, next) => uniform(0, 2)(n, next).map(Math.floor))

type Apply = Row['f']
type Options = Partial<Pick<Row, 'order' | 'modes' | 'tolerance' | 'same'>>
const row = (about: string, f: Apply, operands: readonly Operand[], order: Row['order'], options: Options): Row => ({
  about,
  f,
  operands,
  order,
  modes: 'both',
  tolerance: 1,
  ...options,
})
/** A row with derivatives of all orders. */
export const smooth = (about: string, f: Apply, operands: readonly Operand[], options: Options = {}): Row =>
  row(about, f, operands, 2, options)
/** A row without derivatives. */
export const rough = (about: string, f: Apply, operands: readonly Operand[], options: Options = {}): Row =>
  row(about, f, operands, 0, options)
