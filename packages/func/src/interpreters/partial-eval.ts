/**
 * Partial evaluation: some inputs are known now, the others only by type. What depends on known ones alone runs at once;
 * the rest is recorded as a program of the unknown inputs whose leading inputs (`residuals`) are known values.
 */
import type { Aval } from '../aval'
import { dceIns } from '../ir/dce'
import { axisNamesOf } from '../ir/axis-names'
import { isEffect } from '../ir/effects'
import type { Atom, Eqn, Jaxpr, Var } from '../ir/jaxpr'
import { inAvals, newVar } from '../ir/jaxpr'
import { bits, memo } from '../ir/memo'
import { currentScope, originFrom } from '../origin'
import { type Emit, infer, type Primitive, recorded } from '../primitive'
import { Tensor } from '../tensor'
import { atNextLevel, type FlatWithAux, type Trace, whileActive } from '../trace'
import { type Apply, applyBound, runWith } from './run'
import { literalAtom, stageClosedWithAux } from './stage'

class Unknown extends Tensor {
  constructor(
    readonly trace: Trace,
    readonly atom: Var,
  ) {
    super()
  }
  get aval(): Aval {
    return this.atom.aval
  }
}
export interface PartialResult {
  /** Each output, or null where it is the next output of `jaxpr`. */
  readonly knownOuts: readonly (Tensor | null)[]
  /** Inputs: residuals, then the unknown inputs. */
  readonly jaxpr: Jaxpr
  readonly residuals: readonly Tensor[]
}
/** `args`: a tensor for each known input, a type for each unknown one. */
export const partialEvalFlat = (
  f: (xs: readonly Tensor[], emit: Emit) => readonly Tensor[],
  args: readonly (Tensor | Aval)[],
  name = 'linearize',
): PartialResult => partialEvalWithAux((xs, emit) => [f(xs, emit), undefined], args, name)[0]

/** `partialEvalFlat` of a function that answers something static besides tensors. By `emit` it can record what is known too. */
export const partialEvalWithAux = <X>(
  f: (xs: readonly Tensor[], emit: Emit) => ReturnType<FlatWithAux<X>>,
  args: readonly (Tensor | Aval)[],
  name = 'linearize',
): readonly [PartialResult, aux: X] =>
  atNextLevel((level) => {
    const eqns: Eqn[] = []
    const base = currentScope()
    const residuals = new Map<Tensor, Var>()
    const lift = (x: Tensor): Atom => {
      if (x.trace === trace) return (x as Unknown).atom
      const scalar = literalAtom(x)
      if (scalar) return scalar
      let v = residuals.get(x)
      if (!v) {
        v = newVar(x.aval)
        residuals.set(x, v)
      }
      return v
    }
    const emit: Emit = <P>(primitive: Primitive<P>, xs: readonly Tensor[], params: P) => {
      const { primitive: own, xs: operands, params: p } = recorded(primitive, xs, params)
      const ins = operands.map(lift)
      const outs = infer(
        own,
        ins.map((a) => a.aval),
        p as never,
      ).map((a) => newVar(a))
      eqns.push({ primitive: own, params: p, ins, outs, origin: originFrom(base) })
      return outs.map((v) => new Unknown(trace, v))
    }
    const trace: Trace = {
      level,
      name,
      active: true,
      process: (primitive, xs, params) => {
        const rule = primitive.kind === 'call' || primitive.kind === 'loop' ? primitive.partialEval : null
        const isUnknown = (x: Tensor): boolean => x.trace === trace
        return !rule || xs.every(isUnknown) ? emit(primitive, xs, params) : rule(xs, xs.map(isUnknown), params, emit)
      },
    }
    return whileActive(trace, () => {
      const ins: Unknown[] = []
      const values = args.map((a) => {
        if (a instanceof Tensor) return a
        const x = new Unknown(trace, newVar(a))
        ins.push(x)
        return x
      })
      const [outs, aux] = f(values, emit)
      const unknown = outs.filter((o) => o.trace === trace).map((o) => (o as Unknown).atom)
      const all: Jaxpr = { ins: [...residuals.values(), ...ins.map((x) => x.atom)], eqns, outs: unknown, axisNames: axisNamesOf(eqns) }
      const live = dceIns(
        all,
        unknown.map(() => true),
      )
      const kept = live.usedIns.slice(0, residuals.size)
      const jaxpr: Jaxpr = { ...live.jaxpr, ins: [...[...residuals.values()].filter((_, i) => kept[i]), ...ins.map((x) => x.atom)] }
      const result: PartialResult = {
        knownOuts: outs.map((o) => (o.trace === trace ? null : o)),
        jaxpr,
        residuals: [...residuals.keys()].filter((_, i) => kept[i]),
      }
      return [result, aux]
    })
  })

export interface PartialJaxpr {
  /** Known inputs -> known outputs, then residuals. */
  readonly known: Jaxpr
  /** Residuals, then unknown inputs -> unknown outputs. */
  readonly unknown: Jaxpr
  readonly outUnknown: readonly boolean[]
  readonly numResiduals: number
}
const applyLate =
  (emit: Emit): Apply =>
  (e, xs) =>
    isEffect(e) ? emit(e.primitive, xs, e.params as never) : applyBound(e, xs)
/**
 * A program cut in two: what can run early, and what needs the unknown inputs. Outputs in `forced` count as unknown. What it does besides is
 * done early where it can; with `effectsLate` not, where the rest is done more often.
 */
export const partialEvalJaxpr = (
  jaxpr: Jaxpr,
  unknownIns: readonly boolean[],
  forced: readonly boolean[] = [],
  effectsLate = false,
): PartialJaxpr =>
  memo(jaxpr, `partial:${bits(unknownIns)}:${bits(forced)}:${effectsLate}`, () => {
    const types = inAvals(jaxpr)
    const [known, rest] = stageClosedWithAux(
      (xs): readonly [readonly Tensor[], Omit<PartialJaxpr, 'known'>] => {
        let next = 0
        const args = types.map((a, i) => (unknownIns[i] ? a : xs[next++]!))
        const r = partialEvalFlat((ys, emit) => runWith(effectsLate ? applyLate(emit) : applyBound, jaxpr, ys), args)
        const outUnknown = r.knownOuts.map((o, i) => o === null || (forced[i] ?? false))
        // a known output that must count as unknown is a residual that the unknown part passes on
        const promoted = r.knownOuts.filter((o, i): o is Tensor => o !== null && outUnknown[i] === true)
        const promotedVars = promoted.map((o) => newVar(o.aval))
        let fromUnknown = 0
        let fromKnown = 0
        const outs: Atom[] = []
        r.knownOuts.forEach((o, i) => {
          if (o === null) outs.push(r.jaxpr.outs[fromUnknown++]!)
          else if (outUnknown[i]) outs.push(promotedVars[fromKnown++]!)
        })
        const n = r.residuals.length
        const unknown = { ...r.jaxpr, ins: [...r.jaxpr.ins.slice(0, n), ...promotedVars, ...r.jaxpr.ins.slice(n)], outs }
        const early = r.knownOuts.filter((o, i): o is Tensor => o !== null && !outUnknown[i])
        return [[...early, ...r.residuals, ...promoted], { unknown, outUnknown, numResiduals: n + promoted.length }]
      },
      types.filter((_, i) => !unknownIns[i]),
      'partial evaluation',
    )
    return { known, ...rest }
  })
