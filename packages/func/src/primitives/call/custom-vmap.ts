/** `custom_vmap_call`: a function whose batching is said, not found. Source: jax.custom_batching.custom_vmap. */
import { batchFlat } from '../../interpreters/batch'
import { jvpFlat } from '../../interpreters/jvp'
import { run } from '../../interpreters/run'
import { stage } from '../../interpreters/stage'
import type { Jaxpr } from '../../ir/jaxpr'
import { outAvals } from '../../ir/jaxpr'
import { zerosLike } from '../../literal'
import { type BatchAxis, defineCall, defineStaged, type Dim, type Primitive, type Recorded, type StagedRules } from '../../primitive'
import type { Tensor } from '../../tensor'
import { bind } from '../../trace'
import { batchAt } from '../structural'
import type { Flat } from './batch-custom'
import { transposeInlined } from './custom-call'
import { openedInPlace } from './opened'

/** Results, and which have the axis first, from operands that have it first where `batched` says so. */
export type BatchRule = (
  axisSize: number,
  batched: readonly boolean[],
  xs: readonly Tensor[],
) => readonly [outs: readonly Tensor[], batched: readonly boolean[]]
interface CustomVmapParams {
  readonly fn: Flat
  readonly rule: BatchRule
}
/** As it stands in a program: what the function closes over are the first operands. */
interface CustomVmapCallParams {
  readonly rule: BatchRule
  readonly jaxpr: Jaxpr
  readonly numConsts: number
}
export const customVmapCall = (xs: readonly Tensor[], params: CustomVmapParams): readonly Tensor[] => bind(customVmapP, xs, params)

type Batched = readonly [readonly Tensor[], readonly Dim[]]
const batch = (axis: BatchAxis, xs: readonly Tensor[], dims: readonly Dim[], { fn, rule }: CustomVmapParams): Batched => {
  if (dims.every((d) => d === null)) {
    // it closes over something that has the axis
    const r = batchFlat(fn, axis, xs, dims)
    return [r.outs, r.dims]
  }
  const [outs, batched] = rule(
    axis.size,
    dims.map((d) => d !== null),
    xs.map((x, i) => (dims[i] === null ? x : batchAt(axis.size, x, dims[i]!))),
  )
  return [outs, batched.map((b) => (b ? 0 : null))]
}
/** The tangents as a function of primals and tangents, whose rule is the derivative of the rule: so vmap of a derivative asks it too. */
const tangentsOf = ({ fn, rule }: CustomVmapParams): CustomVmapParams => {
  const halves = (ys: readonly Tensor[]): readonly [readonly Tensor[], readonly Tensor[]] => [
    ys.slice(0, ys.length / 2),
    ys.slice(ys.length / 2),
  ]
  const filled = ({ outs, tangents }: ReturnType<typeof jvpFlat>): readonly Tensor[] => outs.map((o, i) => tangents[i] ?? zerosLike(o))
  return {
    fn: (ys) => filled(jvpFlat(fn, ...halves(ys))),
    rule: (size, batched, ys) => {
      const n = ys.length / 2
      const either = batched.slice(0, n).map((b, i) => b || batched[n + i]!)
      const given = ys.map((y, i) => (either[i % n] && !batched[i] ? batchAt(size, y, null) : y))
      let outBatched: readonly boolean[] = []
      const both = jvpFlat(
        (xs) => {
          const [outs, b] = rule(size, either, xs)
          outBatched = b
          return outs
        },
        ...halves(given),
      )
      return [filled(both), outBatched]
    },
  }
}
const jvp: StagedRules<CustomVmapParams>['jvp'] = (xs, ts, params) => [
  customVmapCall(xs, params),
  customVmapCall([...xs, ...ts.map((t, i) => t ?? zerosLike(xs[i]!))], tangentsOf(params)),
]
const customVmapP: Primitive<CustomVmapParams> = defineStaged('custom_vmap_call', {
  jvp,
  batch,
  evaluate: (xs, { fn }) => fn(xs),
  closes: () => true,
  record: (xs, { fn, rule }) => {
    const { jaxpr, consts } = stage(
      fn,
      xs.map((x) => x.aval),
      'customVmap',
    )
    const params: CustomVmapCallParams = { rule, jaxpr, numConsts: consts.length }
    return { primitive: customVmapCallP as unknown as Recorded<never>, xs: [...consts, ...xs], params }
  },
})
/** The function of all operands; the rule knows of the last ones. */
const opened = ({ jaxpr, rule }: CustomVmapCallParams, consts: readonly Tensor[]): CustomVmapParams => ({
  fn: (ys) => run(jaxpr, [...consts, ...ys]),
  rule,
})
const customVmapCallP = defineCall<'custom_vmap_call', CustomVmapCallParams>('custom_vmap_call', {
  abstractEval: (_ins, { jaxpr }) => outAvals(jaxpr),
  jvp: (xs, ts, p) => {
    const n = p.numConsts
    // of what it closes over the rule says nothing: with a tangent there it is what it is made of
    if (ts.slice(0, n).some((t) => t !== null)) {
      const { outs, tangents } = jvpFlat((ys) => run(p.jaxpr, ys), xs, ts)
      return [outs, tangents]
    }
    const [consts, rest] = [xs.slice(0, n), xs.slice(n)]
    return jvp(rest, ts.slice(n), opened(p, consts))
  },
  batch: (axis, xs, dims, p) => {
    const n = p.numConsts
    if (dims.slice(0, n).every((d) => d === null)) return batch(axis, xs.slice(n), dims.slice(n), opened(p, xs.slice(0, n)))
    const r = batchFlat((ys) => run(p.jaxpr, ys), axis, xs, dims)
    return [r.outs, r.dims]
  },
  transpose: (cts, ins, { jaxpr }) => transposeInlined(jaxpr, cts, ins),
  ...openedInPlace('customVmap'),
})
