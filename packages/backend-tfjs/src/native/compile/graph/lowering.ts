/** What a lowering is: the nodes that stand for one application of a primitive. */
import type { Lowering, Lowerings as Table, PrimitiveName } from '@heddle/func/backend'
import type { Block, Type, Value } from './block'

export type Lower<P> = Lowering<P, Block, Value, Type>
/** A row a primitive: one that is missing does not compile. */
export type Lowerings<N extends PrimitiveName = PrimitiveName> = Table<Block, Value, Type, N>
