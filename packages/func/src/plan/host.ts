/** A step of a program that the host does: it gets tensors, and answers some. */
import type { Aval } from '../aval'
import type { HostPrimitive, Interpreter, Step } from '../primitive'
import type { Tensor } from '../tensor'
import { atGround } from '../trace'

/** What functions of users have thrown: theirs to see, as it is. */
const thrown = new WeakSet<object>()
export const isUsers = (error: unknown): boolean => typeof error === 'object' && error !== null && thrown.has(error)

/** Calls the user's function outside of all transformations. */
export const perform = <P>(primitive: HostPrimitive<P>, xs: readonly Tensor[], params: P): readonly Tensor[] => {
  try {
    return atGround(() => primitive.perform(xs, params))
  } catch (e) {
    if (typeof e === 'object' && e !== null) thrown.add(e)
    throw e
  }
}
export const hostStep =
  <B>(host: Interpreter<B>, primitive: HostPrimitive<never>, params: unknown, ins: readonly Aval[]): Step<B> =>
  (inputs) =>
    perform(
      primitive,
      inputs.map((x, i) => host.lend(host.whole(x), ins[i]!)),
      params as never,
    ).map(host.accept)
