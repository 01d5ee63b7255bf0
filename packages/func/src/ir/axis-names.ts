/** The named axes that equations use and do not bind. */
import type { Eqn } from './jaxpr'

export const axisNamesOf = (eqns: readonly Eqn[]): readonly string[] => {
  const names = new Set<string>()
  for (const e of eqns) if (e.primitive.axisNames) for (const n of e.primitive.axisNames(e.params as never)) names.add(n)
  return [...names]
}
