/**
 * `linear_call`: a linear function whose transpose is said, not found: where what it is made of loses the small rest of a difference
 * when it is run backwards. Source: jax.custom_derivatives.linear_call.
 */
import { type Aval, aval } from '../../aval'
import { batchFlat, type BatchResult } from '../../interpreters/batch'
import { jvpFlat } from '../../interpreters/jvp'
import { stageClosed } from '../../interpreters/stage'
import type { Jaxpr } from '../../ir/jaxpr'
import { zerosLike } from '../../literal'
import {
  type BatchAxis,
  defineCall,
  defineStaged,
  type Dim,
  isLinear,
  type Recorded,
  type Primitive,
  type StagedRules,
  type Tangent,
} from '../../primitive'
import type { Tensor } from '../../tensor'
import { bind } from '../../trace'
import { addAny, batchAt } from '../structural'
import type { Flat } from './batch-custom'
import { openedInPlace } from './opened'

/** Both directions take residuals first; they close over no tensor. */
interface Directions {
  /** Results from residuals and operands, linear in the latter. */
  readonly fn: Flat
  /** Cotangents of the operands from residuals and cotangents of the results. */
  readonly transpose: Flat
}
interface LinearParams extends Directions {
  readonly numResiduals: number
  readonly outs: readonly Aval[]
}
/** As it stands in a program: one direction is a program too. */
interface LinearCallParams extends LinearParams {
  readonly jaxpr: Jaxpr
}
/** `fn` of residuals and operands; the types of the results are those of `outs`. */
export const linearCall = (
  { fn, transpose }: Directions,
  residuals: readonly Tensor[],
  xs: readonly Tensor[],
  outs: readonly Aval[],
): readonly Tensor[] => bind(linearP, [...residuals, ...xs], { fn, transpose, numResiduals: residuals.length, outs })
const first = (axis: BatchAxis, { outs, dims }: BatchResult): readonly Tensor[] => outs.map((o, i) => batchAt(axis.size, o, dims[i]!))
const withAxis = ({ size }: BatchAxis, a: Aval): Aval => aval([size, ...a.shape], a.dtype, a.weakType)

const jvp: StagedRules<LinearParams>['jvp'] = (all, ts, { fn, transpose, numResiduals: n, outs }) => {
  const [residuals, xs] = [all.slice(0, n), all.slice(n)]
  const call = (ys: readonly Tensor[]): readonly Tensor[] => linearCall({ fn, transpose }, residuals, ys, outs)
  const moved = ts.slice(n)
  const linear = moved.some((t) => t !== null) ? call(moved.map((t, i) => t ?? zerosLike(xs[i]!))) : []
  const { tangents } = jvpFlat((rs) => fn([...rs, ...xs]), residuals, ts.slice(0, n))
  return [
    call(xs),
    outs.map((_, i): Tangent => {
      const [a, b] = [linear[i], tangents[i]]
      return a && b ? addAny(a, b) : (a ?? b ?? null)
    }),
  ]
}
const batch: StagedRules<LinearParams>['batch'] = (axis, all, dims, { fn, transpose, numResiduals: n, outs }) => {
  // residuals may be the same for all; operands and results have the axis
  const at = (ys: readonly Tensor[]): readonly Dim[] => [...dims.slice(0, n), ...ys.slice(n).map(() => 0)]
  const mapped =
    (f: Flat): Flat =>
    (ys) =>
      first(axis, batchFlat(f, axis, ys, at(ys)))
  const xs = all.slice(n).map((x, i) => batchAt(axis.size, x, dims[n + i]!))
  const results = linearCall(
    { fn: mapped(fn), transpose: mapped(transpose) },
    all.slice(0, n),
    xs,
    outs.map((o) => withAxis(axis, o)),
  )
  return [results, results.map(() => 0)]
}
const linearP: Primitive<LinearParams> = defineStaged('linear_call', {
  jvp,
  batch,
  evaluate: (xs, { fn }) => fn(xs),
  closes: () => false,
  record: (xs, p) => {
    const jaxpr = stageClosed(
      p.fn,
      xs.map((x) => x.aval),
      'linearCall',
    )
    const params: LinearCallParams = { ...p, jaxpr }
    return { primitive: linearCallP as unknown as Recorded<never>, xs, params }
  },
})
const linearCallP = defineCall<'linear_call', LinearCallParams>('linear_call', {
  abstractEval: (_ins, { outs }) => outs,
  jvp,
  batch,
  transpose: (cts, ins, { fn, transpose, numResiduals: n, outs }) => {
    const residuals = ins.slice(0, n) as readonly Tensor[]
    const given = cts.map((c, i) => c ?? zerosLike({ aval: outs[i]! }))
    const types = ins.slice(n).map((x) => x.aval)
    const back = linearCall({ fn: transpose, transpose: fn }, residuals, given, types)
    return [...residuals.map(() => null), ...back.map((b, i) => (isLinear(ins[n + i]!) ? b : null))]
  },
  ...openedInPlace('linearCall'),
})
