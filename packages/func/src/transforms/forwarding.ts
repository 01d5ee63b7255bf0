/**
 * Results that are inputs: what a body hands through unchanged is answered as the tensor that it was given, not as a result of the
 * primitive around it. So it stays without vmap's axis, independent of a loop's counter, and nothing is chosen or copied for it.
 * Source: jax's `_jaxpr_forwarding`.
 */
import { ConcreteTensor } from '../array'
import type { ClosedJaxpr } from '../ir/jaxpr'
import { copy } from '../primitives/piecewise'
import type { Tensor } from '../tensor'
import { isStaging } from '../trace'

/** For each output the place of the input that it is, constants counted first; -1 for one that is computed. */
export const handedThrough = ({ jaxpr }: Pick<ClosedJaxpr, 'jaxpr'>): readonly number[] =>
  jaxpr.outs.map((o) => (o._tag === 'Var' ? jaxpr.ins.indexOf(o) : -1))

/** Whether memory is at stake: a value now, not one of a program under construction or of a transformation. */
const isValue = (x: Tensor): boolean => x instanceof ConcreteTensor && !isStaging()
/** A tensor that is handed through, as a result: a value gets a handle of its own, which the caller may dispose of alone. */
export const asResult = (x: Tensor): Tensor => (isValue(x) ? copy(x) : x)

/** The results of a call, with the tensors that were given in place of what it hands through. */
export const forwarded = (through: readonly number[], given: readonly Tensor[], results: readonly Tensor[]): readonly Tensor[] =>
  results.map((r, i) => {
    const x = given[through[i]!]
    return x === undefined || isValue(x) ? r : x
  })
