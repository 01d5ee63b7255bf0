/**
 * `scan`: a loop of known length. Operands are constants, then the initial carry, then arrays whose leading axis is the
 * loop's; the body maps (constants, carry, slices) to (carry, slices). Results are the last carry and the stacked slices.
 */
import { type Aval, aval, range, sameType, showAval } from '../../aval'
import { batchJaxpr, jvpJaxpr } from '../../interpreters/jaxprs'
import { transposeJaxpr } from '../../interpreters/transpose'
import { stageClosed } from '../../interpreters/stage'
import { run } from '../../interpreters/run'
import { live } from '../../ir/dce'
import type { Jaxpr, Var } from '../../ir/jaxpr'
import { inAvals, outAvals } from '../../ir/jaxpr'
import { bits, memo } from '../../ir/memo'
import { zerosLike } from '../../literal'
import { defineLoop, type Dim, isLinear, type Linear, type Primitive, type Tangent } from '../../primitive'
import { addAny, batchAt, moveAxis } from '../structural'
import type { Tensor } from '../../tensor'
import { bind } from '../../trace'
import { checkTypes } from '../check'
import { scanDce } from './scan-dce'
import { interpretScan } from './scan-interpret'
import { fixpoint, reorder, roles, type ScanParams, stacked, where } from './scan-params'
import { cutScan } from './scan-partial-eval'
import { type Sums, sumsAfter } from './scan-sums'

export const scanCall = (xs: readonly Tensor[], params: ScanParams): readonly Tensor[] => bind(scanP, xs, params)

const abstractEval = (ins: readonly Aval[], p: ScanParams): readonly Aval[] | string => {
  const { jaxpr, length } = p
  const [, , xs] = roles(ins, p)
  const bad = xs.find((x) => x.shape[0] !== length)
  if (bad) return `scanned operands must have a leading axis of size ${length}, not ${showAval(bad)}`
  const [c, k, x] = roles(inAvals(jaxpr), p)
  const wrong = checkTypes(ins, [...c, ...k, ...x.map((a) => stacked(a, length))])
  if (wrong) return wrong
  const outs = outAvals(jaxpr)
  const i = k.findIndex((a, n) => !sameType(a, outs[n]!))
  if (i >= 0) return `the body must keep the type of carry ${i}: ${showAval(k[i]!)} in, ${showAval(outs[i]!)} out`
  return [...outs.slice(0, p.numCarry), ...outs.slice(p.numCarry).map((a) => stacked(a, length))]
}

const jvp = (xs: readonly Tensor[], ts: readonly Tangent[], p: ScanParams): readonly [readonly Tensor[], readonly Tangent[]] => {
  const { jaxpr, numCarry } = p
  const [constNz, initNz, xsNz] = roles(
    ts.map((t) => t !== null),
    p,
  )
  const numYs = jaxpr.outs.length - numCarry
  const noYs = new Array<boolean>(numYs).fill(false)
  const carryNz = fixpoint(initNz, (c) => jvpJaxpr(jaxpr, [...constNz, ...c, ...xsNz], [...c, ...noYs]).outNonzero)
  const nz = [...constNz, ...carryNz, ...xsNz]
  const derived = jvpJaxpr(jaxpr, nz, [...carryNz, ...noYs])
  const n = jaxpr.ins.length
  const tangentPlace = new Map(where(nz).map((i, k) => [i, n + k]))
  const group = (from: number, to: number): number[] => [
    ...range(to - from, from),
    ...range(to - from, from).flatMap((i) => (tangentPlace.has(i) ? [tangentPlace.get(i)!] : [])),
  ]
  const ends = [0, p.numConsts, p.numConsts + numCarry, n]
  const m = jaxpr.outs.length
  const outPlace = new Map(where(derived.outNonzero).map((i, k) => [i, m + k]))
  const outGroup = (from: number, to: number): number[] => [
    ...range(to - from, from),
    ...range(to - from, from).flatMap((i) => (outPlace.has(i) ? [outPlace.get(i)!] : [])),
  ]
  const outOrder = [...outGroup(0, numCarry), ...outGroup(numCarry, m)]
  const inOrder = [0, 1, 2].flatMap((i) => group(ends[i]!, ends[i + 1]!))
  const tangents = where(nz).map((i) => ts[i] ?? zerosLike(xs[i]!))
  const all = [...xs, ...tangents]
  const outs = scanCall(
    inOrder.map((i) => all[i]!),
    {
      ...p,
      jaxpr: reorder(derived.jaxpr, inOrder, outOrder),
      numConsts: group(0, ends[1]!).length,
      numCarry: group(ends[1]!, ends[2]!).length,
    },
  )
  const at = new Map(outOrder.map((o, i) => [o, outs[i]!]))
  return [range(m).map((i) => at.get(i)!), range(m).map((i) => (outPlace.has(i) ? at.get(outPlace.get(i)!)! : null))]
}

const transposeScan = (cts: readonly Tangent[], ins: readonly (Tensor | Linear)[], p: ScanParams): readonly Tangent[] => {
  const { jaxpr, numCarry, length } = p
  const linear = ins.map(isLinear)
  const [constLin, carryLin, xsLin] = roles(linear, p)
  const [consts, , xs] = roles(ins, p)
  // the carry is linear as a whole, also where it starts from a known zero
  const { body, sums, slices } = transposedBody(p, constLin, xsLin)
  const types = outAvals(jaxpr)
  const ct = (i: number): Tensor => cts[i] ?? zerosLike({ aval: i < numCarry ? types[i]! : stacked(types[i]!, length) })
  const known = (group: readonly (Tensor | Linear)[]): Tensor[] => group.filter((x): x is Tensor => !isLinear(x))
  const knownConsts = known(consts)
  const accumulators = consts.filter(isLinear).flatMap((x, i) => (sums.after[i] ? [] : [zerosLike(x)]))
  const ctCarry = range(numCarry).map(ct)
  const sliced = [...range(types.length - numCarry, numCarry).map(ct), ...known(xs)]
  const outs = scanCall([...knownConsts, ...accumulators, ...ctCarry, ...sliced], {
    ...p,
    jaxpr: body,
    reverse: !p.reverse,
    numConsts: knownConsts.length,
    numCarry: accumulators.length + numCarry,
  })
  const stacks = new Map([...slices.map((v, i) => [v, sliced[i]!] as const), ...stackedFrom(sums, outs)])
  let next = 0
  const ctConsts = sums.after.map((take) => (take ? take((v) => stacks.get(v)!) : outs[next++]!))
  const rest = (): Tensor => outs[next++]!
  return [...place(constLin, () => ctConsts.shift()!), ...carryLin.map(rest).map((c, i) => (carryLin[i] ? c : null)), ...place(xsLin, rest)]
}
const place = (mask: readonly boolean[], next: () => Tensor): Tangent[] => mask.map((m) => (m ? next() : null))
const stackedFrom = ({ stacked: vars }: Sums, outs: readonly Tensor[]): readonly (readonly [Var, Tensor])[] =>
  vars.map((v, i) => [v, outs[outs.length - vars.length + i]!])

interface TransposedBody {
  /**
   * (known constants, [sums for linear constants, carry cotangents], [slice cotangents, known slices]) -> (new sums and carry, slice
   * cotangents, what is summed after the loop).
   */
  readonly body: Jaxpr
  readonly sums: Sums
  /** Variables of what is sliced, in the order of the body. */
  readonly slices: readonly Var[]
}
const transposedBody = (p: ScanParams, constLin: readonly boolean[], xsLin: readonly boolean[]): TransposedBody =>
  memo(p.jaxpr, `scan-transpose:${p.numCarry}:${bits(constLin)}:${bits(xsLin)}`, () => {
    const { jaxpr, numCarry } = p
    const linear = [...constLin, ...new Array<boolean>(numCarry).fill(true), ...xsLin]
    const back = transposeJaxpr(
      jaxpr,
      linear,
      jaxpr.outs.map(() => true),
    )
    const [c, k, x] = roles(inAvals(jaxpr), p)
    const pick = (types: readonly Aval[], mask: readonly boolean[], want: boolean): Aval[] => types.filter((_, i) => mask[i] === want)
    const knownC = pick(c, constLin, false)
    const knownX = pick(x, xsLin, false)
    const ctTypes = outAvals(jaxpr)
    const numSlices = knownC.length + knownX.length
    const slices = [...back.ins.slice(numSlices + numCarry), ...back.ins.slice(knownC.length, numSlices)]
    const constants = pick(c, constLin, true)
    const sums = sumsAfter(back, constants.length, new Set(back.ins.slice(0, knownC.length)), new Set(slices))
    const inLoop = constants.filter((_, i) => sums.after[i] === null)
    const step: Jaxpr = { ...back, outs: [...back.outs.filter((_, i) => !sums.after[i]), ...sums.stacked] }
    const body = stageClosed(
      (xs) => {
        let at = 0
        const next = (n: number): readonly Tensor[] => xs.slice(at, (at += n))
        const consts = next(knownC.length)
        const acc = next(inLoop.length)
        const ctCarry = next(numCarry)
        const ctYs = next(ctTypes.length - numCarry)
        const r = run(step, [...consts, ...next(knownX.length), ...ctCarry, ...ctYs])
        return [...acc.map((a, i) => addAny(a, r[i]!)), ...r.slice(acc.length)]
      },
      [...knownC, ...inLoop, ...k.map((a) => aval(a.shape, a.dtype)), ...ctTypes.slice(numCarry), ...knownX],
      'scan transpose',
    )
    return {
      body: live(body),
      sums,
      slices,
    }
  })

const scanP: Primitive<ScanParams> = defineLoop('scan', {
  abstractEval,
  jvp,
  transpose: transposeScan,
  batch: (axis, xs, dims, p) => {
    const [constB, initB, xsB] = roles(
      dims.map((d) => d !== null),
      p,
    )
    const noYs = new Array<boolean>(p.jaxpr.outs.length - p.numCarry).fill(false)
    const carryB = fixpoint(initB, (c) => batchJaxpr(p.jaxpr, axis, [...constB, ...c, ...xsB], [...c, ...noYs]).outBatched)
    const derived = batchJaxpr(p.jaxpr, axis, [...constB, ...carryB, ...xsB], [...carryB, ...noYs])
    const [consts, init, scanned] = roles(
      xs.map((x, i): readonly [Tensor, Dim] => [x, dims[i]!]),
      p,
    )
    const front = ([x, d]: readonly [Tensor, Dim]): Tensor => (d === null ? x : moveAxis(x, d, 0))
    const outs = scanCall(
      [
        ...consts.map(front),
        ...init.map(([x, d], i) => (carryB[i] ? batchAt(axis.size, x, d) : x)),
        ...scanned.map(([x, d]) => (d === null ? x : moveAxis(x, d, 1))),
      ],
      { ...p, jaxpr: derived.jaxpr },
    )
    return [outs, derived.outBatched.map((b, i) => (b ? (i < p.numCarry ? 0 : 1) : null))]
  },
  partialEval: (xs, unknown, p, emit) =>
    cutScan(
      xs,
      unknown,
      p,
      (operands, params) => scanCall(operands, params),
      (operands, params) => emit(scanP, operands, params),
    ),
  bodies: ({ jaxpr, length }) => [{ path: 'jaxpr', jaxpr, runs: length }],
  interpret: interpretScan,
  dce: scanDce,
})
