/** Determinants, by elimination. Source: jax.numpy.linalg.det and slogdet. */
import { lu } from '../primitives/decompositions'
import { triangularSolve } from '../primitives/linalg'
import { expandDims } from '../primitives/structural'
import type { Tensor } from '../tensor'
import { trace } from './contraction'
import { arange } from './creation'
import { cumprod } from './cumulative'
import { diagonalOf } from './diagonal'
import { absolute, add, divide, log, multiply, remainder, sign, subtract } from './elementwise'
import { concatenate } from './join'
import { equal, isfinite, logicalAnd, notEqual, where } from './logic'
import { squareMatrix } from './matrix'
import { broadcastTo, type TensorLike } from './promote'
import { all, prod, sum } from './reduce'
import { onesLike } from './creation'
import { takeAlongAxis } from './take'
import { withTangent } from './with-tangent'

interface Eliminated {
  readonly packed: Tensor
  readonly permutation: Tensor
  readonly diagonal: Tensor
  /** 1, or -1 where the number of exchanges is odd. */
  readonly parity: Tensor
}
const eliminate = (x: Tensor): Eliminated => {
  const [packed, pivots, permutation] = lu(x)
  const exchanges = sum(notEqual(pivots, arange(x.shape.at(-1)!)), { axis: -1, dtype: 'int32' })
  const parity = subtract(1, multiply(2, remainder(exchanges, 2))).astype(x.dtype)
  return { packed, permutation, diagonal: diagonalOf(packed, 0, -2, -1), parity }
}
/** tr(adj(x) dx), which is finite for matrices whose rank lacks one, and 0 where it lacks more. Source: jax.numpy.linalg, _cofactor_solve. */
const cofactorTrace = (x: Tensor, dx: Tensor): Tensor => {
  const n = x.shape.at(-1)!
  const { packed, permutation, diagonal, parity } = eliminate(x)
  const partial = multiply(cumprod(diagonal, { axis: -1 }), expandDims(parity, [parity.ndim]))
  // the last of the diagonal becomes 1 over the product of the others
  const isLast = logicalAnd(equal(arange(n), n - 1), equal(expandDims(arange(n), [1]), n - 1))
  const others = expandDims(partial.at('...', n - 2), [parity.ndim, parity.ndim + 1])
  const u = where(isLast, divide(1, others), packed)
  const solved = (b: Tensor, lower: boolean): Tensor =>
    triangularSolve(lower ? packed : u, b, { leftSide: true, lower, transposeA: false, unitDiagonal: lower })
  const tried = solved(expandDims(onesLike(diagonal), [diagonal.ndim]), false)
  const isFull = all(isfinite(tried), { axis: [-2, -1], keepdims: true })
  const safe = (y: Tensor): Tensor => where(isFull, y, 0)
  const order = broadcastTo(expandDims(permutation, [permutation.ndim]), dx.shape)
  const left = solved(takeAlongAxis(safe(dx), order, -2, { mode: 'clip' }), true)
  const whole = expandDims(partial.at('...', n - 1), [parity.ndim, parity.ndim + 1])
  const scaled = concatenate([multiply(left.at('...', `:${n - 1}`, ':'), whole), left.at('...', `${n - 1}:`, ':')], { axis: -2 })
  return trace(safe(solved(scaled, false)), 0, -2, -1)
}
const byElimination = withTangent(
  (x: Tensor): Tensor => {
    const { diagonal, parity } = eliminate(x)
    return multiply(prod(diagonal, { axis: -1 }), parity)
  },
  ([dx], _out, x) => cofactorTrace(x, dx),
)
const small = (x: Tensor): Tensor => {
  const n = x.shape.at(-1)!
  const at = (i: number, j: number): Tensor => x.at('...', i, j)
  if (n === 1) return at(0, 0)
  const minor = (i: number, j: number, k: number, l: number): Tensor => subtract(multiply(at(i, k), at(j, l)), multiply(at(i, l), at(j, k)))
  if (n === 2) return minor(0, 1, 0, 1)
  return add(subtract(multiply(at(0, 0), minor(1, 2, 1, 2)), multiply(at(0, 1), minor(1, 2, 0, 2))), multiply(at(0, 2), minor(1, 2, 0, 1)))
}
/** The determinant of square matrices, by elimination (up to 3 x 3 by its formula). */
export const det = (x: TensorLike): Tensor => {
  const t = squareMatrix('linalg.det', x)
  const n = t.shape.at(-1)!
  return n > 0 && n <= 3 ? small(t) : byElimination(t)
}
/** Sign and logarithm of the absolute value of the determinant. */
export const slogdet = (x: TensorLike): [sign: Tensor, logabsdet: Tensor] => {
  const { diagonal, parity } = eliminate(squareMatrix('linalg.slogdet', x))
  return [multiply(prod(sign(diagonal), { axis: -1 }), parity), sum(log(absolute(diagonal)), { axis: -1 })]
}
