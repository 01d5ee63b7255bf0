/** Dead code elimination: equations and inputs that no wanted output depends on. */
import type { Eqn, Jaxpr, Var } from './jaxpr'

/** The program with only the outputs in `used`, all its inputs kept; and which of the inputs it still reads. */
export const dce = (jaxpr: Jaxpr, used: readonly boolean[]): { readonly jaxpr: Jaxpr; readonly usedIns: readonly boolean[] } => {
  const outs = jaxpr.outs.filter((_, i) => used[i])
  const live = new Set<Var>()
  for (const o of outs) if (o._tag === 'Var') live.add(o)
  const eqns: Eqn[] = []
  for (let i = jaxpr.eqns.length - 1; i >= 0; i--) {
    const e = trim(jaxpr.eqns[i]!, live)
    if (e === undefined) continue
    eqns.push(e)
    for (const a of e.ins) if (a._tag === 'Var') live.add(a)
  }
  eqns.reverse()
  const axisNames = jaxpr.axisNames.filter((n) => eqns.some((e) => e.primitive.axisNames?.(e.params as never).includes(n)))
  return { jaxpr: { ins: jaxpr.ins, eqns, outs, axisNames }, usedIns: jaxpr.ins.map((v) => live.has(v)) }
}
/** The equation without what its body computes for nobody; undefined if nothing is used. */
const trim = (e: Eqn, live: ReadonlySet<Var>): Eqn | undefined => {
  const usedOuts = e.outs.map((v) => live.has(v))
  if (!usedOuts.includes(true) && !e.primitive.effectful) return undefined
  if (!e.primitive.dce || !(usedOuts.includes(false) || e.primitive.inline)) return e
  const { params, usedIns, keptOuts } = e.primitive.dce(e.params as never, usedOuts)
  return { primitive: e.primitive, params, ins: e.ins.filter((_, i) => usedIns[i]), outs: e.outs.filter((_, i) => keptOuts[i]) }
}
/** Without the unused inputs; the mask says which of the original ones remain. */
export const dceIns = (jaxpr: Jaxpr, used: readonly boolean[]): { readonly jaxpr: Jaxpr; readonly usedIns: readonly boolean[] } => {
  const r = dce(jaxpr, used)
  return { jaxpr: { ...r.jaxpr, ins: r.jaxpr.ins.filter((_, i) => r.usedIns[i]) }, usedIns: r.usedIns }
}
