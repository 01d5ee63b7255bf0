/** Picking along one axis by integer tensors. Source: the jax.numpy functions of the same names. */
import { otherAxes, range } from '../aval'
import { ArgumentError } from '../error'
import { literal } from '../literal'
import { axis as axisKind, boolean, type Kind, nullable, oneOf, optionsOf, type OptionsOf } from '../options'
import { add } from '../primitives/arithmetic'
import { gather, scatter, scatterAdd } from '../primitives/indexing'
import { lt, rem, selectN } from '../primitives/piecewise'
import { convert, expandDims, reshape } from '../primitives/structural'
import type { GatherMode } from '../table'
import type { Tensor } from '../tensor'
import { placesOf } from './indexing'
import { integerOperand } from './integer-operand'
import { optionsLast } from './options-last'
import { asTensor, asType, axisOf, broadcastShapes, broadcastTo, type TensorLike } from './promote'

/** A number, NaN too. */
const nanOr: Kind<number> = { expected: 'a number', is: (x) => typeof x === 'number' }
const takeKinds = {
  /** Places outside: 'fill' (NaN, or the lowest integer; the default), 'clip' to the nearest (negative ones too), 'wrap' around. */
  mode: oneOf('fill', 'clip', 'wrap'),
  fillValue: nanOr,
}
const takeOptions = optionsOf(
  {
    ...takeKinds,
    /** Without an axis the flat order is picked from. */
    axis: nullable(axisKind),
  },
  { alone: 'axis' },
)
/** Options of `take`. */
export interface TakeOptions extends OptionsOf<typeof takeOptions> {}
/** Parts of `x` along an axis, at integer places: the axis is replaced by the axes of `indices`. Negative places count from the end. */
export const take = optionsLast('take', (x: TensorLike, indices: TensorLike, option?: number | null | TakeOptions): Tensor => {
  const { axis = null, mode = 'fill', fillValue } = takeOptions('take', option)
  const t = asTensor(x, 'take')
  if (axis === null) return take(reshape(t, { newSizes: [t.size] }), indices, { axis: 0, mode, fillValue })
  const at = axisOf('take', axis, t.ndim)
  const n = t.shape[at]!
  const given = integerOperand('take', indices)
  const places = mode === 'wrap' ? wrapped(given.index, n) : placesOf(mode === 'clip' ? { ...given, signed: false } : given, n)
  const batch = places.shape
  return gather(t, expandDims(places, [batch.length]), {
    dimensionNumbers: {
      offsetDims: otherAxes(t.ndim - 1 + batch.length, range(batch.length, at)),
      collapsedSliceDims: [at],
      startIndexMap: [at],
      operandBatchingDims: [],
      startIndicesBatchingDims: [],
    },
    sliceSizes: t.shape.map((m, i) => (i === at ? 1 : m)),
    mode: gatherModes[mode],
    fillValue: fillValue ?? null,
  })
})
const gatherModes: Readonly<Record<'fill' | 'clip' | 'wrap', GatherMode>> = { fill: 'fill', clip: 'clip', wrap: 'promise_in_bounds' }
const wrapped = (index: Tensor, n: number): Tensor => {
  const size = literal(n, 'int32')
  const r = rem(convert(index, 'int32'), size)
  return selectN(lt(r, literal(0, 'int32')), r, add(r, size))
}

/** `x` and places with all axes but one of equal size, and the dimension numbers that pair them. */
const paired = (where: string, x: TensorLike, indices: TensorLike, axis: number) => {
  const t = asTensor(x, where)
  const at = axisOf(where, axis, t.ndim)
  const given = integerOperand(where, indices)
  if (given.index.ndim !== t.ndim)
    throw new ArgumentError(
      where,
      `indices of shape [${given.index.shape.join(',')}] must have as many axes as the operand of shape [${t.shape.join(',')}]`,
    )
  const without = (shape: readonly number[]): number[] => shape.map((n, i) => (i === at ? 1 : n))
  const common = broadcastShapes(where, [{ shape: without(t.shape) }, { shape: without(given.index.shape) }])
  const sized = (n: number): number[] => common.map((m, i) => (i === at ? n : m))
  const operand = broadcastTo(t, sized(t.shape[at]!), where)
  const places = broadcastTo(placesOf(given, t.shape[at]!), sized(given.index.shape[at]!), where)
  return { operand, at, places, vectors: expandDims(places, [t.ndim]), rest: otherAxes(t.ndim, [at]) }
}
const alongOptions = optionsOf(takeKinds)
export interface AlongOptions extends OptionsOf<typeof alongOptions> {}
/** The elements of `x` at places along one axis, which differ for each place on the other axes (as `argsort` answers them). */
export const takeAlongAxis = (x: TensorLike, indices: TensorLike, axis: number | null = -1, options?: AlongOptions): Tensor => {
  const { mode = 'fill', fillValue } = alongOptions('takeAlongAxis', options)
  if (axis === null) return takeAlongAxis(flat(x), flat(integerOperand('takeAlongAxis', indices).index), 0, { mode, fillValue })
  const { operand, at, vectors, rest } = paired('takeAlongAxis', x, indices, axis)
  return gather(operand, vectors, {
    dimensionNumbers: {
      offsetDims: [],
      collapsedSliceDims: [at],
      startIndexMap: [at],
      operandBatchingDims: rest,
      startIndicesBatchingDims: rest,
    },
    sliceSizes: operand.shape.map(() => 1),
    mode: gatherModes[mode],
    fillValue: fillValue ?? null,
  })
}
const flat = (x: TensorLike): Tensor => reshape(asTensor(x), { newSizes: [asTensor(x).size] })
const putOptions = optionsOf({ add: boolean })
interface PutOptions extends OptionsOf<typeof putOptions> {}
/** `x` with `values` at places along one axis, as `takeAlongAxis` reads them; with `add` they are added. */
export const putAlongAxis = (x: TensorLike, indices: TensorLike, values: TensorLike, axis: number, options?: PutOptions): Tensor => {
  const { add: adding = false } = putOptions('putAlongAxis', options)
  const { operand, at, places, vectors, rest } = paired('putAlongAxis', x, indices, axis)
  const updates = broadcastTo(asType(values, operand.dtype, 'putAlongAxis'), places.shape, 'putAlongAxis')
  return (adding ? scatterAdd : scatter)(operand, vectors, updates, {
    dimensionNumbers: {
      updateWindowDims: [],
      insertedWindowDims: [at],
      scatterDimsToOperandDims: [at],
      operandBatchingDims: rest,
      scatterIndicesBatchingDims: rest,
    },
    indicesAreSorted: false,
    uniqueIndices: false,
    mode: 'fill',
  })
}
