/** Which result takes the memory of which donated argument: the next of its type, as JAX decides it. */
import { tensorType, type Type } from '../text/type'

/**
 * The attributes of each argument; empty for none. Over several devices the compiler chooses the pairs (`paired` false): it alone knows
 * how results lie, and memory passes between parts of one size.
 */
export const donations = (
  ins: readonly Type[],
  outs: readonly Type[],
  donated: readonly boolean[],
  { paired }: { readonly paired: boolean },
): readonly string[] => {
  const waiting = new Map<string, number[]>()
  ins.forEach((t, i) => {
    if (!donated[i]) return
    const key = tensorType(t)
    waiting.set(key, [...(waiting.get(key) ?? []), i])
  })
  const attributes = ins.map((_, i): string => (donated[i] ? 'jax.buffer_donor = true' : ''))
  if (!paired) return attributes
  outs.forEach((t, o) => {
    const i = waiting.get(tensorType(t))?.shift()
    if (i !== undefined) attributes[i] = `tf.aliasing_output = ${o} : i32`
  })
  return attributes
}
