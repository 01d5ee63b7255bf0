/** The named axes that equations use and do not bind. */
import { axisNamesIn } from '../primitive'
import type { Eqn } from './jaxpr'

export const axisNamesOf = (eqns: readonly Eqn[]): readonly string[] => {
  const names = new Set<string>()
  for (const e of eqns) for (const n of axisNamesIn(e.primitive, e.params as never)) names.add(n)
  return [...names]
}
