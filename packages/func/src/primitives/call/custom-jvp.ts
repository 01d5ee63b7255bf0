/** `custom_jvp_call`: a function with a derivative of the user's. */
import type { Aval } from '../../aval'
import { batchFlat } from '../../interpreters/batch'
import { run } from '../../interpreters/run'
import { stage } from '../../interpreters/stage'
import { transposeJaxpr } from '../../interpreters/transpose'
import type { Jaxpr } from '../../ir/jaxpr'
import { outAvals } from '../../ir/jaxpr'
import { zerosLike } from '../../literal'
import {
  type BatchAxis,
  type CallSettings,
  defineCall,
  defineStaged,
  type Dim,
  isLinear,
  type Linear,
  type Primitive,
  type Recorded,
  type StagedRules,
  type Tangent,
} from '../../primitive'
import type { Tensor } from '../../tensor'
import { bind } from '../../trace'
import { linearCotangents } from './jit'
import { batchRule, dimsOf, type Flat, joined, jvpMapped, type Mapped, mappedOf, batchedResults } from './batch-custom'

export interface CustomJvpParams {
  readonly fn: Flat
  /** Tangents of the results from primals and tangents; both lists have all operands but the first `numConsts`. */
  readonly jvp: (xs: readonly Tensor[], ts: readonly Tensor[]) => readonly [outs: readonly Tensor[], tangents: readonly Tensor[]]
  readonly numConsts: number
  /** True where function and rule are of their operands alone, closing over no tensor. */
  readonly selfContained?: boolean
}
/** As it stands in a program: the function is a program too. */
type CustomJvpCallParams = Omit<CustomJvpParams, 'fn'> & { readonly jaxpr: Jaxpr }
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
  return linearCotangents(ins, run(back, [...known, ...cts.filter((c): c is Tensor => c !== null)]))
}

const jvp: StagedRules<Omit<CustomJvpParams, 'fn'>>['jvp'] = (xs, ts, { jvp: rule, numConsts }) => {
  const tangents = ts.slice(numConsts).map((t, i) => t ?? zerosLike(xs[numConsts + i]!))
  return rule(xs.slice(numConsts), tangents)
}
const batch = (
  axis: BatchAxis,
  xs: readonly Tensor[],
  dims: readonly Dim[],
  { fn, jvp: rule, numConsts, selfContained = false }: CustomJvpParams,
): readonly [readonly Tensor[], readonly Dim[]] => {
  const rest = dims.slice(numConsts)
  const types = xs.slice(numConsts).map((x) => x.aval)
  let mapped: Mapped | undefined
  const outs = customJvpCall(xs, {
    fn: (ys) => {
      const r = batchFlat(fn, axis, ys, dims)
      mapped ??= jvpMapped(rule, axis, rest, types, mappedOf(r.dims))
      return batchedResults(axis, r, mapped)
    },
    jvp: (ys, ts) => {
      const r = batchRule(rule, axis, rest, ys, ts)
      mapped ??= joined(r.dims)
      const both = batchedResults(axis, r, [...mapped, ...mapped])
      return [both.slice(0, mapped.length), both.slice(mapped.length)]
    },
    numConsts,
    selfContained,
  })
  return [outs, dimsOf(mapped!)]
}

const customJvpP: Primitive<CustomJvpParams> = defineStaged('custom_jvp_call', {
  jvp,
  batch,
  evaluate: (xs, p) => p.fn(xs),
  closes: ({ selfContained = false }) => !selfContained,
  record: (xs, p) => {
    const { jaxpr, consts } = closed(
      p.fn,
      xs.map((x) => x.aval),
      'customJvp',
    )
    const { fn: _, ...rest } = p
    const params: CustomJvpCallParams = { ...rest, numConsts: p.numConsts + consts.length, jaxpr }
    return { primitive: customJvpCallP as unknown as Recorded<never>, xs: [...consts, ...xs], params }
  },
})
const settings: CallSettings = { donated: [], device: null, name: 'customJvp' }
const customJvpCallP = defineCall<'custom_jvp_call', CustomJvpCallParams>('custom_jvp_call', {
  abstractEval: (_ins, { jaxpr }) => outAvals(jaxpr),
  jvp,
  transpose: (cts, ins, { jaxpr }) => transposeInlined(jaxpr, cts, ins),
  batch: (axis, xs, dims, p) => batch(axis, xs, dims, { ...p, fn: (ys) => run(p.jaxpr, ys) }),
  program: ({ jaxpr }) => jaxpr,
  settings: () => settings,
  barrier: null,
  partialEval: null,
  dce: null,
  show: ({ jaxpr }) => ({ callJaxpr: jaxpr }),
})
