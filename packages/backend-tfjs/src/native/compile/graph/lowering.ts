/** What a lowering is: the nodes that stand for one application of a primitive. */
import type { LeafName, ParamsOf } from '@heddle/func/backend'
import type { Block, Type, Values } from './block'

export interface Call<P> {
  readonly params: P
  readonly ins: Values
  readonly outs: readonly Type[]
}
export type Lower<P> = (b: Block, call: Call<P>) => Values
/** A row a primitive: one that is missing does not compile. */
export type Lowerings<N extends LeafName = LeafName> = { readonly [K in N]: Lower<ParamsOf[K]> }
