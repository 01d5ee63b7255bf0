/** dot_general: sums of products over pairs of axes. Everything that multiplies matrices becomes one of these. */
import { type Aval, aval, otherAxes, range, type Shape } from '../aval'
import { bytesOf, type DType, dtypes, isFloating } from '../dtype'
import { type BatchAxis, defineLeaf, type Dim, isLinear } from '../primitive'
import type { ContractionParams } from '../table'
import type { Tensor } from '../tensor'
import { bind1 } from '../trace'
import { known, sumTangents } from './pointwise'
import { convert, convertElementType, transpose } from './structural'

export type DotParams = ContractionParams['dot_general']
export type DotDimensionNumbers = DotParams['dimensionNumbers']

/**
 * Sum of products of two tensors over pairs of axes.
 *
 * Shapes: batch axes (in the order given), then the free axes of lhs, then those of rhs.
 * Errors: ShapeError where axes are not distinct or sizes of paired axes differ.
 * Source: jax.lax.dot_general.
 */
export const dotGeneral = (lhs: Tensor, rhs: Tensor, params: DotParams): Tensor => {
  if (lhs.aval.dtype !== 'bool' || rhs.aval.dtype !== 'bool') return bind1(dotGeneralP, [lhs, rhs], params)
  // Booleans: whether any pair is true of both; with preferredElementType how many.
  const { preferredElementType } = params
  const work = preferredElementType ?? 'int32'
  const count = bind1(dotGeneralP, [convert(lhs, work), convert(rhs, work)], { ...params, preferredElementType: null })
  return preferredElementType === null ? convert(count, 'bool') : count
}

/** Whether a result may be accumulated in `wanted`: any type for floats, one at least as wide for integers. */
export const preferredReason = (dtype: DType, wanted: DType | null): string | null => {
  if (wanted === null || wanted === dtype) return null
  if (dtypes[wanted].kind === 'bool') return 'preferredElementType can not be bool'
  if (isFloating(dtype)) return isFloating(wanted) ? null : `preferredElementType ${wanted} must be floating, as the operands are`
  return bytesOf(wanted) < bytesOf(dtype) ? `preferredElementType ${wanted} must not be narrower than ${dtype}` : null
}

/** Parameters as they are printed: without those that say nothing. */
export const shownProduct = <P extends Pick<DotParams, 'precision' | 'preferredElementType'>>({
  precision,
  preferredElementType,
  ...rest
}: P): Readonly<Record<string, unknown>> => ({
  ...rest,
  ...(precision ? { precision: precision.map((p) => `Precision.${p.toUpperCase()}`) } : {}),
  ...(preferredElementType === null ? {} : { preferredElementType }),
})

const sizes = (shape: Shape, axes: readonly number[]): number[] => axes.map((a) => shape[a]!)
const sideReason = (side: string, rank: number, contract: readonly number[], batch: readonly number[]): string | null => {
  const all = [...batch, ...contract]
  if (all.some((a) => !Number.isInteger(a) || a < 0 || a >= rank))
    return `${side} axes (contracting [${contract}], batch [${batch}]) must be non-negative and below its rank ${rank}`
  if (new Set(all).size !== all.length) return `${side} axes (contracting [${contract}], batch [${batch}]) must be distinct`
  return null
}
const dotReason = (l: Aval, r: Aval, { dimensionNumbers: [[lc, rc], [lb, rb]], preferredElementType }: DotParams): string | null => {
  if (l.dtype !== r.dtype) return 'operands must have equal dtypes'
  if (l.dtype === 'bool') return 'booleans can not be multiplied; convert to int32 or float32 first'
  if (lb.length !== rb.length) return `lhs batch axes [${lb}] and rhs batch axes [${rb}] must be equally many`
  if (lc.length !== rc.length) return `lhs contracting axes [${lc}] and rhs contracting axes [${rc}] must be equally many`
  const side = sideReason('lhs', l.shape.length, lc, lb) ?? sideReason('rhs', r.shape.length, rc, rb)
  if (side !== null) return side
  const differs = (a: readonly number[], b: readonly number[]): boolean => a.some((x, i) => l.shape[x] !== r.shape[b[i]!])
  if (differs(lb, rb))
    return `batch axes must have equal sizes, but those of lhs are [${sizes(l.shape, lb)}] and of rhs [${sizes(r.shape, rb)}]`
  if (differs(lc, rc))
    return `contracting axes must have equal sizes, but lhs axes [${lc}] have [${sizes(l.shape, lc)}] and rhs axes [${rc}] have [${sizes(r.shape, rc)}]`
  return preferredReason(l.dtype, preferredElementType)
}

/** The cotangent of `x` in dot(x, y), or in dot(y, x) if `swapped`; dimension numbers stand for (x, y). */
const transposeOne = (ct: Tensor, x: Aval, y: Tensor, params: DotParams, swapped: boolean): Tensor => {
  const [[xContract, yContract], [xBatch, yBatch]] = params.dimensionNumbers
  const xKept = otherAxes(x.shape.length, xContract, xBatch)
  const yKept = otherAxes(y.ndim, yContract, yBatch)
  const b = xBatch.length
  const ctOfY = range(yKept.length, swapped ? b : b + xKept.length)
  const out = dotGeneral(ct, convert(y, ct.dtype), {
    ...params,
    dimensionNumbers: [
      [ctOfY, yKept],
      [range(b), yBatch],
    ],
  })
  const contractByY = range(yContract.length).sort((i, j) => yContract[i]! - yContract[j]!)
  const order = [...xBatch, ...xKept, ...contractByY.map((i) => xContract[i]!)]
  return convertElementType(transpose(out, { permutation: order.map((_, i) => order.indexOf(i)) }), {
    newDtype: x.dtype,
    weakType: x.weakType,
  })
}

const bump = (axes: readonly number[], at: number): number[] => axes.map((a) => (a >= at ? a + 1 : a))
/** Dimension numbers of the batched product, and where its batch axis is. */
const batchedDims = (
  ranks: readonly [number, number],
  [l, r]: readonly [Dim, Dim],
  dims: DotDimensionNumbers,
): [DotDimensionNumbers, number] => {
  const [[lc, rc], [lb, rb]] = dims
  const contract: DotDimensionNumbers[0] = [l === null ? lc : bump(lc, l), r === null ? rc : bump(rc, r)]
  const batch: DotDimensionNumbers[1] = [l === null ? lb : bump(lb, l), r === null ? rb : bump(rb, r)]
  if (l !== null && r !== null) {
    const both: DotDimensionNumbers[1] = [
      [l, ...batch[0]],
      [r, ...batch[1]],
    ]
    return [[contract, both], 0]
  }
  const freeBefore = (rank: number, at: number, ...used: (readonly number[])[]): number =>
    otherAxes(rank, ...used).filter((a) => a < at).length
  const out = l !== null ? lb.length + freeBefore(ranks[0] - 1, l, lc, lb) : ranks[0] - lc.length + freeBefore(ranks[1] - 1, r!, rc, rb)
  return [[contract, batch], out]
}

const dotGeneralP = defineLeaf('dot_general', {
  abstractEval: ([l, r], params) => {
    const reason = dotReason(l!, r!, params)
    if (reason !== null) return reason
    const [[lc, rc], [lb, rb]] = params.dimensionNumbers
    const free = [...sizes(l!.shape, otherAxes(l!.shape.length, lc, lb)), ...sizes(r!.shape, otherAxes(r!.shape.length, rc, rb))]
    return [aval([...sizes(l!.shape, lb), ...free], params.preferredElementType ?? l!.dtype, l!.weakType && r!.weakType)]
  },
  jvp: ([x, y], [s, t], params) => [
    [dotGeneral(x!, y!, params)],
    [sumTangents(s ? dotGeneral(s, y!, params) : null, t ? dotGeneral(x!, t, params) : null)],
  ],
  transpose: ([ct], [x, y], params) => {
    if (!ct) return [null, null]
    const [[lc, rc], [lb, rb]] = params.dimensionNumbers
    if (isLinear(x!)) return [transposeOne(ct, x.aval, known(y), params, false), null]
    const swapped: DotDimensionNumbers = [
      [rc, lc],
      [rb, lb],
    ]
    return [null, transposeOne(ct, y!.aval, known(x), { ...params, dimensionNumbers: swapped }, true)]
  },
  batch: (_axis: BatchAxis, [x, y], [l, r], params) => {
    const [dimensionNumbers, out] = batchedDims([x!.ndim, y!.ndim], [l!, r!], params.dimensionNumbers)
    return [[dotGeneral(x!, y!, { ...params, dimensionNumbers })], [out]]
  },
  show: shownProduct,
})
