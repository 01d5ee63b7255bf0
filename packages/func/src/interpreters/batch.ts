/** vmap: every value may carry one more axis; what doesn't is computed once. */
import { type Aval, aval, dropAxes } from '../aval'
import { axisNamesIn, type BatchAxis, type Dim, ruleOf } from '../primitive'
import { Tensor } from '../tensor'
import { atNextLevel, bind, type FlatWithAux, type Trace, whileActive, withNamedAxis } from '../trace'

class Batched extends Tensor {
  readonly aval: Aval
  constructor(
    readonly trace: Trace,
    readonly value: Tensor,
    readonly dim: number,
  ) {
    super()
    this.aval = aval(dropAxes(value.aval.shape, [dim]), value.aval.dtype, value.aval.weakType)
  }
}
export interface BatchResult {
  readonly outs: readonly Tensor[]
  readonly dims: readonly Dim[]
}
/** Runs `f` on batched operands; answers results with the axis wherever it ended up. */
export const batchFlat = (
  f: (xs: readonly Tensor[]) => readonly Tensor[],
  axis: BatchAxis,
  xs: readonly Tensor[],
  dims: readonly Dim[],
): BatchResult => batchWithAux((ys) => [f(ys), undefined], axis, xs, dims)[0]

/** `batchFlat` of a function that answers something static besides tensors. */
export const batchWithAux = <X>(
  f: FlatWithAux<X>,
  axis: BatchAxis,
  xs: readonly Tensor[],
  dims: readonly Dim[],
): readonly [BatchResult, aux: X] =>
  atNextLevel((level) => {
    const trace: Trace = {
      level,
      name: 'vmap',
      active: true,
      process: (primitive, args, params) => {
        const values = args.map((x) => (x.trace === trace ? (x as Batched).value : x))
        const at = args.map((x): Dim => (x.trace === trace ? (x as Batched).dim : null))
        const named = axis.name !== undefined && axisNamesIn(primitive, params).includes(axis.name)
        if (!named && at.every((d) => d === null)) return bind(primitive, values, params)
        const [outs, outDims] = ruleOf(primitive.name, 'batch', primitive.batch)(axis, values, at, params)
        return outs.map((o, i) => {
          const d = outDims[i] ?? null
          return d === null ? o : new Batched(trace, o, d)
        })
      },
    }
    const inside = (): readonly [BatchResult, X] => {
      const [outs, aux] = f(xs.map((x, i) => (dims[i] === null || dims[i] === undefined ? x : new Batched(trace, x, dims[i]!))))
      const result: BatchResult = {
        outs: outs.map((o) => (o.trace === trace ? (o as Batched).value : o)),
        dims: outs.map((o) => (o.trace === trace ? (o as Batched).dim : null)),
      }
      return [result, aux]
    }
    return whileActive(trace, () =>
      axis.name === undefined ? inside() : withNamedAxis({ name: axis.name, size: axis.size, trace }, inside),
    )
  })
