/** Transformations of whole programs, for the rules of primitives with bodies. Each result is made once per program. */
import { aval } from '../aval'
import type { Jaxpr } from '../ir/jaxpr'
import { inAvals } from '../ir/jaxpr'
import { bits, memo } from '../ir/memo'
import { zerosLike } from '../literal'
import type { BatchAxis, Dim, Tangent } from '../primitive'
import { batchAt } from '../primitives/structural'
import type { Tensor } from '../tensor'
import { batchFlat } from './batch'
import { jvpFlat } from './jvp'
import { run } from './run'
import { stageClosedWithAux } from './stage'

export interface JvpJaxpr {
  /** Inputs: primals, then tangents of those in `nonzero`. Outputs: primals, then tangents of those in `outNonzero`. */
  readonly jaxpr: Jaxpr
  readonly outNonzero: readonly boolean[]
}
/** The derivative of a program; outputs in `forced` get a tangent even where it is zero. */
export const jvpJaxpr = (jaxpr: Jaxpr, nonzero: readonly boolean[], forced: readonly boolean[] = []): JvpJaxpr =>
  memo(jaxpr, `jvp:${bits(nonzero)}:${bits(forced)}`, () => {
    const n = jaxpr.ins.length
    const types = inAvals(jaxpr)
    const tangentTypes = types.filter((_, i) => nonzero[i]).map((a) => aval(a.shape, a.dtype))
    const [made, outNonzero] = stageClosedWithAux(
      (xs) => {
        let next = n
        const ts = types.map((_, i) => (nonzero[i] ? xs[next++]! : null))
        const { outs, tangents } = jvpFlat((ys) => run(jaxpr, ys), xs.slice(0, n), ts)
        const isNonzero = tangents.map((t, i) => t !== null || (forced[i] ?? false))
        const given = tangents.map((t, i) => (isNonzero[i] ? (t ?? zerosLike(outs[i]!)) : null))
        return [[...outs, ...given.filter((t): t is Tensor => t !== null)], isNonzero]
      },
      [...types, ...tangentTypes],
      'jvp',
    )
    return { jaxpr: made, outNonzero }
  })

/** Splits what a `JvpJaxpr` answers into primals and tangents, with null where there is none. */
export const splitJvpOuts = (outs: readonly Tensor[], outNonzero: readonly boolean[]): readonly [readonly Tensor[], readonly Tangent[]] => {
  let next = outNonzero.length
  return [outs.slice(0, outNonzero.length), outNonzero.map((nz) => (nz ? outs[next++]! : null))]
}

export interface BatchedJaxpr {
  readonly jaxpr: Jaxpr
  /** Batched outputs have the axis first. */
  readonly outBatched: readonly boolean[]
}
/** The program with one more, leading, axis on inputs in `batched`; outputs in `forced` have it even where they need not. */
export const batchJaxpr = (jaxpr: Jaxpr, axis: BatchAxis, batched: readonly boolean[], forced: readonly boolean[] = []): BatchedJaxpr =>
  memo(jaxpr, `batch:${axis.size}:${axis.name ?? ''}:${axis.spmdName ?? ''}:${bits(batched)}:${bits(forced)}`, () => {
    const types = inAvals(jaxpr).map((a, i) => (batched[i] ? aval([axis.size, ...a.shape], a.dtype, a.weakType) : a))
    const [made, outBatched] = stageClosedWithAux(
      (xs) => {
        const r = batchFlat(
          (ys) => run(jaxpr, ys),
          axis,
          xs,
          batched.map((b): Dim => (b ? 0 : null)),
        )
        const isBatched = r.dims.map((d, i) => d !== null || (forced[i] ?? false))
        return [r.outs.map((o, i) => (isBatched[i] ? batchAt(axis.size, o, r.dims[i]!) : o)), isBatched]
      },
      types,
      'vmap',
    )
    return { jaxpr: made, outBatched }
  })
