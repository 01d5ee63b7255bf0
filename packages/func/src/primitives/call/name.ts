/** `name`: the identity, with a name for checkpoint policies. */
import { defineMark, handedOn } from '../../primitive'
import type { Tensor } from '../../tensor'
import { bind1 } from '../../trace'

/** What a value is called, for policies of checkpoints. */
export interface NameParams {
  readonly name: string
}
/** Names a value, for `saveOnlyTheseNames` and its like. Source: jax.ad_checkpoint.checkpoint_name. */
export const checkpointName = (x: Tensor, name: string): Tensor => bind1(nameP, [x], { name })

const nameP = defineMark('name', {
  abstractEval: (ins) => ins,
  jvp: ([x], [t], { name }) => [[checkpointName(x!, name)], [t ? checkpointName(t, name) : null]],
  transpose: ([ct]) => [ct ?? null],
  batch: (_axis, [x], [d], { name }) => [[checkpointName(x!, name)], [d!]],
  evaluate: null,
  interpret: handedOn,
})
