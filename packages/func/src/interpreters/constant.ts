/**
 * `constant`: a tensor that stands in a program. Tracing makes what a function closes over leading inputs; only where a
 * program may have no further inputs, as the derivative of another, what a user's rule closes over stands in it so.
 */
import { ConcreteTensor } from '../array'
import { aval, showAval } from '../aval'
import { ArgumentError } from '../error'
import type { Eqn, Jaxpr } from '../ir/jaxpr'
import { defineMark, type Recorded, unsupported } from '../primitive'
import type { Tensor } from '../tensor'

/** A tensor that a program holds. */
export interface ConstantParams {
  readonly value: ConcreteTensor
}
const noOperands = unsupported('it has no operands')
const constantP = defineMark('constant', {
  abstractEval: (_ins, { value: { aval: a } }) => [aval(a.shape, a.dtype, a.weakType)],
  jvp: noOperands,
  transpose: noOperands,
  batch: noOperands,
  evaluate: (_xs, { value }) => [value],
  interpret: ({ value }, host) => {
    const held = host.hold(value)
    return () => [host.share(held)]
  },
  show: ({ value }) => ({ value: showAval(value.aval) }),
})

/**
 * The program without its leading inputs, which have these values always.
 * Errors: ArgumentError where one of them is itself traced.
 */
export const withConstants = (jaxpr: Jaxpr, consts: readonly Tensor[], name: string): Jaxpr => {
  const eqns = consts.map((value, i): Eqn => {
    if (!(value instanceof ConcreteTensor))
      throw new ArgumentError(
        name,
        `a rule given to customJvp or customVjp closes over a traced tensor of type ${showAval(value.aval)}; make it an argument, or a residual`,
      )
    return { primitive: constantP as unknown as Recorded<never>, params: { value }, ins: [], outs: [jaxpr.ins[i]!] }
  })
  return { ...jaxpr, ins: jaxpr.ins.slice(consts.length), eqns: [...eqns, ...jaxpr.eqns] }
}
