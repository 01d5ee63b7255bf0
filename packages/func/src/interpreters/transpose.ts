/** Reverse mode: a program that is linear in some inputs, run backwards on cotangents of its outputs. */
import type { Atom, Jaxpr, Var } from '../ir/jaxpr'
import { inAvals, outAvals } from '../ir/jaxpr'
import { bits, memo } from '../ir/memo'
import { literal, zerosLike } from '../literal'
import { reapplying } from '../origin'
import { type Linear, ruleOf, type Tangent } from '../primitive'
import { addAny } from '../primitives/structural'
import type { Tensor } from '../tensor'
import { partialEvalFlat } from './partial-eval'
import { run } from './run'
import { stageClosed } from './stage'

/** Every equation of `jaxpr` depends on its linear inputs, which follow the `known.length` known ones. */
export const backward = (jaxpr: Jaxpr, known: readonly Tensor[], cts: readonly Tangent[]): readonly Tangent[] => {
  const values = new Map<Var, Tensor>()
  known.forEach((x, i) => values.set(jaxpr.ins[i]!, x))
  const sums = new Map<Var, Tensor>()
  const give = (a: Atom, ct: Tangent | undefined): void => {
    if (!ct || a._tag === 'Literal' || values.has(a)) return
    const before = sums.get(a)
    sums.set(a, before ? addAny(before, ct) : ct)
  }
  const operand = (a: Atom): Tensor | Linear =>
    a._tag === 'Literal' ? literal(a.value, a.aval.dtype, a.aval.weakType) : (values.get(a) ?? { _tag: 'Linear', aval: a.aval })
  jaxpr.outs.forEach((a, i) => give(a, cts[i]))
  reapplying((at) => {
    for (let i = jaxpr.eqns.length - 1; i >= 0; i--) {
      const e = jaxpr.eqns[i]!
      const outCts = e.outs.map((v) => sums.get(v) ?? null)
      if (outCts.every((c) => c === null)) continue
      for (const v of e.outs) sums.delete(v)
      at(e.origin)
      const inCts = ruleOf(e.primitive.name, 'transpose', e.primitive.transpose)(outCts, e.ins.map(operand), e.params as never)
      e.ins.forEach((a, k) => give(a, inCts[k]))
    }
  })
  return jaxpr.ins.slice(known.length).map((v) => sums.get(v) ?? null)
}

/**
 * The transpose of a program as a program: non-linear inputs, then cotangents of the outputs in `given` -> cotangents of
 * the linear inputs, zeros included. Parts that do not depend on linear inputs are evaluated first.
 */
export const transposeJaxpr = (jaxpr: Jaxpr, linear: readonly boolean[], given: readonly boolean[]): Jaxpr =>
  memo(jaxpr, `transpose:${bits(linear)}:${bits(given)}`, () => {
    const types = inAvals(jaxpr)
    const known = types.filter((_, i) => !linear[i])
    const linearTypes = types.filter((_, i) => linear[i])
    const ctTypes = outAvals(jaxpr).filter((_, i) => given[i])
    return stageClosed(
      (xs) => {
        let nextKnown = 0
        let nextCt = known.length
        const cts = jaxpr.outs.map((_, i) => (given[i] ? xs[nextCt++]! : null))
        const r = partialEvalFlat(
          (ys) => run(jaxpr, ys),
          types.map((a, i) => (linear[i] ? a : xs[nextKnown++]!)),
        )
        const inCts = backward(
          r.jaxpr,
          r.residuals,
          cts.filter((_, i) => r.knownOuts[i] === null),
        )
        return inCts.map((c, i) => c ?? zerosLike({ aval: linearTypes[i]! }))
      },
      [...known, ...ctTypes],
      'transpose',
    )
  })
