/**
 * `checkpoint` (rematerialization): the backward pass computes the body's intermediate values again instead of keeping them.
 *
 * Cutting it into known and unknown parts keeps only its inputs and what the policy names; everything else that the unknown
 * part reads is recomputed inside it, and the unknown part is a checkpoint again, so the recomputation happens in its turn.
 */
import type { Aval } from '../../aval'
import { batchJaxpr, jvpJaxpr, splitJvpOuts } from '../../interpreters/jaxprs'
import { partialEvalJaxpr } from '../../interpreters/partial-eval'
import { run, runOpened } from '../../interpreters/run'
import { stageClosed } from '../../interpreters/stage'
import { transposeJaxpr } from '../../interpreters/transpose'
import { dceIns, live } from '../../ir/dce'
import type { Jaxpr, Var } from '../../ir/jaxpr'
import { inAvals, outAvals } from '../../ir/jaxpr'
import { bits, idOf, memo } from '../../ir/memo'
import { type CallSettings, defineCall, isLinear, type Primitive } from '../../primitive'
import type { Tensor } from '../../tensor'
import { bind } from '../../trace'
import { checkTypes } from '../check'
import { callProgram, merge, moveToFront, linearCotangents } from './jit'

/** Whether the results of an equation are kept for the backward pass. */
export type CheckpointPolicy = (equation: {
  readonly primitive: string
  readonly params: unknown
  readonly ins: readonly Aval[]
  readonly outs: readonly Aval[]
}) => boolean

/** A program whose intermediate values are computed again. */
export interface CheckpointParams {
  readonly jaxpr: Jaxpr
  readonly policy: CheckpointPolicy | null
  /** Keep the recomputation apart from equal work outside. */
  readonly preventCse: boolean
}
/** Calls a program whose intermediate values are not kept for the backward pass. */
export const checkpointCall = (xs: readonly Tensor[], params: CheckpointParams): readonly Tensor[] => bind(checkpointP, xs, params)

interface Cut {
  /** Known inputs -> known outputs, then saved values. */
  readonly known: Jaxpr
  readonly numSaved: number
  /** Which known inputs the unknown part reads again. */
  readonly reread: readonly boolean[]
  /** Saved values, known inputs read again, unknown inputs -> unknown outputs. */
  readonly unknown: Jaxpr
  readonly outUnknown: readonly boolean[]
}
const cut = (jaxpr: Jaxpr, policy: CheckpointPolicy | null, unknownIns: readonly boolean[]): Cut =>
  memo(jaxpr, `remat:${idOf(policy)}:${bits(unknownIns)}`, () => {
    const open = stageClosed((xs) => runOpened(jaxpr, xs), inAvals(jaxpr), 'checkpoint')
    const { known, unknown, outUnknown, numResiduals } = partialEvalJaxpr(open, unknownIns)
    const numKnownOuts = known.outs.length - numResiduals
    const kept = known.eqns.filter((e) =>
      policy?.({
        primitive: e.primitive.name,
        params: e.params,
        ins: e.ins.map((a) => a.aval),
        outs: e.outs.map((v) => v.aval),
      }),
    )
    const savable = kept.flatMap((e) => e.outs)
    const again = dceIns(
      {
        ins: [...savable, ...known.ins],
        eqns: known.eqns.filter((e) => !kept.includes(e)),
        outs: known.outs.slice(numKnownOuts),
        axisNames: known.axisNames,
      },
      new Array<boolean>(numResiduals).fill(true),
    )
    const saved: Var[] = savable.filter((_, i) => again.usedIns[i])
    const reread = known.ins.map((_, i) => again.usedIns[savable.length + i]!)
    const unknownTypes = inAvals(open).filter((_, i) => unknownIns[i])
    const numAgain = again.jaxpr.ins.length
    return {
      known: live({ ...known, outs: [...known.outs.slice(0, numKnownOuts), ...saved] }),
      numSaved: saved.length,
      reread,
      unknown: stageClosed(
        (xs) => run(unknown, [...run(again.jaxpr, xs.slice(0, numAgain)), ...xs.slice(numAgain)]),
        [...inAvals(again.jaxpr), ...unknownTypes],
        'checkpoint',
      ),
      outUnknown,
    }
  })

const settings: CallSettings = { donated: [], device: null, name: 'checkpoint' }
const checkpointP: Primitive<CheckpointParams> = defineCall('checkpoint', {
  abstractEval: (ins, { jaxpr }) => checkTypes(ins, inAvals(jaxpr)) ?? outAvals(jaxpr),
  jvp: (xs, ts, p) => {
    const derived = jvpJaxpr(
      p.jaxpr,
      ts.map((t) => t !== null),
    )
    const outs = checkpointCall([...xs, ...ts.filter((t): t is Tensor => t !== null)], { ...p, jaxpr: derived.jaxpr })
    return splitJvpOuts(outs, derived.outNonzero)
  },
  transpose: (cts, ins, p) => {
    const back = transposeJaxpr(
      p.jaxpr,
      ins.map(isLinear),
      cts.map((c) => c !== null),
    )
    const known = ins.filter((x): x is Tensor => !isLinear(x))
    return linearCotangents(ins, checkpointCall([...known, ...cts.filter((c): c is Tensor => c !== null)], { ...p, jaxpr: back }))
  },
  batch: (axis, xs, dims, p) => {
    const derived = batchJaxpr(
      p.jaxpr,
      axis,
      dims.map((d) => d !== null),
    )
    const outs = checkpointCall(moveToFront(xs, dims), { ...p, jaxpr: derived.jaxpr })
    return [outs, derived.outBatched.map((b) => (b ? 0 : null))]
  },
  partialEval: (xs, unknown, p, emit) => {
    const c = cut(p.jaxpr, p.policy, unknown)
    const knownXs = xs.filter((_, i) => !unknown[i])
    const outs = callProgram(c.known, knownXs, { name: 'checkpoint' })
    const numKnown = outs.length - c.numSaved
    const operands = [...outs.slice(numKnown), ...knownXs.filter((_, i) => c.reread[i]), ...xs.filter((_, i) => unknown[i])]
    return merge(c.outUnknown, emit(checkpointP, operands, { ...p, jaxpr: c.unknown }), outs.slice(0, numKnown))
  },
  dce: (p, used) => {
    const r = dceIns(p.jaxpr, used)
    return { params: { ...p, jaxpr: r.jaxpr }, usedIns: r.usedIns, keptOuts: used }
  },
  program: ({ jaxpr }) => jaxpr,
  settings: () => settings,
  barrier: ({ preventCse }) => preventCse,
  show: ({ jaxpr, policy, preventCse }) => ({ jaxpr, policy: policy?.name ?? null, preventCse }),
})
