/**
 * vmap: every value may carry one more axis; what doesn't is computed once.
 *
 * An axis has one trace, which is entered again where a rule runs a user's function once more (one with a derivative of its own, also
 * after the vmap has ended): what such a function closes over is mapped there as it was outside.
 */
import { type Aval, aval, dropAxes } from '../aval'
import { axisNamesIn, type BatchAxis, type Dim, ruleOf } from '../primitive'
import { Tensor } from '../tensor'
import { activeMappings, atNextLevel, bind, type FlatWithAux, type Trace, whileMapping, withNamedAxis } from '../trace'
import { checkClosed } from './closed'

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
/** The one trace of an axis, and the vmaps around it where it was entered last. */
interface Mapping {
  readonly trace: Trace
  around: readonly Trace[]
}
const mappings = new WeakMap<BatchAxis, Mapping>()
const mappingOf = (axis: BatchAxis): Mapping => {
  const known = mappings.get(axis)
  if (known) return known
  const trace: Trace = {
    level: 0,
    name: 'vmap',
    active: false,
    process: (primitive, args, params) => {
      const values = args.map((x) => (x.trace === trace ? (x as Batched).value : x))
      const at = args.map((x): Dim => (x.trace === trace ? (x as Batched).dim : null))
      const named = axis.name !== undefined && axisNamesIn(primitive, params).includes(axis.name)
      const closes = primitive.kind === 'staged' && primitive.closes(params)
      if (!named && !closes && at.every((d) => d === null)) return bind(primitive, values, params)
      const rule = ruleOf(primitive.name, 'batch', primitive.batch)
      const [outs, outDims] =
        primitive.kind === 'leaf' ? rule(axis, values, at, params) : whileMapping(mapping.around, () => rule(axis, values, at, params))
      if (closes) for (const o of outs) checkClosed(primitive.name, o, trace.level)
      return outs.map((o, i) => {
        const d = outDims[i] ?? null
        return d === null ? o : new Batched(trace, o, d)
      })
    },
  }
  const mapping: Mapping = { trace, around: [] }
  mappings.set(axis, mapping)
  return mapping
}
/** Runs `f` under the trace of the axis, which may be running further out already, or have ended; then all is as it was. */
const entered = <A>(mapping: Mapping, level: number, f: () => A): A => {
  const { trace, around } = mapping
  const before = { level: trace.level, active: trace.active }
  mapping.around = activeMappings().filter((t) => t !== trace)
  trace.level = level
  trace.active = true
  try {
    return whileMapping([...mapping.around, trace], f)
  } finally {
    mapping.around = around
    trace.level = before.level
    trace.active = before.active
  }
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
    const mapping = mappingOf(axis)
    const { trace } = mapping
    const inside = (): readonly [BatchResult, X] => {
      const [outs, aux] = f(xs.map((x, i) => (dims[i] === null || dims[i] === undefined ? x : new Batched(trace, x, dims[i]!))))
      const result: BatchResult = {
        outs: outs.map((o) => (o.trace === trace ? (o as Batched).value : o)),
        dims: outs.map((o) => (o.trace === trace ? (o as Batched).dim : null)),
      }
      return [result, aux]
    }
    return entered(mapping, level, () =>
      axis.name === undefined ? inside() : withNamedAxis({ name: axis.name, size: axis.size, trace }, inside),
    )
  })
