/** What rules of derivatives may close over: nothing that a transformation further in has made. */
import { ArgumentError } from '../error'
import type { Tensor } from '../tensor'

/**
 * A result of a function with rules that belongs above the trace that has run the rule depends on the operands by another way than
 * these, and would get no derivative. Errors: ArgumentError.
 */
export const checkClosed = (name: string, result: Tensor, level: number): void => {
  if (result.trace.level > level)
    throw new ArgumentError(
      name === 'custom_jvp_call' ? 'customJvp' : 'customVjp',
      'the function or its rule closes over a tensor that is being differentiated, of which the rule says nothing (pass it as an argument, with a tangent or cotangent of its own; or lax.stopGradient of it)',
    )
}
