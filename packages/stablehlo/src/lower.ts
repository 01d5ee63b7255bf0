/** What a lowering is: the operations of StableHLO that stand for one application of a primitive. */
import type { Aval, DType, LeafName, ParamsOf } from '@heddle/func/backend'
import { dtypes, isFloating } from '@heddle/func/backend'
import type { Block, Value } from './text/block'
import type { Scalar } from './text/constant'

export interface Call<P> {
  readonly params: P
  readonly ins: readonly Value[]
  readonly outs: readonly Aval[]
}
export type Lower<P> = (b: Block, call: Call<P>) => readonly Value[]
/** A row a primitive: one that is missing does not compile. */
export type Lowerings<N extends LeafName = LeafName> = { readonly [K in N]: Lower<ParamsOf[K]> }

/** The least value of a dtype, which no maximum is below. */
export const lowest = (dtype: DType): Scalar => {
  const { kind, bits } = dtypes[dtype]
  return kind === 'bool' ? false : isFloating(dtype) ? -Infinity : kind === 'uint' ? 0n : -(1n << BigInt(bits - 1))
}
export const highest = (dtype: DType): Scalar => {
  const { kind, bits } = dtypes[dtype]
  return kind === 'bool' ? true : isFloating(dtype) ? Infinity : (1n << BigInt(kind === 'uint' ? bits : bits - 1)) - 1n
}
