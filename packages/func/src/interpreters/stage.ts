/** Tracing: records all that a function does to values of given types as a jaxpr. */
import { ConcreteTensor } from '../array'
import type { Aval } from '../aval'
import { axisNamesOf } from '../ir/axis-names'
import type { Atom, ClosedJaxpr, Eqn, Jaxpr, Var } from '../ir/jaxpr'
import { newVar } from '../ir/jaxpr'
import { currentScope, originFrom } from '../origin'
import { infer, type Primitive, recorded } from '../primitive'
import { Tensor } from '../tensor'
import { atNextLevel, type FlatWithAux, type Trace, whileActive, whileStaging } from '../trace'
import { withConstants } from './constant'

class Staged extends Tensor {
  constructor(
    readonly trace: Trace,
    readonly atom: Atom,
  ) {
    super()
  }
  get aval(): Aval {
    return this.atom.aval
  }
}
/** A scalar known on the host stands in the program as a literal. */
export const literalAtom = (x: Tensor): Atom | undefined => {
  const value = x instanceof ConcreteTensor ? x.knownScalar : undefined
  return value === undefined ? undefined : { _tag: 'Literal', aval: x.aval, value }
}

/** What `f` closes over becomes leading inputs, returned as `consts`. `name` is for messages. */
export const stage = (f: (xs: readonly Tensor[]) => readonly Tensor[], avals: readonly Aval[], name = 'jit'): ClosedJaxpr =>
  stageWithAux((xs) => [f(xs), undefined], avals, name)[0]

/** `stage` of a function that answers something static besides tensors, which comes out beside the program. */
export const stageWithAux = <X>(f: FlatWithAux<X>, avals: readonly Aval[], name = 'jit'): readonly [program: ClosedJaxpr, aux: X] =>
  atNextLevel((level) => {
    const eqns: Eqn[] = []
    const base = currentScope()
    const consts = new Map<Tensor, Staged>()
    const lift = (x: Tensor): Atom => {
      if (x.trace === trace) return (x as Staged).atom
      const scalar = literalAtom(x)
      if (scalar) return scalar
      let known = consts.get(x)
      if (!known) {
        known = new Staged(trace, newVar(x.aval))
        consts.set(x, known)
      }
      return known.atom
    }
    const trace: Trace = {
      level,
      name,
      active: true,
      process: <P>(primitive: Primitive<P>, xs: readonly Tensor[], params: P) => {
        const { primitive: own, xs: operands, params: p } = recorded(primitive, xs, params)
        const ins = operands.map(lift)
        const outs = infer(
          own,
          ins.map((a) => a.aval),
          p as never,
        ).map((a) => newVar(a))
        eqns.push({ primitive: own, params: p, ins, outs, origin: originFrom(base) })
        return outs.map((v) => new Staged(trace, v))
      },
    }
    return whileActive(trace, () => {
      const ins = avals.map((a) => new Staged(trace, newVar(a)))
      const [results, aux] = whileStaging(trace, () => f(ins))
      const outs = results.map(lift)
      const jaxpr: Jaxpr = {
        ins: [...consts.values(), ...ins].map((x) => x.atom as Var),
        eqns,
        outs,
        axisNames: axisNamesOf(eqns),
      }
      return [{ jaxpr, consts: [...consts.keys()] }, aux]
    })
  })

/** Stages a function into a program that has exactly the inputs given; concrete tensors that it closes over stand in it. */
export const stageClosed = (f: (xs: readonly Tensor[]) => readonly Tensor[], avals: readonly Aval[], name = 'jit'): Jaxpr =>
  stageClosedWithAux((xs) => [f(xs), undefined], avals, name)[0]

/** `stageClosed` of a function that answers something static besides tensors. */
export const stageClosedWithAux = <X>(f: FlatWithAux<X>, avals: readonly Aval[], name = 'jit'): readonly [program: Jaxpr, aux: X] => {
  const [{ jaxpr, consts }, aux] = stageWithAux(f, avals, name)
  return [consts.length === 0 ? jaxpr : withConstants(jaxpr, consts, name), aux]
}
