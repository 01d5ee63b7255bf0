/** `jit`: a call of a program. A backend runs it whole; derivatives and batched versions are calls again. */
import type { Backend } from '../../backend/backend'
import { batchJaxpr, jvpJaxpr, splitJvpOuts } from '../../interpreters/jaxprs'
import { partialEvalJaxpr } from '../../interpreters/partial-eval'
import { transposeJaxpr } from '../../interpreters/transpose'
import { dceIns } from '../../ir/dce'
import type { Atom, Jaxpr } from '../../ir/jaxpr'
import { inAvals, outAvals } from '../../ir/jaxpr'
import { idOf, memo } from '../../ir/memo'
import { defineCall, type Emit, isLinear, type Linear, type Primitive, type Tangent } from '../../primitive'
import type { Tensor } from '../../tensor'
import { bind } from '../../trace'
import { checkTypes } from '../check'
import { moveAxis } from '../structural'

/** A program that is called. */
export interface JitParams {
  readonly jaxpr: Jaxpr
  readonly name: string
  /** One for each input; empty for none. */
  readonly donated: readonly boolean[]
  /** Where it runs; null: where its operands are. */
  readonly device: Backend | null
}
/** Calls a program as one equation. */
export const call = (xs: readonly Tensor[], params: JitParams): readonly Tensor[] => bind(jitP, xs, params)
/** A call that gives no memory away. Equal programs and names have one set of parameters, so that a backend knows them again. */
const undonated = (jaxpr: Jaxpr, { name, device = null }: Called): JitParams =>
  memo(jaxpr, `call:${idOf(device)}:${name}`, () => ({ jaxpr, name, donated: [], device }))
/** What a derived call has of the call it comes from. */
type Called = Pick<JitParams, 'name'> & Partial<Pick<JitParams, 'device'>>
export const callProgram = (jaxpr: Jaxpr, xs: readonly Tensor[], called: Called): readonly Tensor[] => call(xs, undonated(jaxpr, called))

/** Merges known and emitted results in the order of the outputs. */
export const merge = <A>(mask: readonly boolean[], whenTrue: readonly A[], whenFalse: readonly A[]): A[] => {
  let t = 0
  let f = 0
  return mask.map((m) => (m ? whenTrue[t++]! : whenFalse[f++]!))
}
/** Cotangents for linear operands, in their places. */
export const linearCotangents = (ins: readonly (Tensor | Linear)[], cts: readonly Tensor[]): readonly Tangent[] => {
  let next = 0
  return ins.map((x) => (isLinear(x) ? cts[next++]! : null))
}

/** Batched operands with the axis first, the others as they are. */
export const moveToFront = (xs: readonly Tensor[], dims: readonly (number | null)[]): Tensor[] =>
  xs.map((x, i) => (dims[i] === null || dims[i] === undefined ? x : moveAxis(x, dims[i]!, 0)))

/** Where a residual is to be had. */
type Source = { readonly input: number } | { readonly output: number }
/** The known part without results that the caller has anyway: residuals that are its inputs, or a result for the second time. */
const forwarding = (known: Jaxpr, numKnown: number): { readonly known: Jaxpr; readonly sources: readonly Source[] } =>
  memo(known, `forward:${numKnown}`, () => {
    const outs: Atom[] = known.outs.slice(0, numKnown)
    const sources = known.outs.slice(numKnown).map((residual): Source => {
      const input = known.ins.findIndex((v) => v === residual)
      if (input >= 0) return { input }
      const output = outs.indexOf(residual)
      return { output: output >= 0 ? output : outs.push(residual) - 1 }
    })
    return { known: { ...known, outs }, sources }
  })

const jitP: Primitive<JitParams> = defineCall('jit', {
  abstractEval: (ins, { jaxpr }) => checkTypes(ins, inAvals(jaxpr)) ?? outAvals(jaxpr),
  jvp: (xs, ts, p) => {
    const derived = jvpJaxpr(
      p.jaxpr,
      ts.map((t) => t !== null),
    )
    const outs = callProgram(derived.jaxpr, [...xs, ...ts.filter((t): t is Tensor => t !== null)], p)
    return splitJvpOuts(outs, derived.outNonzero)
  },
  transpose: (cts, ins, p) => {
    const linear = ins.map(isLinear)
    const given = cts.map((c) => c !== null)
    const back = transposeJaxpr(p.jaxpr, linear, given)
    const known = ins.filter((x): x is Tensor => !isLinear(x))
    return linearCotangents(ins, callProgram(back, [...known, ...cts.filter((c): c is Tensor => c !== null)], p))
  },
  batch: (axis, xs, dims, p) => {
    const derived = batchJaxpr(
      p.jaxpr,
      axis,
      dims.map((d) => d !== null),
    )
    const outs = callProgram(derived.jaxpr, moveToFront(xs, dims), p)
    return [outs, derived.outBatched.map((b) => (b ? 0 : null))]
  },
  partialEval: (xs, unknown, p, emit: Emit) => {
    const cut = partialEvalJaxpr(p.jaxpr, unknown)
    const numKnown = cut.known.outs.length - cut.numResiduals
    const { known, sources } = forwarding(cut.known, numKnown)
    const knownXs = xs.filter((_, i) => !unknown[i])
    const knownOuts = callProgram(known, knownXs, p)
    const residuals = sources.map((s) => ('input' in s ? knownXs[s.input]! : knownOuts[s.output]!))
    const unknownOuts = emit(jitP, [...residuals, ...xs.filter((_, i) => unknown[i])], undonated(cut.unknown, p))
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
  program: ({ jaxpr }) => jaxpr,
  settings: (p) => p,
  barrier: null,
  show: ({ jaxpr, name, donated, device }) => ({
    jaxpr,
    name,
    ...(donated.includes(true) ? { donated } : {}),
    ...(device === null ? {} : { device: device.name }),
  }),
})
