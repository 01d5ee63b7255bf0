/** `custom_jvp_call`: a function with a derivative of the user's. */
import type { Aval } from '../../aval'
import { batchFlat } from '../../interpreters/batch'
import { run } from '../../interpreters/run'
import { stage } from '../../interpreters/stage'
import type { Jaxpr } from '../../ir/jaxpr'
import { outAvals } from '../../ir/jaxpr'
import { zerosLike } from '../../literal'
import { type BatchAxis, definePrimitive, type Dim, unsupported, type Primitive } from '../../primitive'
import { batchAt } from '../structural'
import type { Tensor } from '../../tensor'
import { bind } from '../../trace'

export type Flat = (xs: readonly Tensor[]) => readonly Tensor[]
export interface CustomJvpParams {
  /** The function; a closure until a program is recorded. */
  readonly fn: Flat
  /** Tangents of the results from primals and tangents; both lists have all operands but the first `numConsts`. */
  readonly jvp: (xs: readonly Tensor[], ts: readonly Tensor[]) => readonly [outs: readonly Tensor[], tangents: readonly Tensor[]]
  readonly numConsts: number
  readonly jaxpr: Jaxpr | null
}
export const customJvpCall = (xs: readonly Tensor[], params: CustomJvpParams): readonly Tensor[] => bind(customJvpP, xs, params)

/** A function on batched operands; every result has the axis first. */
export const batched =
  (f: Flat, axis: BatchAxis, dims: readonly Dim[]): Flat =>
  (xs) => {
    const r = batchFlat(f, axis, xs, dims)
    return r.outs.map((o, i) => batchAt(axis.size, o, r.dims[i]!))
  }
/** A closure as a program, with what it closes over as leading operands. */
export const closed = (f: Flat, types: readonly Aval[], name: string): { readonly jaxpr: Jaxpr; readonly consts: readonly Tensor[] } =>
  stage(f, types, name)

const customJvpP: Primitive<CustomJvpParams> = definePrimitive('custom_jvp_call', {
  abstractEval: (ins, { fn, jaxpr }) => outAvals(jaxpr ?? stage(fn, ins, 'customJvp').jaxpr),
  jvp: (xs, ts, { jvp, numConsts }) => {
    const tangents = ts.slice(numConsts).map((t, i) => t ?? zerosLike(xs[numConsts + i]!))
    return jvp(xs.slice(numConsts), tangents)
  },
  transpose: unsupported('its derivative is taken before transposition'),
  batch: (axis, xs, dims, { fn, jvp, numConsts }) => {
    const rest = dims.slice(numConsts)
    const outs = customJvpCall(xs, {
      fn: batched(fn, axis, dims),
      jvp: (ys, ts) => {
        const n = ys.length
        const both = batched(
          (zs) => {
            const [o, t] = jvp(zs.slice(0, n), zs.slice(n))
            return [...o, ...t]
          },
          axis,
          [...rest, ...rest],
        )([...ys, ...ts])
        return [both.slice(0, both.length / 2), both.slice(both.length / 2)]
      },
      numConsts,
      jaxpr: null,
    })
    return [outs, outs.map(() => 0)]
  },
  stage: (xs, p) => {
    if (p.jaxpr) return [xs, p]
    const { jaxpr, consts } = closed(
      p.fn,
      xs.map((x) => x.aval),
      'customJvp',
    )
    return [[...consts, ...xs], { ...p, fn: (ys) => run(jaxpr, ys), numConsts: p.numConsts + consts.length, jaxpr }]
  },
  inline: (p) => p.jaxpr!,
  impl: (xs, p) => p.fn(xs),
  axisNames: ({ jaxpr }) => jaxpr?.axisNames ?? [],
  show: ({ jaxpr }) => ({ callJaxpr: jaxpr }),
})
