/** `custom_vjp_call`: a function with a backward pass of the user's; and `custom_lin`, the linear map whose transpose that is. */
import { type Aval, aval } from '../../aval'
import { isFloating } from '../../dtype'
import { RuleUnsupportedError } from '../../error'
import { run } from '../../interpreters/run'
import type { Jaxpr } from '../../ir/jaxpr'
import { outAvals } from '../../ir/jaxpr'
import { zerosLike } from '../../literal'
import { type BatchAxis, definePrimitive, type Dim, type Tangent, unsupported, type Primitive } from '../../primitive'
import { batchAt, moveAxis, reduceSum } from '../structural'
import type { Tensor } from '../../tensor'
import { bind } from '../../trace'
import { stage } from '../../interpreters/stage'
import { batchFlat } from '../../interpreters/batch'
import { batched, closed, type Flat } from './custom-jvp'

/** Cotangents of all operands but the constants, from residuals and cotangents of all results; null where zero. */
export type Backward = (residuals: readonly Tensor[], cts: readonly Tensor[]) => readonly Tangent[]
export interface CustomVjpParams {
  readonly fn: Flat
  /** Results, then residuals; gets all operands but the first `numConsts`. */
  readonly fwd: (xs: readonly Tensor[]) => { readonly outs: readonly Tensor[]; readonly residuals: readonly Tensor[] }
  readonly bwd: Backward
  readonly numConsts: number
  readonly jaxpr: Jaxpr | null
}
interface CustomLinParams {
  readonly bwd: Backward
  readonly numResiduals: number
  readonly outTypes: readonly Aval[]
}
export const customVjpCall = (xs: readonly Tensor[], params: CustomVjpParams): readonly Tensor[] => bind(customVjpP, xs, params)

/** A backward pass on batched residuals and cotangents: what was not batched going in sums over the axis. */
const batchedBackward =
  (
    bwd: Backward,
    axis: BatchAxis,
    residualDims: () => readonly Dim[],
    ctDims: (n: number) => readonly Dim[],
    inDims: readonly Dim[],
  ): Backward =>
  (residuals, cts) => {
    let nonzero: readonly boolean[] = []
    const r = batchFlat(
      (ys) => {
        const out = bwd(ys.slice(0, residuals.length), ys.slice(residuals.length))
        nonzero = out.map((o) => o !== null)
        return out.filter((o): o is Tensor => o !== null)
      },
      axis,
      [...residuals, ...cts],
      [...residualDims(), ...ctDims(cts.length)],
    )
    let next = 0
    return nonzero.map((nz, i) => {
      if (!nz) return null
      const k = next++
      const [o, d, want] = [r.outs[k]!, r.dims[k]!, inDims[i] ?? null]
      if (want !== null) return d === null ? batchedCopy(o, axis, want) : moveAxis(o, d, want)
      return d === null ? timesSize(o, axis) : reduceSum(o, { axes: [d] })
    })
  }
const batchedCopy = (o: Tensor, axis: BatchAxis, at: number): Tensor => batchAt(axis.size, o, null, at)
const timesSize = (o: Tensor, axis: BatchAxis): Tensor => reduceSum(batchAt(axis.size, o, null, 0), { axes: [0] })

const customVjpP: Primitive<CustomVjpParams> = definePrimitive('custom_vjp_call', {
  abstractEval: (ins, { fn, jaxpr }) => outAvals(jaxpr ?? stage(fn, ins, 'customVjp').jaxpr),
  jvp: (xs, ts, { fwd, bwd, numConsts }) => {
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
  },
  transpose: unsupported('its derivative is taken before transposition'),
  batch: (axis, xs, dims, p) => {
    const inDims = dims.slice(p.numConsts)
    let residualDims: readonly Dim[] = []
    const outs = customVjpCall(xs, {
      fn: batched(p.fn, axis, dims),
      fwd: (ys) => {
        let numOuts = 0
        const r = batchFlat(
          (zs) => {
            const f = p.fwd(zs)
            numOuts = f.outs.length
            return [...f.outs, ...f.residuals]
          },
          axis,
          ys,
          inDims,
        )
        residualDims = r.dims.slice(numOuts)
        return {
          outs: r.outs.slice(0, numOuts).map((o, i) => batchAt(axis.size, o, r.dims[i]!)),
          residuals: r.outs.slice(numOuts),
        }
      },
      bwd: batchedBackward(
        p.bwd,
        axis,
        () => residualDims,
        (n) => new Array<Dim>(n).fill(0),
        inDims,
      ),
      numConsts: p.numConsts,
      jaxpr: null,
    })
    return [outs, outs.map(() => 0)]
  },
  stage: (xs, p) => {
    if (p.jaxpr) return [xs, p]
    const { jaxpr, consts } = closed(
      p.fn,
      xs.map((x) => x.aval),
      'customVjp',
    )
    return [[...consts, ...xs], { ...p, fn: (ys) => run(jaxpr, ys), numConsts: p.numConsts + consts.length, jaxpr }]
  },
  inline: (p) => p.jaxpr!,
  impl: (xs, p) => p.fn(xs),
  axisNames: ({ jaxpr }) => jaxpr?.axisNames ?? [],
  show: ({ jaxpr }) => ({ callJaxpr: jaxpr }),
})

const forwardOnly =
  'a function with a custom backward pass (customVjp) has no forward derivative; use customJvp, or reverse mode (grad, vjp)'
const customLinP: Primitive<CustomLinParams> = definePrimitive('custom_lin', {
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
        (n) => new Array<Dim>(n).fill(0),
        inDims,
      ),
      numResiduals: p.numResiduals,
      outTypes: p.outTypes.map((a) => aval([axis.size, ...a.shape], a.dtype)),
    })
    return [outs, outs.map(() => 0)]
  },
  impl: () => {
    throw new RuleUnsupportedError('customVjp', 'jvp', forwardOnly)
  },
  show: () => ({}),
})
