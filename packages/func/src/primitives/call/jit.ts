/** `jit`: a call of a program. A backend runs it whole; derivatives and batched versions are calls again. */
import { batchJaxpr, jvpJaxpr, splitJvpOuts } from '../../interpreters/jaxprs'
import { partialEvalJaxpr } from '../../interpreters/partial-eval'
import { transposeJaxpr } from '../../interpreters/transpose'
import { dceIns } from '../../ir/dce'
import type { Jaxpr } from '../../ir/jaxpr'
import { inAvals, outAvals } from '../../ir/jaxpr'
import { memo } from '../../ir/memo'
import { definePrimitive, type Emit, isLinear, type Linear, type Tangent, type Primitive } from '../../primitive'
import type { Tensor } from '../../tensor'
import { bind } from '../../trace'
import { checkTypes } from '../check'
import { moveAxis } from '../structural'

export interface JitParams {
  readonly jaxpr: Jaxpr
  readonly name: string
  /** One for each input; empty for none. */
  readonly donated: readonly boolean[]
}
/** Calls a program as one equation. */
export const call = (xs: readonly Tensor[], params: JitParams): readonly Tensor[] => bind(jitP, xs, params)
/** A call that gives no memory away. Equal programs and names have one set of parameters, so that a backend knows them again. */
const undonated = (jaxpr: Jaxpr, name: string): JitParams => memo(jaxpr, `call:${name}`, () => ({ jaxpr, name, donated: [] }))
export const callProgram = (jaxpr: Jaxpr, xs: readonly Tensor[], name: string): readonly Tensor[] => call(xs, undonated(jaxpr, name))

/** Merges known and emitted results in the order of the outputs. */
export const merge = <A>(mask: readonly boolean[], whenTrue: readonly A[], whenFalse: readonly A[]): A[] => {
  let t = 0
  let f = 0
  return mask.map((m) => (m ? whenTrue[t++]! : whenFalse[f++]!))
}
/** Cotangents for linear operands, in their places. */
export const place = (ins: readonly (Tensor | Linear)[], cts: readonly Tensor[]): readonly Tangent[] => {
  let next = 0
  return ins.map((x) => (isLinear(x) ? cts[next++]! : null))
}

/** Batched operands with the axis first, the others as they are. */
export const moveToFront = (xs: readonly Tensor[], dims: readonly (number | null)[]): Tensor[] =>
  xs.map((x, i) => (dims[i] === null || dims[i] === undefined ? x : moveAxis(x, dims[i]!, 0)))

const jitP: Primitive<JitParams> = definePrimitive('jit', {
  abstractEval: (ins, { jaxpr }) => checkTypes(ins, inAvals(jaxpr)) ?? outAvals(jaxpr),
  jvp: (xs, ts, { jaxpr, name }) => {
    const derived = jvpJaxpr(
      jaxpr,
      ts.map((t) => t !== null),
    )
    const outs = callProgram(derived.jaxpr, [...xs, ...ts.filter((t): t is Tensor => t !== null)], name)
    return splitJvpOuts(outs, derived.outNonzero)
  },
  transpose: (cts, ins, { jaxpr, name }) => {
    const linear = ins.map(isLinear)
    const given = cts.map((c) => c !== null)
    const back = transposeJaxpr(jaxpr, linear, given)
    const known = ins.filter((x): x is Tensor => !isLinear(x))
    return place(ins, callProgram(back, [...known, ...cts.filter((c): c is Tensor => c !== null)], name))
  },
  batch: (axis, xs, dims, { jaxpr, name }) => {
    const derived = batchJaxpr(
      jaxpr,
      axis,
      dims.map((d) => d !== null),
    )
    const outs = callProgram(derived.jaxpr, moveToFront(xs, dims), name)
    return [outs, derived.outBatched.map((b) => (b ? 0 : null))]
  },
  partialEval: (xs, unknown, { jaxpr, name }, emit: Emit) => {
    const cut = partialEvalJaxpr(jaxpr, unknown)
    const knownOuts = callProgram(
      cut.known,
      xs.filter((_, i) => !unknown[i]),
      name,
    )
    const numKnown = knownOuts.length - cut.numResiduals
    const residuals = knownOuts.slice(numKnown)
    const unknownOuts = emit(jitP, [...residuals, ...xs.filter((_, i) => unknown[i])], undonated(cut.unknown, name))
    return merge(cut.outUnknown, unknownOuts, knownOuts.slice(0, numKnown))
  },
  dce: (params, used) => {
    const r = dceIns(params.jaxpr, used)
    return {
      params: { ...params, jaxpr: r.jaxpr, donated: params.donated.filter((_, i) => r.usedIns[i]) },
      usedIns: r.usedIns,
      keptOuts: used,
    }
  },
  inline: ({ jaxpr }) => jaxpr,
  donated: (p) => p.donated,
  label: (p) => p.name,
  axisNames: ({ jaxpr }) => jaxpr.axisNames,
  show: ({ jaxpr, name, donated }) => ({ jaxpr, name, ...(donated.includes(true) ? { donated } : {}) }),
})
