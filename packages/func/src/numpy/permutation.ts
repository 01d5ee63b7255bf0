/** The order of rows that exchanges make. */
import { aval, range } from '../aval'
import { stageClosed } from '../interpreters/stage'
import { scanCall } from '../primitives/control/scan'
import { literal } from '../literal'
import { iota } from '../primitives/layout'
import { eq, selectN } from '../primitives/piecewise'
import { broadcastInDim, moveAxis, reduceSum } from '../primitives/structural'
import type { Tensor } from '../tensor'

/** The permutation of n rows that exchanges row i with row `pivots[..., i]`, one after the other. Source: jax.lax.linalg.lu_pivots_to_permutation. */
export const permutationOf = (pivots: Tensor, n: number): Tensor => {
  const batch = pivots.shape.slice(0, -1)
  const k = pivots.shape.at(-1)!
  const shape = [...batch, n]
  const rows = iota({ dtype: 'int32', shape, dimension: batch.length })
  const over = (x: Tensor): Tensor => broadcastInDim(x, { shape, broadcastDimensions: range(x.ndim) })
  const step = ([order, pivot, i]: readonly Tensor[]): readonly Tensor[] => {
    const at = iota({ dtype: 'int32', shape, dimension: batch.length })
    const [isTop, isPivot] = [eq(at, over(i!)), eq(at, over(pivot!))]
    const read = (mask: Tensor): Tensor => over(reduceSum(selectN(mask, literal(0, 'int32'), order!), { axes: [batch.length] }))
    return [selectN(isTop, selectN(isPivot, order!, read(isTop)), read(isPivot))]
  }
  const scalar = aval([], 'int32')
  const jaxpr = stageClosed(step, [aval(shape, 'int32'), aval(batch, 'int32'), scalar], 'permutation')
  const steps = iota({ dtype: 'int32', shape: [k], dimension: 0 })
  return scanCall([rows, moveAxis(pivots, batch.length, 0), steps], {
    jaxpr,
    length: k,
    reverse: false,
    numConsts: 0,
    numCarry: 1,
    unroll: 1,
  })[0]!
}
