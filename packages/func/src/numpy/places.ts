/** Places: between flat and per-axis ones, open grids of them, and parts left out, put in or chosen. Source: jax.numpy. */
import { range, type Shape, sizeOf, stridesOf } from '../aval'
import { ConcreteTensor } from '../array'
import { type DType, dtypes } from '../dtype'
import { ArgumentError, ConcretizationError } from '../error'
import { fullOf, literal } from '../literal'
import { list, nullable, oneOf, optionsOf, type OptionsOf, readArgument, readFunction, shape as shapeKind } from '../options'
import { add } from '../primitives/arithmetic'
import { convert, expandDims, reshape } from '../primitives/structural'
import { getElement } from '../scalar'
import type { Tensor } from '../tensor'
import { cumsum } from './cumulative'
import { divmod, maximum, minimum, mod, multiply, subtract } from './elementwise'
import { ofNumbers } from './host-tensor'
import { setAt } from './index-update'
import { indices } from './sequences'
import { concatenate, stack, unstack } from './join'
import { asPlaces } from './indexing'
import { greater, less, toBool, where } from './logic'
import { asTensor, asType, axisOf, broadcastShapes, broadcastTo, promoteTypes, type TensorLike } from './promote'
import { integerOperand } from './integer-operand'
import { take, takeAlongAxis } from './take'
import { diag } from './sequences'

/**
 * The place on each axis of flat places in a shape, in their dtype. Negative ones count from the end; those outside come to the last place
 * on all axes, or to the first.
 */
export const unravelIndex = (flat: TensorLike, shape: Shape): Tensor[] => {
  const { index } = integerOperand('unravelIndex', flat)
  readArgument('unravelIndex', 'shape', shapeKind, shape)
  const work = dtypes[index.dtype].bits < 32 ? convert(index, 'int32') : index
  let rest = work
  const places = shape.map((): Tensor => rest)
  for (let i = shape.length - 1; i >= 0; i--) [rest, places[i]] = divmod(rest, literal(shape[i]!, work.dtype))
  const beyond = greater(rest, 0)
  const before = dtypes[work.dtype].kind === 'uint' ? literal(false, 'bool') : less(rest, -1)
  return places.map((p, i) =>
    convert(where(beyond, literal(shape[i]! - 1, work.dtype), where(before, literal(0, work.dtype), p)), index.dtype),
  )
}
/** The flat place of places on each axis of a shape, moved inside where they lie outside; in the dtype of the places. */
export const ravelMultiIndex = (places: readonly TensorLike[], shape: Shape): Tensor => {
  readArgument('ravelMultiIndex', 'places', list, places)
  readArgument('ravelMultiIndex', 'shape', shapeKind, shape)
  if (places.length !== shape.length)
    throw new ArgumentError('ravelMultiIndex', `${places.length} places for the ${shape.length} axes of [${shape.join(',')}]`)
  const strides = stridesOf(shape)
  const given = promoteTypes(
    'ravelMultiIndex',
    places.map((p) => integerOperand('ravelMultiIndex', p).index),
  )
  const dtype = given[0]?.dtype ?? 'int32'
  const work = dtypes[dtype].bits < 32 ? 'int32' : dtype
  const terms = given.map((p, i) => {
    const inside = minimum(maximum(convert(p, work), 0), shape[i]! - 1)
    return multiply(inside, strides[i]!)
  })
  return convert(terms.reduce(add), dtype)
}
/** Vectors of places shaped so that together they index their product: `x.at(...np.ix([0, 2], [1, 3]))`. */
export const ix = (...places: readonly TensorLike[]): Tensor[] =>
  places.map((p, i) => {
    const { index } = integerOperand('ix', p)
    if (index.ndim !== 1) throw new ArgumentError('ix', `expected vectors, got shape [${index.shape.join(',')}]`)
    return expandDims(
      index,
      range(places.length).filter((a) => a !== i),
    )
  })

const knownPlaces = (where: string, places: TensorLike, n: number): number[] => {
  const { index } = integerOperand(where, places)
  if (!(index instanceof ConcreteTensor))
    throw new ConcretizationError(index.aval, `np.${where}, whose result's shape depends on the places`)
  const host = index.hostSync()
  return range(index.size).map((i) => {
    const p = getElement(host.data, i, host.dtype)
    const at = p < 0 ? p + n : p
    if (at < 0 || at > n) throw new ArgumentError(where, `place ${p} is out of range for size ${n}`)
    return at
  })
}
const alongOrFlat = (where: string, x: TensorLike, axis: number | null): { t: Tensor; at: number } => {
  const t = asTensor(x, where)
  return axis === null ? { t: reshape(t, { newSizes: [t.size] }), at: 0 } : { t, at: axisOf(where, axis, t.ndim) }
}
/** Without the parts at some places of an axis (of the flat order without one). Places must be known. */
const remove = (x: TensorLike, places: TensorLike, axis: number | null = null): Tensor => {
  const { t, at } = alongOrFlat('delete', x, axis)
  const n = t.shape[at]!
  const gone = new Set(knownPlaces('delete', places, n))
  return take(
    t,
    ofNumbers(
      range(n).filter((i) => !gone.has(i)),
      'int32',
    ),
    { axis: at, mode: 'clip' },
  )
}
export { remove as delete }
/** With `values` put in before a known place of an axis (of the flat order without one). */
export const insert = (x: TensorLike, place: number, values: TensorLike, axis: number | null = null): Tensor => {
  const { t, at } = alongOrFlat('insert', x, axis)
  const n = t.shape[at]!
  const [i] = knownPlaces('insert', place, n) as [number]
  const v = asType(values, t.dtype, 'insert')
  const full = v.ndim === t.ndim ? v : expandDims(v, v.ndim === t.ndim - 1 ? [at] : [])
  const sized = t.shape.map((m, a) => (a === at ? (full.ndim === t.ndim ? full.shape[at]! : 1) : m))
  const span = (from: number, to: number): Tensor => take(t, ofNumbers(range(to - from, from), 'int32'), { axis: at, mode: 'clip' })
  return concatenate([span(0, i), broadcastTo(full, sized, 'insert'), span(i, n)], at)
}
/** The parts along an axis (of the flat order without one) where a known mask holds. */
export const compress = (condition: TensorLike, x: TensorLike, axis: number | null = null): Tensor => {
  const { t, at } = alongOrFlat('compress', x, axis)
  const mask = toBool(condition, 'compress')
  if (!(mask instanceof ConcreteTensor))
    throw new ConcretizationError(mask.aval, "np.compress, whose result's shape depends on the condition")
  const flags = mask.hostSync().data
  const places = range(mask.size).filter((i) => flags[i] !== 0)
  return take(t, ofNumbers(places, 'int32'), { axis: at, mode: 'clip' })
}
/** The elements where a known mask holds, in the flat order. */
export const extract = (condition: TensorLike, x: TensorLike): Tensor => {
  const mask = asTensor(condition, 'extract')
  return compress(reshape(mask, { newSizes: [mask.size] }), x)
}
/** Element by element the choice that `which` numbers (moved inside where it lies outside). */
export const choose = (which: TensorLike, choices: readonly TensorLike[]): Tensor => {
  const { index } = integerOperand('choose', which)
  readArgument('choose', 'choices', list, choices)
  const ts = choices.map((c) => asTensor(c, 'choose'))
  const shape = broadcastShapes('choose', [index.aval, ...ts.map((t) => t.aval)])
  const cases = stack(ts.map((t) => broadcastTo(t, shape, 'choose')))
  const inside = maximum(asPlaces(index), 0)
  const chosen = takeAlongAxis(cases, expandDims(broadcastTo(inside, shape, 'choose'), [0]), 0, { mode: 'clip' })
  return reshape(chosen, { newSizes: shape })
}
/** A tensor with `value` on its main diagonal; the elements of a tensor in order, repeated where they are fewer. */
export const fillDiagonal = (x: TensorLike, value: TensorLike): Tensor => {
  const t = asTensor(x, 'fillDiagonal')
  if (t.ndim < 2) throw new ArgumentError('fillDiagonal', `expected a matrix, got shape [${t.shape.join(',')}]`)
  const n = Math.min(...t.shape)
  const i = ofNumbers(range(n), 'int32')
  const v = asType(value, t.dtype, 'fillDiagonal')
  return setAt(
    t,
    t.shape.map(() => i),
    v.ndim === 0 ? v : resize(v, [n]),
  )
}
/** All elements as the k-th diagonal of a matrix. */
export const diagflat = (x: TensorLike, k = 0): Tensor => {
  const t = asTensor(x, 'diagflat')
  return diag(reshape(t, { newSizes: [t.size] }), k)
}
/** The elements repeated in order to fill another shape; zeros where there is none. */
export const resize = (x: TensorLike, shape: Shape): Tensor => {
  const t = asTensor(x, 'resize')
  readArgument('resize', 'shape', shapeKind, shape)
  const n = sizeOf(shape)
  if (t.size === 0) return fullOf(0, shape, t.dtype)
  return reshape(
    take(
      t,
      ofNumbers(
        range(n).map((i) => i % t.size),
        'int32',
      ),
      { mode: 'clip' },
    ),
    { newSizes: shape },
  )
}
/** What a function of one coordinate tensor for each axis gives. */
export const fromfunction = (f: (...coordinates: Tensor[]) => Tensor, shape: Shape): Tensor => {
  readFunction('fromfunction', f)
  return f(...unstack(indices(shape)))
}

/** As many elements as are wanted, in order, from the first on again where there are fewer. */
const repeated = (where_: string, values: TensorLike, n: number, dtype: DType): Tensor => {
  const v = asType(values, dtype, where_)
  if (v.size === 0) throw new ArgumentError(where_, 'there are no values to put')
  return resize(v, [n])
}
/** A tensor with `values` in order at the places where the mask (of its size) holds. Errors: ArgumentError. */
export const place = (x: TensorLike, mask: TensorLike, values: TensorLike): Tensor => {
  const t = asTensor(x, 'place')
  const given = toBool(mask, 'place')
  if (given.size !== t.size)
    throw new ArgumentError('place', `a mask of shape [${given.shape.join(',')}] for a tensor of shape [${t.shape.join(',')}]`)
  if (t.size === 0) return t
  const flat = reshape(given, { newSizes: [t.size] })
  const nth = subtract(cumsum(convert(flat, 'int32')), 1)
  const chosen = take(repeated('place', values, t.size, t.dtype), nth, { axis: 0, mode: 'clip' })
  return reshape(where(flat, chosen, reshape(t, { newSizes: [t.size] })), { newSizes: t.shape })
}
const putOptions = optionsOf({
  /** Of places outside: left out (null), moved to the end ('clip'), counted around ('wrap'). */
  mode: nullable(oneOf('clip', 'wrap')),
})
/** Options of `put`. */
export interface PutOptions extends OptionsOf<typeof putOptions> {}
/** A tensor with `values` in order at places of its flat order. Errors: ArgumentError. */
export const put = (x: TensorLike, places: TensorLike, values: TensorLike, options?: PutOptions): Tensor => {
  const { mode = null } = putOptions('put', options)
  const t = asTensor(x, 'put')
  const { index } = integerOperand('put', places)
  if (t.size === 0 || index.size === 0) return t
  const flat = reshape(index, { newSizes: [index.size] })
  const at = mode === 'clip' ? minimum(maximum(flat, 0), t.size - 1) : mode === 'wrap' ? mod(flat, t.size) : flat
  const updated = setAt(reshape(t, { newSizes: [t.size] }), [at], repeated('put', values, index.size, t.dtype))
  return reshape(updated, { newSizes: t.shape })
}
