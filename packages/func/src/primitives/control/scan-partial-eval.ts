/**
 * A scan cut in two: a loop over what is known now, and one over the rest, which reads what the first has left.
 *
 * What it leaves is kept small: a value that depends on constants alone is computed once, outside; a scanned operand is
 * passed on as it is; only the rest is stacked.
 */
import { range } from '../../aval'
import { partialEvalJaxpr } from '../../interpreters/partial-eval'
import { run } from '../../interpreters/run'
import { stageClosed } from '../../interpreters/stage'
import { live } from '../../ir/dce'
import { hasEffects } from '../../ir/effects'
import type { Jaxpr } from '../../ir/jaxpr'
import { inAvals } from '../../ir/jaxpr'
import { bits, memo } from '../../ir/memo'
import type { Tensor } from '../../tensor'
import { fixpoint, roles, type ScanParams } from './scan-params'

type BindScan = (operands: readonly Tensor[], params: ScanParams) => readonly Tensor[]

/** Where a residual comes from. */
type Source =
  | { readonly _tag: 'Const'; readonly index: number } // the invariant program's output
  | { readonly _tag: 'Slice'; readonly index: number } // a known scanned operand
  | { readonly _tag: 'Stack'; readonly index: number } // an output of the known loop

interface Cut {
  /** Known constants -> what is the same in each turn: constants that the known loop needs, then residuals. */
  readonly invariant: Jaxpr
  readonly numLoopConsts: number
  /** (loop constants, known carry, known slices) -> (known carry, known slices, stacked residuals). */
  readonly known: Jaxpr
  readonly numKnownYs: number
  /** (constant residuals, unknown constants, unknown carry, sliced residuals, unknown slices) -> unknown outputs. */
  readonly unknown: Jaxpr
  readonly sources: readonly Source[]
  readonly carryUnknown: readonly boolean[]
  readonly outUnknown: readonly boolean[]
}

const cut = (p: ScanParams, unknownIns: readonly boolean[]): Cut =>
  memo(p.jaxpr, `scan-partial:${p.numConsts}:${p.numCarry}:${bits(unknownIns)}`, () => {
    const [constU, initU, xsU] = roles(unknownIns, p)
    const noYs = new Array<boolean>(p.jaxpr.outs.length - p.numCarry).fill(false)
    const carryU = fixpoint(initU, (c) => partialEvalJaxpr(p.jaxpr, [...constU, ...c, ...xsU], [...c, ...noYs]).outUnknown)
    const { known, unknown, outUnknown, numResiduals } = partialEvalJaxpr(p.jaxpr, [...constU, ...carryU, ...xsU], [...carryU, ...noYs])
    const count = (mask: readonly boolean[]): number => mask.filter((u) => !u).length
    const [nc, nk] = [count(constU), count(carryU)]
    const numOuts = known.outs.length - numResiduals
    // split the known body: what depends on its constants alone comes first, and what has effects stays in the loop
    const split = partialEvalJaxpr(
      known,
      known.ins.map((_, i) => i >= nc),
      known.outs.map((_, i) => i < nk),
      true,
    )
    const invariantOuts = range(known.outs.length).filter((i) => !split.outUnknown[i])
    const loopOuts = range(known.outs.length).filter((i) => split.outUnknown[i])
    // outputs of the whole that are the same in each turn must still be stacked (slices): pass them through the loop
    const invariantYs = invariantOuts.filter((i) => i < numOuts)
    const invariantResiduals = invariantOuts.filter((i) => i >= numOuts)
    const placeOf = (i: number): number => invariantOuts.indexOf(i)
    const loopConsts = split.known.outs.slice(invariantOuts.length)
    const invariantRaw: Jaxpr = {
      ...split.known,
      outs: [
        ...loopConsts,
        ...invariantYs.map((i) => split.known.outs[placeOf(i)]!),
        ...invariantResiduals.map((i) => split.known.outs[placeOf(i)]!),
      ],
    }
    const invariant = live(invariantRaw)
    const numLoopConsts = loopConsts.length + invariantYs.length
    const sources: Source[] = []
    const stackedOuts: number[] = []
    const sliceVars = split.unknown.ins.slice(split.numResiduals + nk)
    for (let r = 0; r < numResiduals; r++) {
      const i = numOuts + r
      if (!split.outUnknown[i]) sources.push({ _tag: 'Const', index: numLoopConsts + invariantResiduals.indexOf(i) })
      else {
        const atom = split.unknown.outs[loopOuts.indexOf(i)]!
        const slice = atom._tag === 'Var' ? sliceVars.indexOf(atom) : -1
        if (slice >= 0) sources.push({ _tag: 'Slice', index: slice })
        else sources.push({ _tag: 'Stack', index: stackedOuts.push(i) - 1 })
      }
    }
    const residualTypes = inAvals(split.unknown).slice(0, split.numResiduals)
    const ysTypes = invariantYs.map((i) => known.outs[i]!.aval)
    const restTypes = inAvals(split.unknown).slice(split.numResiduals)
    const knownLoop = stageClosed(
      (xs) => {
        const n = residualTypes.length
        const passed = xs.slice(n, n + ysTypes.length)
        const outs = run(split.unknown, [...xs.slice(0, n), ...xs.slice(n + ysTypes.length)])
        const at = (i: number): Tensor => (split.outUnknown[i] ? outs[loopOuts.indexOf(i)]! : passed[invariantYs.indexOf(i)]!)
        return [...range(numOuts).map(at), ...stackedOuts.map(at)]
      },
      [...residualTypes, ...ysTypes, ...restTypes],
      'scan',
    )
    const isConst = sources.map((s) => s._tag === 'Const')
    const uConsts = constU.filter(Boolean).length
    const uCarry = carryU.filter(Boolean).length
    const rs = range(numResiduals)
    const from = (a: number, b: number): number[] => range(b - a, a)
    const total = unknown.ins.length
    const order = [
      ...rs.filter((r) => isConst[r]),
      ...from(numResiduals, numResiduals + uConsts + uCarry),
      ...rs.filter((r) => !isConst[r]),
      ...from(numResiduals + uConsts + uCarry, total),
    ]
    return {
      invariant,
      numLoopConsts,
      known: knownLoop,
      numKnownYs: numOuts - nk,
      unknown: { ...unknown, ins: order.map((i) => unknown.ins[i]!) },
      sources,
      carryUnknown: carryU,
      outUnknown,
    }
  })

export const cutScan = (
  xs: readonly Tensor[],
  unknownIns: readonly boolean[],
  p: ScanParams,
  runKnown: BindScan,
  emitUnknown: BindScan,
): readonly Tensor[] => {
  const c = cut(p, unknownIns)
  const [consts, init, scanned] = roles(xs, p)
  const [constU, , xsU] = roles(unknownIns, p)
  const pick = (group: readonly Tensor[], mask: readonly boolean[], want: boolean): Tensor[] => group.filter((_, i) => mask[i] === want)
  const invariants = run(c.invariant, pick(consts, constU, false))
  const knownXs = pick(scanned, xsU, false)
  const knownCarry = pick(init, c.carryUnknown, false)
  const loopConsts = invariants.slice(0, c.numLoopConsts)
  const knownOuts =
    c.known.outs.length === 0 && !hasEffects(c.known)
      ? []
      : runKnown([...loopConsts, ...knownCarry, ...knownXs], {
          ...p,
          jaxpr: c.known,
          numConsts: loopConsts.length,
          numCarry: knownCarry.length,
        })
  const numKnown = knownCarry.length + c.numKnownYs
  const residual = (s: Source): Tensor =>
    s._tag === 'Const' ? invariants[s.index]! : s._tag === 'Slice' ? knownXs[s.index]! : knownOuts[numKnown + s.index]!
  const constResiduals = c.sources.filter((s) => s._tag === 'Const').map(residual)
  const sliceResiduals = c.sources.filter((s) => s._tag !== 'Const').map(residual)
  const unknownConsts = pick(consts, constU, true)
  const unknownCarry = pick(init, c.carryUnknown, true)
  const operands = [...constResiduals, ...unknownConsts, ...unknownCarry, ...sliceResiduals, ...pick(scanned, xsU, true)]
  const unknownOuts = emitUnknown(operands, {
    ...p,
    jaxpr: c.unknown,
    numConsts: constResiduals.length + unknownConsts.length,
    numCarry: unknownCarry.length,
  })
  let k = 0
  let u = 0
  return c.outUnknown.map((unknown) => (unknown ? unknownOuts[u++]! : knownOuts[k++]!))
}
