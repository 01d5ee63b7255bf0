/**
 * conv_general_dilated: convolution with strides, padding, dilation of either operand, and groups.
 *
 * How the rules come about, spatial axes left aside (m batch, j input feature, k output feature, g groups):
 *
 * | | forward | cotangent of lhs | cotangent of rhs |
 * |---|---|---|---|
 * | plain | mj, jk -> mk | mk, kj -> mj | jm, mk -> jk |
 * | feature groups | m(gj), j(gk) -> m(gk) | feature groups: m(gk), k(gj) -> m(gj) | batch groups: (gj)m, m(gk) -> j(gk) |
 * | batch groups | (gm)j, j(gk) -> m(gk) | feature groups, then g goes back into the batch | feature groups: j(gm), m(gk) -> j(gk) |
 */
import { type Aval, aval, dropAxes, type Shape, sizeOf } from '../aval'
import { fullOf } from '../literal'
import { type BatchAxis, defineLeaf, type Dim, isLinear } from '../primitive'
import type { ConvDimensionNumbers, ConvolutionParams } from '../table'
import type { Tensor } from '../tensor'
import { bind1 } from '../trace'
import { preferredReason, shownProduct } from './contraction'
import { rev } from './layout'
import { known, sumTangents } from './pointwise'
import { convert, convertElementType, moveAxis, reshape } from './structural'
import { dilated, type Padding, windowCount } from './window-shapes'

export type ConvParams = ConvolutionParams['conv_general_dilated']

/**
 * Convolution of `lhs` by the kernel `rhs`, which is not flipped.
 *
 * Shapes: by `dimensionNumbers`; a spatial axis of the result has as many places as the dilated kernel has in the dilated
 * and padded lhs, every `windowStrides`-th.
 * Errors: ShapeError. Source: jax.lax.conv_general_dilated.
 */
export const convGeneralDilated = (lhs: Tensor, rhs: Tensor, params: ConvParams): Tensor => bind1(convP, [lhs, rhs], params)

const pick = (shape: Shape, axes: readonly number[]): number[] => axes.map((a) => shape[a]!)
const spatial = (shape: Shape, spec: readonly number[]): number[] => pick(shape, spec.slice(2))
const isSpec = (spec: readonly number[], rank: number): boolean =>
  spec.length === rank && [...spec].sort((a, b) => a - b).every((a, i) => a === i)

const specReason = (rank: number, { lhsSpec, rhsSpec, outSpec }: ConvDimensionNumbers): string | null =>
  [lhsSpec, rhsSpec, outSpec].every((s) => isSpec(s, rank))
    ? null
    : `lhsSpec [${lhsSpec}], rhsSpec [${rhsSpec}] and outSpec [${outSpec}] must each name the ${rank} axes once`
const perAxisReason = (n: number, p: ConvParams): string | null => {
  const counts = { windowStrides: p.windowStrides, lhsDilation: p.lhsDilation, rhsDilation: p.rhsDilation }
  for (const [name, xs] of Object.entries(counts)) {
    if (xs.length !== n) return `${name} [${xs}] must have one entry for each of ${n} spatial axes`
    if (xs.some((x) => !Number.isInteger(x) || x < 1)) return `${name} [${xs}] must be positive integers`
  }
  return p.padding.length === n && p.padding.flat().every(Number.isInteger)
    ? null
    : `padding [${p.padding.join('; ')}] must have two integers for each of ${n} spatial axes`
}
const groupReason = (l: Aval, r: Aval, p: ConvParams): string | null => {
  const { featureGroupCount: fg, batchGroupCount: bg } = p
  const { lhsSpec, rhsSpec } = p.dimensionNumbers
  const [batch, features] = pick(l.shape, lhsSpec) as [number, number]
  const [outFeatures, inFeatures] = pick(r.shape, rhsSpec) as [number, number]
  if (!Number.isInteger(fg) || fg < 1) return `featureGroupCount must be a positive integer, not ${fg}`
  if (!Number.isInteger(bg) || bg < 1) return `batchGroupCount must be a positive integer, not ${bg}`
  if (fg > 1 && bg > 1) return `only one of featureGroupCount ${fg} and batchGroupCount ${bg} may be above 1`
  if (features % fg !== 0) return `featureGroupCount ${fg} must divide the ${features} features of lhs`
  if (features / fg !== inFeatures)
    return `lhs has ${features} features${fg > 1 ? ` in ${fg} groups` : ''}, so rhs must take ${features / fg}, but it takes ${inFeatures}`
  if (outFeatures % fg !== 0) return `featureGroupCount ${fg} must divide the ${outFeatures} output features of rhs`
  if (batch % bg !== 0) return `batchGroupCount ${bg} must divide the batch size ${batch} of lhs`
  return outFeatures % bg === 0 ? null : `batchGroupCount ${bg} must divide the ${outFeatures} output features of rhs`
}
const convReason = (l: Aval, r: Aval, p: ConvParams): string | null => {
  const rank = l.shape.length
  if (l.dtype !== r.dtype) return 'operands must have equal dtypes'
  if (l.dtype === 'bool') return 'booleans can not be convolved; convert to int32 or float32 first'
  if (rank !== r.shape.length) return `lhs and rhs must have equal ranks, but have ${rank} and ${r.shape.length}`
  if (rank < 2) return 'operands need a batch and a feature axis'
  return (
    specReason(rank, p.dimensionNumbers) ??
    perAxisReason(rank - 2, p) ??
    groupReason(l, r, p) ??
    preferredReason(l.dtype, p.preferredElementType)
  )
}
/** The shape of a convolution, or why there is none. */
const convShape = (l: Aval, r: Aval, p: ConvParams): Shape | string => {
  const reason = convReason(l, r, p)
  if (reason !== null) return reason
  const { lhsSpec, rhsSpec, outSpec } = p.dimensionNumbers
  const kernel = spatial(r.shape, rhsSpec).map((k, i) => dilated(k, p.rhsDilation[i]!))
  const padded = spatial(l.shape, lhsSpec).map((n, i) => dilated(n, p.lhsDilation[i]!) + p.padding[i]![0] + p.padding[i]![1])
  if (padded.some((n) => n < 0))
    return `padding [${p.padding.join('; ')}] takes more away than there is: spatial sizes would be [${padded}]`
  const shape = new Array<number>(outSpec.length)
  shape[outSpec[0]!] = l.shape[lhsSpec[0]!]! / p.batchGroupCount
  shape[outSpec[1]!] = r.shape[rhsSpec[0]!]!
  padded.forEach((n, i) => (shape[outSpec[i + 2]!] = windowCount(n, kernel[i]!, p.windowStrides[i]!)))
  return shape
}

/** Axis `from` moved to `to` and merged with what then follows, of which it is the major part. */
const mergeAxis = (x: Tensor, from: number, to: number): Tensor => {
  const moved = moveAxis(x, from, to)
  const shape = [...moved.shape]
  shape.splice(to, 2, shape[to]! * shape[to + 1]!)
  return reshape(moved, { newSizes: shape })
}
/** Axis `at` as two axes, the major one of size `major`. */
const splitAxis = (x: Tensor, at: number, major: number): Tensor => {
  const shape = [...x.shape]
  shape.splice(at, 1, major, major === 0 ? 0 : shape[at]! / major)
  return reshape(x, { newSizes: shape })
}
const swap = (spec: readonly number[]): number[] => [spec[1]!, spec[0]!, ...spec.slice(2)]

interface Spatial {
  readonly lhs: readonly number[]
  readonly rhs: readonly number[]
  readonly out: readonly number[]
}
const spatialOf = (lhs: Shape, rhs: Shape, out: Shape, { dimensionNumbers: d }: ConvParams): Spatial => ({
  lhs: spatial(lhs, d.lhsSpec),
  rhs: spatial(rhs, d.rhsSpec),
  out: spatial(out, d.outSpec),
})
const lhsPadding = ({ lhs, rhs, out }: Spatial, p: ConvParams): Padding =>
  lhs.map((n, i) => {
    const kernel = dilated(rhs[i]!, p.rhsDilation[i]!)
    const before = kernel - p.padding[i]![0] - 1
    return [before, dilated(n, p.lhsDilation[i]!) + kernel - 1 - dilated(out[i]!, p.windowStrides[i]!) - before]
  })
const rhsPadding = ({ lhs, rhs, out }: Spatial, p: ConvParams): Padding =>
  lhs.map((n, i) => {
    const [before] = p.padding[i]!
    const after = dilated(out[i]!, p.windowStrides[i]!) - dilated(n, p.lhsDilation[i]!) + dilated(rhs[i]!, p.rhsDilation[i]!) - before - 1
    return [before, after]
  })

const transposeLhs = (ct: Tensor, lhs: Aval, rhs: Tensor, p: ConvParams): Tensor => {
  const { lhsSpec, rhsSpec, outSpec } = p.dimensionNumbers
  const groups = Math.max(p.featureGroupCount, p.batchGroupCount)
  const grouped = groups > 1 ? mergeAxis(splitAxis(rhs, rhsSpec[0]!, groups), rhsSpec[0]!, rhsSpec[1]!) : rhs
  const kernel = convert(rev(grouped, { dimensions: rhsSpec.slice(2) }), ct.dtype)
  const out = convGeneralDilated(ct, kernel, {
    windowStrides: p.lhsDilation,
    padding: lhsPadding(spatialOf(lhs.shape, rhs.shape, ct.shape, p), p),
    lhsDilation: p.windowStrides,
    rhsDilation: p.rhsDilation,
    dimensionNumbers: { lhsSpec: outSpec, rhsSpec: swap(rhsSpec), outSpec: lhsSpec },
    featureGroupCount: groups,
    batchGroupCount: 1,
    precision: p.precision ?? null,
    preferredElementType: p.preferredElementType,
  })
  const typed = convertElementType(out, { newDtype: lhs.dtype, weakType: lhs.weakType })
  return p.batchGroupCount > 1 ? mergeAxis(splitAxis(typed, lhsSpec[1]!, groups), lhsSpec[1]!, lhsSpec[0]!) : typed
}
const transposeRhs = (ct: Tensor, lhs: Tensor, rhs: Aval, p: ConvParams): Tensor | null => {
  // An empty cotangent would ask for a kernel without places.
  if (sizeOf(ct.shape) === 0) return null
  const { lhsSpec, rhsSpec, outSpec } = p.dimensionNumbers
  const out = convGeneralDilated(convert(lhs, ct.dtype), ct, {
    windowStrides: p.rhsDilation,
    padding: rhsPadding(spatialOf(lhs.shape, rhs.shape, ct.shape, p), p),
    lhsDilation: p.lhsDilation,
    rhsDilation: p.windowStrides,
    dimensionNumbers: { lhsSpec: swap(lhsSpec), rhsSpec: swap(outSpec), outSpec: swap(rhsSpec) },
    featureGroupCount: p.batchGroupCount,
    batchGroupCount: p.featureGroupCount,
    precision: p.precision ?? null,
    preferredElementType: p.preferredElementType,
  })
  return convertElementType(out, { newDtype: rhs.dtype, weakType: rhs.weakType })
}

/** The batch becomes groups: of features, or of the batch where that is grouped already. */
const batchBoth = (n: number, lhs: Tensor, rhs: Tensor, dl: number, dr: number, p: ConvParams): readonly [Tensor, number] => {
  const { lhsSpec, rhsSpec, outSpec } = p.dimensionNumbers
  const inBatch = p.batchGroupCount > 1
  const out = convGeneralDilated(mergeAxis(lhs, dl, lhsSpec[inBatch ? 0 : 1]!), mergeAxis(rhs, dr, rhsSpec[0]!), {
    ...p,
    batchGroupCount: inBatch ? p.batchGroupCount * n : 1,
    featureGroupCount: inBatch ? 1 : p.featureGroupCount * n,
  })
  return [splitAxis(out, outSpec[1]!, n), outSpec[1]!]
}
/** An axis at `d` merged into axis `into` (of the unbatched operand) below the `groups` that this axis begins with. */
const mergeBelow = (x: Tensor, d: number, into: number, groups: number): Tensor => {
  const split = splitAxis(x, into + (d <= into ? 1 : 0), groups)
  return mergeAxis(mergeAxis(split, d + (into < d ? 1 : 0), into + 1), into, into)
}
/** The batch joins the batch of lhs. */
const batchLhs = (n: number, lhs: Tensor, rhs: Tensor, d: number, p: ConvParams): readonly [Tensor, number] => {
  const { lhsSpec, outSpec } = p.dimensionNumbers
  const merged = p.batchGroupCount === 1 ? mergeAxis(lhs, d, lhsSpec[0]!) : mergeBelow(lhs, d, lhsSpec[0]!, p.batchGroupCount)
  return [splitAxis(convGeneralDilated(merged, rhs, p), outSpec[0]!, n), outSpec[0]!]
}
/** The batch joins the output features of rhs. */
const batchRhs = (n: number, lhs: Tensor, rhs: Tensor, d: number, p: ConvParams): readonly [Tensor, number] => {
  const { rhsSpec, outSpec } = p.dimensionNumbers
  const groups = Math.max(p.featureGroupCount, p.batchGroupCount)
  const at = outSpec[1]!
  if (groups === 1) return [splitAxis(convGeneralDilated(lhs, mergeAxis(rhs, d, rhsSpec[0]!), p), at, n), at]
  const out = convGeneralDilated(lhs, mergeBelow(rhs, d, rhsSpec[0]!, groups), p)
  return [mergeAxis(splitAxis(splitAxis(out, at, groups), at + 1, n), at, at + 1), at]
}
const emptyBatch = (lhs: Tensor, rhs: Tensor, dl: Dim, dr: Dim, p: ConvParams): Tensor => {
  const bare = (x: Tensor, d: Dim): Aval => (d === null ? x.aval : aval(dropAxes(x.shape, [d]), x.dtype))
  const shape = convShape(bare(lhs, dl), bare(rhs, dr), p) as Shape
  return fullOf(0, [0, ...shape], p.preferredElementType ?? lhs.dtype)
}

const convP = defineLeaf('conv_general_dilated', {
  abstractEval: ([l, r], p) => {
    const shape = convShape(l!, r!, p)
    return typeof shape === 'string' ? shape : [aval(shape, p.preferredElementType ?? l!.dtype, l!.weakType && r!.weakType)]
  },
  jvp: ([l, r], [s, t], p) => [
    [convGeneralDilated(l!, r!, p)],
    [sumTangents(s ? convGeneralDilated(s, r!, p) : null, t ? convGeneralDilated(l!, t, p) : null)],
  ],
  transpose: ([ct], [l, r], p) => {
    if (!ct) return [null, null]
    return isLinear(l!) ? [transposeLhs(ct, l.aval, known(r), p), null] : [null, transposeRhs(ct, known(l), r!.aval, p)]
  },
  batch: ({ size }: BatchAxis, [l, r], [dl, dr], p) => {
    if (size === 0) return [[emptyBatch(l!, r!, dl!, dr!, p)], [0]]
    const [out, dim] =
      dl === null ? batchRhs(size, l!, r!, dr!, p) : dr === null ? batchLhs(size, l!, r!, dl!, p) : batchBoth(size, l!, r!, dl!, dr!, p)
    return [[out], [dim]]
  },
  show: shownProduct,
})
