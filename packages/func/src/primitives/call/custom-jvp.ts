/** `custom_jvp_call`: a function with a derivative of the user's. */
import type { Aval } from '../../aval'
import { batchFlat } from '../../interpreters/batch'
import { run } from '../../interpreters/run'
import { stage } from '../../interpreters/stage'
import { transposeJaxpr } from '../../interpreters/transpose'
import { called } from '../../ir/bodies'
import type { Jaxpr } from '../../ir/jaxpr'
import { outAvals } from '../../ir/jaxpr'
import { zerosLike } from '../../literal'
import { definePrimitive, isLinear, type Linear, type Primitive, type Tangent } from '../../primitive'
import type { Tensor } from '../../tensor'
import { bind } from '../../trace'
import { place } from './jit'
import { batchRule, dimsOf, type Flat, joined, jvpMapped, type Mapped, mappedOf, placed } from './batch-custom'

export interface CustomJvpParams {
  /** The function; a closure until a program is recorded. */
  readonly fn: Flat
  /** Tangents of the results from primals and tangents; both lists have all operands but the first `numConsts`. */
  readonly jvp: (xs: readonly Tensor[], ts: readonly Tensor[]) => readonly [outs: readonly Tensor[], tangents: readonly Tensor[]]
  readonly numConsts: number
  readonly jaxpr: Jaxpr | null
}
export const customJvpCall = (xs: readonly Tensor[], params: CustomJvpParams): readonly Tensor[] => bind(customJvpP, xs, params)

/** A closure as a program, with what it closes over as leading operands. */
export const closed = (f: Flat, types: readonly Aval[], name: string): { readonly jaxpr: Jaxpr; readonly consts: readonly Tensor[] } =>
  stage(f, types, name)

/**
 * Cotangents of a function that stands in a linear program: a rule was applied to tangents in which it is called again, as in that of a
 * linear function. Its own rule is of no use there; it is transposed as what it is made of.
 */
export const transposeInlined = (jaxpr: Jaxpr, cts: readonly Tangent[], ins: readonly (Tensor | Linear)[]): readonly Tangent[] => {
  const back = transposeJaxpr(
    jaxpr,
    ins.map(isLinear),
    cts.map((c) => c !== null),
  )
  const known = ins.filter((x): x is Tensor => !isLinear(x))
  return place(ins, run(back, [...known, ...cts.filter((c): c is Tensor => c !== null)]))
}

const customJvpP: Primitive<CustomJvpParams> = definePrimitive('custom_jvp_call', {
  abstractEval: (ins, { fn, jaxpr }) => outAvals(jaxpr ?? stage(fn, ins, 'customJvp').jaxpr),
  jvp: (xs, ts, { jvp, numConsts }) => {
    const tangents = ts.slice(numConsts).map((t, i) => t ?? zerosLike(xs[numConsts + i]!))
    return jvp(xs.slice(numConsts), tangents)
  },
  transpose: (cts, ins, { jaxpr }) => transposeInlined(jaxpr!, cts, ins),
  batch: (axis, xs, dims, { fn, jvp, numConsts }) => {
    const rest = dims.slice(numConsts)
    const types = xs.slice(numConsts).map((x) => x.aval)
    let mapped: Mapped | undefined
    const outs = customJvpCall(xs, {
      fn: (ys) => {
        const r = batchFlat(fn, axis, ys, dims)
        mapped ??= jvpMapped(jvp, axis, rest, types, mappedOf(r.dims))
        return placed(axis, r, mapped)
      },
      jvp: (ys, ts) => {
        const r = batchRule(jvp, axis, rest, ys, ts)
        mapped ??= joined(r.dims)
        const both = placed(axis, r, [...mapped, ...mapped])
        return [both.slice(0, mapped.length), both.slice(mapped.length)]
      },
      numConsts,
      jaxpr: null,
    })
    return [outs, dimsOf(mapped!)]
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
  bodies: ({ jaxpr }) => (jaxpr === null ? [] : called(jaxpr)),
  inline: (p) => p.jaxpr!,
  impl: (xs, p) => p.fn(xs),
  axisNames: ({ jaxpr }) => jaxpr?.axisNames ?? [],
  show: ({ jaxpr }) => ({ callJaxpr: jaxpr }),
})
