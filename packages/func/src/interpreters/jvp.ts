/** Forward mode: every value carries a tangent. A zero tangent is null and costs nothing. */
import type { Aval } from '../aval'
import { isFloating } from '../dtype'
import { ruleOf, type Tangent } from '../primitive'
import { Tensor } from '../tensor'
import { atNextLevel, bind, type FlatWithAux, type Trace, whileActive } from '../trace'
import { checkClosed } from './closed'

class Dual extends Tensor {
  constructor(
    readonly trace: Trace,
    readonly primal: Tensor,
    readonly tangent: Tangent,
  ) {
    super()
  }
  get aval(): Aval {
    return this.primal.aval
  }
}
export interface JvpResult {
  readonly outs: readonly Tensor[]
  readonly tangents: readonly Tangent[]
}
export const jvpFlat = (f: (xs: readonly Tensor[]) => readonly Tensor[], xs: readonly Tensor[], ts: readonly Tangent[]): JvpResult =>
  jvpWithAux((ys) => [f(ys), undefined], xs, ts)[0]

/** `jvpFlat` of a function that answers something static besides tensors. */
export const jvpWithAux = <X>(f: FlatWithAux<X>, xs: readonly Tensor[], ts: readonly Tangent[]): readonly [JvpResult, aux: X] =>
  atNextLevel((level) => {
    const trace: Trace = {
      level,
      name: 'jvp',
      active: true,
      process: (primitive, args, params) => {
        const primals = args.map((x) => (x.trace === trace ? (x as Dual).primal : x))
        const tangents = args.map((x) => (x.trace === trace ? (x as Dual).tangent : null))
        if (tangents.every((t) => t === null)) return bind(primitive, primals, params)
        const [outs, outTangents] = ruleOf(primitive.name, 'jvp', primitive.jvp)(primals, tangents, params)
        return outs.map((o, i) => {
          const t = isFloating(o.aval.dtype) ? (outTangents[i] ?? null) : null
          checkClosed(primitive.name, o, level - 1)
          if (t) checkClosed(primitive.name, t, level - 1)
          return t === null ? o : new Dual(trace, o, t)
        })
      },
    }
    return whileActive(trace, () => {
      const [outs, aux] = f(xs.map((x, i) => (ts[i] && isFloating(x.aval.dtype) ? new Dual(trace, x, ts[i]!) : x)))
      const result: JvpResult = {
        outs: outs.map((o) => (o.trace === trace ? (o as Dual).primal : o)),
        tangents: outs.map((o) => (o.trace === trace ? (o as Dual).tangent : null)),
      }
      return [result, aux]
    })
  })

/** In a jvp rule the value behind a dual number is one level down; for tests and printing. */
export const primalOf = (x: Tensor): Tensor | undefined => (x instanceof Dual ? x.primal : undefined)
