/** What a lowering is: the operations of StableHLO that stand for one application of a primitive. */
import { type Application, type Aval, type DType, dtypes, isFloating } from '@heddle/func/backend'
import type * as Func from '@heddle/func/backend'
import type { Block, Value } from '../text/block'
import type { Scalar } from '../text/constant'

export type Applied<P> = Application<P, Value>
export type Lower<P> = Func.Lowering<P, Block, Value>
/** A row a primitive: one that is missing does not compile. */
export type Lowerings<N extends Func.PrimitiveName = Func.PrimitiveName> = Func.Lowerings<Block, Value, Aval, N>

/** The least value of a dtype, which no maximum is below. */
export const lowest = (dtype: DType): Scalar => {
  const { kind, bits } = dtypes[dtype]
  return kind === 'bool' ? false : isFloating(dtype) ? -Infinity : kind === 'uint' ? 0n : -(1n << BigInt(bits - 1))
}
export const highest = (dtype: DType): Scalar => {
  const { kind, bits } = dtypes[dtype]
  return kind === 'bool' ? true : isFloating(dtype) ? Infinity : (1n << BigInt(kind === 'uint' ? bits : bits - 1)) - 1n
}
