/**
 * The jaxpr: a first-order typed program. Equations in order of evaluation, each variable bound once. Bodies of loops and
 * calls are jaxprs in the parameters of their equation. A jaxpr is closed: what its function closed over are leading inputs.
 */
import type { Aval } from '../aval'
import type { Origin } from '../origin'
import type { Recorded } from '../primitive'
import type { Tensor } from '../tensor'

/** A value of a program; its identity is its name. */
export interface Var {
  readonly _tag: 'Var'
  readonly aval: Aval
}
/** A scalar known when the program was made. */
export interface Literal {
  readonly _tag: 'Literal'
  readonly aval: Aval
  readonly value: number | bigint | boolean
}
/** What an equation reads. */
export type Atom = Var | Literal

/** One application in a program: operands, parameters, results. */
export interface Eqn {
  /** Its parameters are typed by it; the equation forgets that. */
  readonly primitive: Recorded<never>
  readonly params: unknown
  readonly ins: readonly Atom[]
  readonly outs: readonly Var[]
  /** Where it comes from; means nothing for what it computes. */
  readonly origin?: Origin
}
/** A program: inputs, equations in order, outputs. */
export interface Jaxpr {
  readonly ins: readonly Var[]
  readonly eqns: readonly Eqn[]
  readonly outs: readonly Atom[]
  /** Named axes used and not bound inside. */
  readonly axisNames: readonly string[]
}
/** A jaxpr and the tensors for its first inputs. */
export interface ClosedJaxpr {
  readonly jaxpr: Jaxpr
  readonly consts: readonly Tensor[]
}
export const newVar = (aval: Aval): Var => ({ _tag: 'Var', aval })
export const inAvals = (j: Jaxpr): readonly Aval[] => j.ins.map((v) => v.aval)
export const outAvals = (j: Jaxpr): readonly Aval[] => j.outs.map((v) => v.aval)
