/** Dead code elimination: equations and inputs that no wanted output depends on. The one place that decides what is dead. */
import { axisNamesOf } from './axis-names'
import { bodiesOf } from './bodies'
import { isEffect } from './effects'
import type { Atom, Eqn, Jaxpr } from './jaxpr'
import { bits, memo } from './memo'

interface Reading<V> {
  readonly ins: readonly V[]
  readonly outs: readonly V[]
}
/**
 * The steps that some value in `live` depends on, or that are to be done anyway, in their order; `live` then has all that they read. `trim`
 * may shrink one of them to what is read of it.
 */
export const onlyLive = <V, S extends Reading<V>>(
  steps: readonly S[],
  live: Set<V>,
  anyway: (step: S) => boolean,
  trim: (step: S, live: ReadonlySet<V>) => S = (s) => s,
): readonly S[] => {
  const kept: S[] = []
  for (let i = steps.length - 1; i >= 0; i--) {
    if (!steps[i]!.outs.some((o) => live.has(o)) && !anyway(steps[i]!)) continue
    const s = trim(steps[i]!, live)
    kept.push(s)
    for (const x of s.ins) live.add(x)
  }
  return kept.reverse()
}

interface Trimmed {
  readonly jaxpr: Jaxpr
  readonly usedIns: readonly boolean[]
}
const isAll = (mask: readonly boolean[]): boolean => !mask.includes(false)
/**
 * The program with only the outputs in `used`, all its inputs kept; and which of the inputs it still reads. Made once, and the program
 * itself where nothing is dead, so that who knows it knows it again.
 */
export const dce = (jaxpr: Jaxpr, used: readonly boolean[]): Trimmed =>
  memo(jaxpr, `dce:${bits(used)}`, () => {
    const outs = jaxpr.outs.filter((_, i) => used[i])
    const live = new Set<Atom>(outs)
    const eqns = onlyLive(jaxpr.eqns, live, isEffect, trim)
    const usedIns = jaxpr.ins.map((v) => live.has(v))
    if (isAll(used) && eqns.length === jaxpr.eqns.length && eqns.every((e, i) => e === jaxpr.eqns[i])) return { jaxpr, usedIns }
    const names = axisNamesOf(eqns)
    return { jaxpr: { ins: jaxpr.ins, eqns, outs, axisNames: jaxpr.axisNames.filter((n) => names.includes(n)) }, usedIns }
  })
/** The equation without what its body computes for nobody; itself if that is nothing. */
const trim = (e: Eqn, live: ReadonlySet<Atom>): Eqn => {
  const { primitive } = e
  const rule = primitive.kind === 'call' || primitive.kind === 'loop' ? primitive.dce : null
  const usedOuts = e.outs.map((v) => live.has(v))
  if (!rule || (isAll(usedOuts) && primitive.kind === 'loop')) return e
  const { params, usedIns, keptOuts } = rule(e.params as never, usedOuts)
  const made = { ...e, params, ins: e.ins.filter((_, i) => usedIns[i]), outs: e.outs.filter((_, i) => keptOuts[i]) }
  const bodies = bodiesOf(e)
  return isAll(usedIns) && isAll(keptOuts) && bodiesOf(made).every((b, i) => b.jaxpr === bodies[i]!.jaxpr) ? e : made
}
/** All that the outputs depend on. */
export const live = (jaxpr: Jaxpr): Jaxpr =>
  dce(
    jaxpr,
    jaxpr.outs.map(() => true),
  ).jaxpr
/** Without the unused inputs; the mask says which of the original ones remain. */
export const dceIns = (jaxpr: Jaxpr, used: readonly boolean[]): Trimmed => {
  const r = dce(jaxpr, used)
  return isAll(r.usedIns)
    ? r
    : memo(r.jaxpr, 'dce-ins', () => ({ ...r, jaxpr: { ...r.jaxpr, ins: r.jaxpr.ins.filter((_, i) => r.usedIns[i]) } }))
}
