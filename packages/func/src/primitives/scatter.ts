/** Scatters that replace, multiply or take extrema. (scatter-add is in gather.ts, whose transpose it is.) */
import { range, sizeOf } from '../aval'
import { RuleUnsupportedError } from '../error'
import { fullLike, fullOf, zerosLike } from '../literal'
import { defineLeaf, isLinear, type Primitive, type Rules, type Tangent, unsupported } from '../primitive'
import type { ScatterParams } from '../table'
import type { Tensor } from '../tensor'
import { bind1 } from '../trace'
import { add, div, mul, sub } from './arithmetic'
import { gatherLike, scatterAdd, scatterBatched } from './gather'
import { scatterReason } from './index-shapes'
import { iota } from './layout'
import { eq, selectN } from './piecewise'
import { known, sumTangents } from './pointwise'
import { broadcastInDim, reshape } from './structural'

/**
 * Replaces windows of a tensor at places that are data; which one wins where places repeat is not said.
 * Errors: ShapeError where dimension numbers, sizes and shapes do not fit. Source: jax.lax.scatter.
 */
export const scatter = (x: Tensor, indices: Tensor, updates: Tensor, params: ScatterParams): Tensor =>
  bind1(scatterP, [x, indices, updates], params)
/** Multiplies windows of a tensor at places that are data. Source: jax.lax.scatter_mul. */
export const scatterMul = (x: Tensor, indices: Tensor, updates: Tensor, params: ScatterParams): Tensor =>
  bind1(scatterMulP, [x, indices, updates], params)
/** The smaller of a tensor and windows at places that are data. Source: jax.lax.scatter_min. */
export const scatterMin = (x: Tensor, indices: Tensor, updates: Tensor, params: ScatterParams): Tensor =>
  bind1(scatterMinP, [x, indices, updates], params)
/** The larger of a tensor and windows at places that are data. Source: jax.lax.scatter_max. */
export const scatterMax = (x: Tensor, indices: Tensor, updates: Tensor, params: ScatterParams): Tensor =>
  bind1(scatterMaxP, [x, indices, updates], params)

export { scatterAdd }

type Scatter = typeof scatter
type Jvp = Exclude<Rules<ScatterParams>['jvp'], { readonly _tag: string }>

const onlyUnique = (primitive: string, rule: string): never => {
  throw new RuleUnsupportedError(primitive, rule, 'where indices may repeat it has none; pass uniqueIndices: true if they do not')
}
/** `where` as XLA's select: equal shapes. */
const where = (which: Tensor, yes: Tensor, no: Tensor): Tensor => selectN(which, no, yes)

/** A number from 1 for each window of updates, repeated over the window. int32. */
const windowIds = (updates: Tensor, p: ScatterParams): Tensor => {
  const counted = updates.shape.map((n, i) => (p.dimensionNumbers.updateWindowDims.includes(i) ? 1 : n))
  const n = sizeOf(counted)
  const ids = reshape(iota({ dtype: 'int32', shape: [n], dimension: 0 }), { newSizes: counted })
  const spread = broadcastInDim(ids, { shape: updates.shape, broadcastDimensions: range(updates.ndim) })
  return add(spread, fullOf(1, updates.shape, 'int32'))
}
/**
 * Where places may repeat, who wins is up to the backend. So scatter numbers first, see which are left, and let only the
 * winners through a scatter-add: value and tangent then agree, and the tangent has a transpose.
 */
const jvpOfRepeated: Jvp = ([x, indices, updates], [t, , u], p) => {
  const ids = windowIds(updates!, p)
  const left = scatter(fullOf(0, x!.shape, 'int32'), indices!, ids, p)
  const won = eq(ids, gatherLike(left, indices!, updates!, p))
  const untouched = eq(left, zerosLike(left))
  const through = (operand: Tensor, windows: Tensor): Tensor =>
    scatterAdd(where(untouched, operand, zerosLike(operand)), indices!, where(won, windows, zerosLike(windows)), p)
  return [[through(x!, updates!)], [through(t ?? zerosLike(x!), u ?? zerosLike(updates!))]]
}
const scatterP = defineLeaf('scatter', {
  abstractEval: ([x, indices, updates], p) => scatterReason(x!, indices!, updates!, p.dimensionNumbers) ?? [x!],
  jvp: (xs, ts, p) => {
    const [x, indices, updates] = xs
    const [t, , u] = ts
    if (!t && !u) return [[scatter(x!, indices!, updates!, p)], [null]]
    if (!p.uniqueIndices) return jvpOfRepeated(xs, ts, p)
    return [[scatter(x!, indices!, updates!, p)], [scatter(t ?? zerosLike(x!), indices!, u ?? zerosLike(updates!), p)]]
  },
  transpose: ([ct], [x, indices, updates], p) => {
    if (!p.uniqueIndices) onlyUnique('scatter', 'transpose')
    if (!ct) return [null, null, null]
    return [
      isLinear(x!) ? scatter(ct, known(indices), zerosLike(updates!), p) : null,
      null,
      isLinear(updates!) ? gatherLike(ct, known(indices), updates, p) : null,
    ]
  },
  batch: (axis, xs, dims, p) => [[scatterBatched(scatter, axis, xs, dims, p)], [0]],
})

const scatterMulP = defineLeaf('scatter-mul', {
  abstractEval: ([x, indices, updates], p) => scatterReason(x!, indices!, updates!, p.dimensionNumbers) ?? [x!],
  jvp: ([x, indices, updates], [t, , u], p) => {
    if (u && !p.uniqueIndices) onlyUnique('scatter-mul', 'jvp')
    const ofX: Tangent = t ? scatterMul(t, indices!, updates!, p) : null
    const ofUpdates: Tangent = u ? mul(x!, scatterAdd(zerosLike(x!), indices!, u, p)) : null
    return [[scatterMul(x!, indices!, updates!, p)], [sumTangents(ofX, ofUpdates)]]
  },
  transpose: ([ct], [x, indices, updates], p) => {
    if (!ct) return [null, null, null]
    if (isLinear(updates!) && !p.uniqueIndices) onlyUnique('scatter-mul', 'transpose')
    return [
      isLinear(x!) ? scatterMul(ct, known(indices), known(updates), p) : null,
      null,
      isLinear(updates!) ? gatherLike(mul(ct, known(x)), known(indices), updates, p) : null,
    ]
  },
  batch: (axis, xs, dims, p) => [[scatterBatched(scatterMul, axis, xs, dims, p)], [0]],
})

/** The tangent of an extremum is the mean of the tangents of all that attain it, the operand's own value included. */
const extremalTangent = (out: Tensor, x: Tensor, indices: Tensor, updates: Tensor, t: Tensor, u: Tensor, p: ScatterParams): Tensor => {
  const read = (y: Tensor): Tensor => gatherLike(y, indices, updates, p)
  const count = (which: Tensor): Tensor => read(scatterAdd(zerosLike(x), indices, which, p))
  const [zero, one] = [zerosLike(updates), fullLike(updates, 1)]
  const target = read(out)
  const attained = eq(updates, target)
  const kept = eq(read(x), target)
  const winners = count(where(attained, one, zero))
  const writers = count(one)
  const share = div(one, where(kept, add(winners, one), winners))
  const ofUpdates = where(attained, share, zero)
  const ofOperand = div(sub(where(kept, share, zero), one), writers)
  return scatterAdd(t, indices, add(mul(read(t), ofOperand), mul(u, ofUpdates)), p)
}
const extremal = (name: 'scatter-min' | 'scatter-max', self: Scatter): Primitive<ScatterParams> =>
  defineLeaf(name, {
    abstractEval: ([x, indices, updates], p) => scatterReason(x!, indices!, updates!, p.dimensionNumbers) ?? [x!],
    jvp: ([x, indices, updates], [t, , u], p) => {
      const out = self(x!, indices!, updates!, p)
      if (!t && !u) return [[out], [null]]
      return [[out], [extremalTangent(out, x!, indices!, updates!, t ?? zerosLike(x!), u ?? zerosLike(updates!), p)]]
    },
    transpose: unsupported('it is not linear; differentiate it by its jvp'),
    batch: (axis, xs, dims, p) => [[scatterBatched(self, axis, xs, dims, p)], [0]],
  })
const scatterMinP = extremal('scatter-min', scatterMin)
const scatterMaxP = extremal('scatter-max', scatterMax)
