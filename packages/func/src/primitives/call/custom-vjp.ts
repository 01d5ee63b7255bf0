/** `custom_vjp_call`: a function with a backward pass of the user's; and `custom_lin`, the linear map whose transpose that is. */
import { type Aval, aval } from '../../aval'
import { isFloating } from '../../dtype'
import { RuleUnsupportedError } from '../../error'
import { zerosLike } from '../../literal'
import {
  type BatchAxis,
  defineVirtual,
  type Dim,
  type Primitive,
  type StagedRules,
  type Tangent,
  unsupported,
  type VirtualPrimitive,
} from '../../primitive'
import { addAny, batchAt, reduceSum } from '../structural'
import type { Tensor } from '../../tensor'
import { bind } from '../../trace'
import { batchFlat, type BatchResult } from '../../interpreters/batch'
import { batchForward, dimsOf, type Flat, type Forward, type Mapped, mappedOf, batchedResults, vjpMapped } from './batch-custom'
import { defineCustomCall } from './custom-call'

/** Cotangents of all operands but the constants, from residuals and cotangents of all results; null where zero. */
type Backward = (residuals: readonly Tensor[], cts: readonly Tensor[]) => readonly Tangent[]
interface CustomVjpRules {
  /** Results, then residuals; gets all operands but the first `numConsts`. */
  readonly fwd: (xs: readonly Tensor[]) => Forward
  readonly bwd: Backward
  readonly numConsts: number
}
export interface CustomVjpParams extends CustomVjpRules {
  readonly fn: Flat
}
interface CustomLinParams {
  readonly bwd: Backward
  readonly numResiduals: number
  readonly outTypes: readonly Aval[]
}
export const customVjpCall = (xs: readonly Tensor[], params: CustomVjpParams): readonly Tensor[] => bind(customVjpP, xs, params)

const timesSize = (o: Tensor, axis: BatchAxis): Tensor => reduceSum(batchAt(axis.size, o, null), { axes: [0] })
/** Cotangents on batched residuals and cotangents: what was not batched going in sums over the axis. */
const summedBackward = (
  bwd: Backward,
  axis: BatchAxis,
  residuals: BatchResult,
  cts: readonly Tensor[],
  ctDims: readonly Dim[],
  inDims: readonly Dim[],
  forAll: (o: Tensor) => Tensor,
): readonly Tangent[] => {
  let nonzero: readonly boolean[] = []
  const r = batchFlat(
    (ys) => {
      const out = bwd(ys.slice(0, residuals.outs.length), ys.slice(residuals.outs.length))
      nonzero = out.map((o) => o !== null)
      return out.filter((o): o is Tensor => o !== null)
    },
    axis,
    [...residuals.outs, ...cts],
    [...residuals.dims, ...ctDims],
  )
  let next = 0
  return nonzero.map((nz, i) => {
    if (!nz) return null
    const k = next++
    const [o, d, want] = [r.outs[k]!, r.dims[k]!, inDims[i] ?? null]
    if (want !== null) return batchAt(axis.size, o, d, want)
    return d === null ? forAll(o) : reduceSum(o, { axes: [d] })
  })
}
const exampleOf = (c: Tensor, mapped: boolean): { readonly aval: Aval } => (mapped ? { aval: aval(c.shape.slice(1), c.dtype) } : c)
/** The same where some cotangents may be of results that are not mapped: linear as it is, it runs for either kind alone. */
const batchedBackward =
  (bwd: Backward, axis: BatchAxis, residualDims: () => readonly Dim[], mapped: () => Mapped, inDims: readonly Dim[]): Backward =>
  (residuals, cts) => {
    const m = mapped()
    const one = (kind: boolean): readonly Tangent[] =>
      summedBackward(
        bwd,
        axis,
        { outs: residuals, dims: residualDims() },
        cts.map((c, i) => (m[i] === kind ? c : zerosLike(exampleOf(c, m[i]!)))),
        // Zeros for the other kind, and no axis where none is: what comes out without it counts once.
        m.map((x) => (x && kind ? 0 : null)),
        inDims,
        (o) => (kind ? timesSize(o, axis) : o),
      )
    if (m.every((x) => x === m[0])) return one(m[0] ?? true)
    const [whole, each] = [one(false), one(true)]
    return each.map((e, i) => (e && whole[i] ? addAny(e, whole[i]) : (e ?? whole[i]!)))
  }

const jvp: StagedRules<CustomVjpRules>['jvp'] = (xs, ts, { fwd, bwd, numConsts }) => {
  const { outs, residuals } = fwd(xs.slice(numConsts))
  const tangents = ts.slice(numConsts).map((t, i) => t ?? zerosLike(xs[numConsts + i]!))
  const floats = tangents.filter((t) => isFloating(t.aval.dtype))
  const kinds = tangents.map((t) => isFloating(t.aval.dtype))
  const outTypes = outs.map((o) => aval(o.aval.shape, o.aval.dtype))
  const tangentOuts = bind(customLinP, [...residuals, ...floats], {
    bwd: (rs, cts) => bwd(rs, cts).filter((_, i) => kinds[i]),
    numResiduals: residuals.length,
    outTypes,
  })
  return [outs, tangentOuts]
}
const batch = (
  axis: BatchAxis,
  xs: readonly Tensor[],
  dims: readonly Dim[],
  p: CustomVjpParams,
): readonly [readonly Tensor[], readonly Dim[]] => {
  const inDims = dims.slice(p.numConsts)
  const types = xs.slice(p.numConsts).map((x) => x.aval)
  let residualDims: readonly Dim[] = []
  let mapped: Mapped | undefined
  const decide = (outDims: readonly Dim[]): Mapped => (mapped ??= vjpMapped(p.fwd, p.bwd, axis, inDims, types, mappedOf(outDims)))
  const outs = customVjpCall(xs, {
    fn: (ys) => {
      const r = batchFlat(p.fn, axis, ys, dims)
      return batchedResults(axis, r, decide(r.dims))
    },
    fwd: (ys) => {
      const r = batchForward(p.fwd, axis, ys, inDims)
      residualDims = r.residuals.dims
      return { outs: batchedResults(axis, r.outs, decide(r.outs.dims)), residuals: r.residuals.outs }
    },
    bwd: batchedBackward(
      p.bwd,
      axis,
      () => residualDims,
      () => mapped!,
      inDims,
    ),
    numConsts: p.numConsts,
  })
  return [outs, dimsOf(mapped!)]
}

const customVjpP: Primitive<CustomVjpParams> = defineCustomCall<CustomVjpRules>('custom_vjp_call', 'customVjp', {
  jvp,
  batch,
  closes: () => true,
})

const forwardOnly =
  'a function with a custom backward pass (customVjp) has no forward derivative: use reverse mode (grad, vjp), or define it by customJvp, which serves both. If it was reverse mode, the function closes over a tensor that is being differentiated: pass that as an argument'
const customLinP: VirtualPrimitive<CustomLinParams> = defineVirtual('custom_lin', {
  abstractEval: (_ins, { outTypes }) => outTypes,
  jvp: unsupported(forwardOnly),
  transpose: (cts, ins, { bwd, numResiduals, outTypes }) => {
    const residuals = ins.slice(0, numResiduals) as readonly Tensor[]
    const given = cts.map((c, i) => c ?? zerosLike({ aval: outTypes[i]! }))
    return [...residuals.map(() => null), ...bwd(residuals, given)]
  },
  batch: (axis, xs, dims, p) => {
    const [residualDims, inDims] = [dims.slice(0, p.numResiduals), dims.slice(p.numResiduals)]
    const outs = bind(customLinP, xs, {
      bwd: batchedBackward(
        p.bwd,
        axis,
        () => residualDims,
        () => p.outTypes.map(() => true),
        inDims,
      ),
      numResiduals: p.numResiduals,
      outTypes: p.outTypes.map((a) => aval([axis.size, ...a.shape], a.dtype)),
    })
    return [outs, outs.map(() => 0)]
  },
  axisNames: () => [],
  refuse: () => new RuleUnsupportedError('customVjp', 'jvp', forwardOnly),
  show: () => ({}),
})
