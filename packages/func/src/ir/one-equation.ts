/** An operation by itself as a program. */
import type { Aval } from '../aval'
import { axisNamesOf } from './axis-names'
import { type Eqn, type Jaxpr, newVar } from './jaxpr'

export const oneEquation = (primitive: Eqn['primitive'], params: unknown, ins: readonly Aval[], outs: readonly Aval[]): Jaxpr => {
  const vars = ins.map(newVar)
  const results = outs.map(newVar)
  const eqns = [{ primitive, params, ins: vars, outs: results }]
  return { ins: vars, eqns, outs: results, axisNames: axisNamesOf(eqns) }
}
