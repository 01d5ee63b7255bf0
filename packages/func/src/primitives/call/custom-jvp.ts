/** `custom_jvp_call`: a function with a derivative of the user's. */
import { batchFlat } from '../../interpreters/batch'
import { zerosLike } from '../../literal'
import type { BatchAxis, Dim, Primitive, StagedRules, Tangent } from '../../primitive'
import type { Tensor } from '../../tensor'
import { bind } from '../../trace'
import { batchRule, dimsOf, type Flat, joined, jvpMapped, type Mapped, mappedOf, batchedResults } from './batch-custom'
import { defineCustomCall } from './custom-call'

type JvpRule = (xs: readonly Tensor[], ts: readonly Tensor[]) => readonly [outs: readonly Tensor[], tangents: readonly Tensor[]]
type SparseRule = (xs: readonly Tensor[], ts: readonly Tangent[]) => ReturnType<JvpRule>
interface CustomJvpRules {
  /** Tangents of the results from primals and tangents; both lists have all operands but the first `numConsts`. */
  readonly jvp: JvpRule
  readonly numConsts: number
  /** The same rule where it knows what is not differentiated, whose tangent is null; `jvp` gets zeros. */
  readonly sparse?: SparseRule
  /** True where function and rule are of their operands alone, closing over no tensor. */
  readonly selfContained?: boolean
}
export interface CustomJvpParams extends CustomJvpRules {
  readonly fn: Flat
}
export const customJvpCall = (xs: readonly Tensor[], params: CustomJvpParams): readonly Tensor[] => bind(customJvpP, xs, params)

const ruleOf =
  ({ jvp: rule, sparse }: CustomJvpRules): SparseRule =>
  (xs, ts) =>
    sparse
      ? sparse(xs, ts)
      : rule(
          xs,
          ts.map((t, i) => t ?? zerosLike(xs[i]!)),
        )
const jvp: StagedRules<CustomJvpRules>['jvp'] = (xs, ts, rules) => ruleOf(rules)(xs.slice(rules.numConsts), ts.slice(rules.numConsts))
const batch = (
  axis: BatchAxis,
  xs: readonly Tensor[],
  dims: readonly Dim[],
  { fn, ...rules }: CustomJvpParams,
): readonly [readonly Tensor[], readonly Dim[]] => {
  const { numConsts, selfContained = false } = rules
  const rule = ruleOf(rules)
  const rest = dims.slice(numConsts)
  const types = xs.slice(numConsts).map((x) => x.aval)
  let mapped: Mapped | undefined
  const batched: SparseRule = (ys, ts) => {
    const r = batchRule(rule, axis, rest, ys, ts)
    mapped ??= joined(r.dims)
    const both = batchedResults(axis, r, [...mapped, ...mapped])
    return [both.slice(0, mapped.length), both.slice(mapped.length)]
  }
  const outs = customJvpCall(xs, {
    fn: (ys) => {
      const r = batchFlat(fn, axis, ys, dims)
      mapped ??= jvpMapped(rule, axis, rest, types, mappedOf(r.dims))
      return batchedResults(axis, r, mapped)
    },
    jvp: batched,
    ...(rules.sparse && { sparse: batched }),
    numConsts,
    selfContained,
  })
  return [outs, dimsOf(mapped!)]
}

const customJvpP: Primitive<CustomJvpParams> = defineCustomCall<CustomJvpRules>('custom_jvp_call', 'customJvp', {
  jvp,
  batch,
  closes: ({ selfContained = false }) => !selfContained,
})
