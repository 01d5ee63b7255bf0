/** Eigenvalues of symmetric matrices, singular values, and elimination with pivots: of the last two axes; leading axes are batches. */
import { type Aval, aval, range } from '../aval'
import { RuleUnsupportedError } from '../error'
import { zerosLike } from '../literal'
import { defineLeaf, type Primitive } from '../primitive'
import type { LinalgParams, NoParams } from '../table'
import type { Tensor } from '../tensor'
import { bind } from '../trace'
import { add, div, mul, sub } from './arithmetic'
import { iota, pad } from './layout'
import { triangularSolve } from './linalg'
import { cols, columns, eyeLike, lowerTriangle, matmul, matrixFault, matrixTranspose, rows, rowsOf, upperTriangle } from './matrices'
import { eq } from './piecewise'
import { constant, noParams, notLinear } from './pointwise'
import { broadcastInDim, convert, moveAxis, reduceSum } from './structural'

/** Eigenvectors (columns) and eigenvalues, ascending, of a symmetric [..., n, n]; reads one triangle. Source: jax.lax.linalg.eigh. */
export const eigh = (x: Tensor, params: LinalgParams['eigh']): [v: Tensor, w: Tensor] => bind(eighP, [x], params) as [Tensor, Tensor]
/** Singular values, descending; with computeUv also u and the transpose of v. Source: jax.lax.linalg.svd. */
export const svd = (x: Tensor, params: LinalgParams['svd']): readonly Tensor[] => bind(svdP, [x], params)
/** l and u in one matrix, which row was exchanged with which, and the order of rows that this made. Source: jax.lax.linalg.lu. */
export const lu = (x: Tensor): [lu: Tensor, pivots: Tensor, permutation: Tensor] => bind(luP, [x], noParams) as [Tensor, Tensor, Tensor]

const batchOf = (x: Aval): readonly number[] => x.shape.slice(0, -2)
/** A vector of each matrix as all rows (`axis` -1: its element j stands in column j) or all columns of a matrix of that shape. */
const spread = (v: Tensor, shape: readonly number[], axis: -1 | -2): Tensor =>
  broadcastInDim(v, { shape, broadcastDimensions: [...range(v.ndim - 1), shape.length + axis] })
const diagonalOf = (x: Tensor): Tensor => reduceSum(mul(x, eyeLike(x)), { axes: [x.ndim - 1] })
/** 1 / x off the diagonal, 0 on it, where x is zero. */
const reciprocalOff = (x: Tensor): Tensor => sub(div(constant(x, 1), add(x, eyeLike(x))), eyeLike(x))

// eigh

const eighP: Primitive<LinalgParams['eigh']> = defineLeaf('eigh', {
  abstractEval: (ins) => {
    const fault = matrixFault(ins)
    if (fault !== undefined) return fault
    const [x] = ins
    return rows({ aval: x! }) === cols({ aval: x! })
      ? [aval(x!.shape, x!.dtype), aval(x!.shape.slice(0, -1), x!.dtype)]
      : 'the matrix must be square'
  },
  // Source: Giles 2008, An extended collection of matrix derivative results, 3.1.
  jvp: ([x], [t], params) => {
    const [v, w] = eigh(x!, params)
    if (!t)
      return [
        [v, w],
        [null, null],
      ]
    const gaps = sub(spread(w, v.shape, -1), spread(w, v.shape, -2))
    const inner = matmul(matmul(matrixTranspose(v), t), v)
    return [
      [v, w],
      [matmul(v, mul(reciprocalOff(gaps), inner)), diagonalOf(inner)],
    ]
  },
  transpose: notLinear,
  batch: (_axis, [x], [d], params) => [eigh(moveAxis(x!, d!, 0), params), [0, 0]],
})

// svd

/** Tangents of thin u and vt. Source: Giles 2008, 3.2; Townsend 2016, Differentiating the singular value decomposition. */
const basisTangents = (dx: Tensor, s: Tensor, u: Tensor, vt: Tensor, inner: Tensor): readonly [du: Tensor, dvt: Tensor] => {
  const [across, down] = [spread(s, inner.shape, -1), spread(s, inner.shape, -2)]
  const f = reciprocalOff(mul(add(across, down), sub(across, down)))
  const symmetric = (m: Tensor): Tensor => add(m, matrixTranspose(m))
  const v = matrixTranspose(vt)
  const [m, n, k] = [rows(dx), cols(dx), cols(u)]
  /** What of the tangent leaves the space that the basis spans. */
  const beyond = (basis: Tensor, moved: Tensor): Tensor =>
    div(sub(moved, matmul(basis, matmul(matrixTranspose(basis), moved))), spread(s, moved.shape, -1))
  const du = matmul(u, mul(f, symmetric(mul(across, inner))))
  const dv = matmul(v, mul(f, symmetric(mul(down, inner))))
  return [m > k ? add(du, beyond(u, matmul(dx, v))) : du, matrixTranspose(n > k ? add(dv, beyond(v, matmul(matrixTranspose(dx), u))) : dv)]
}
const svdP: Primitive<LinalgParams['svd']> = defineLeaf('svd', {
  abstractEval: (ins, { fullMatrices, computeUv }) => {
    const fault = matrixFault(ins)
    if (fault !== undefined) return fault
    const [x] = ins
    const batch = batchOf(x!)
    const [m, n] = [x!.shape.at(-2)!, x!.shape.at(-1)!]
    const k = Math.min(m, n)
    const s = aval([...batch, k], x!.dtype)
    if (!computeUv) return [s]
    return [s, aval([...batch, m, fullMatrices ? m : k], x!.dtype), aval([...batch, fullMatrices ? n : k, n], x!.dtype)]
  },
  jvp: ([x], [t], params) => {
    const [m, n] = [rows(x!), cols(x!)]
    if (params.computeUv && params.fullMatrices && m !== n)
      throw new RuleUnsupportedError(
        'svd',
        'jvp',
        'u and v of a matrix that is not square have no derivative with fullMatrices; say fullMatrices: false',
      )
    const [s, u, vt] = svd(x!, { fullMatrices: false, computeUv: true }) as [Tensor, Tensor, Tensor]
    const outs = params.computeUv ? [s, u, vt] : [s]
    if (!t || m === 0 || n === 0) return [outs, outs.map((o) => (t ? zerosLike(o) : null))]
    const inner = matmul(matmul(matrixTranspose(u), t), matrixTranspose(vt))
    const ds = diagonalOf(inner)
    return [outs, params.computeUv ? [ds, ...basisTangents(t, s, u, vt, inner)] : [ds]]
  },
  transpose: notLinear,
  batch: (_axis, [x], [d], params) => {
    const outs = svd(moveAxis(x!, d!, 0), params)
    return [outs, outs.map(() => 0)]
  },
})

// lu

/** `x` at the start of a square of zeros. */
const squared = (x: Tensor, size: number): Tensor => {
  const [m, n] = [rows(x), cols(x)]
  if (m === size && n === size) return x
  const more = x.shape.map((_, i) => [0, i === x.ndim - 2 ? size - m : i === x.ndim - 1 ? size - n : 0, 0] as const)
  return pad(x, constant(x, 0), { paddingConfig: more })
}
const luP: Primitive<NoParams> = defineLeaf('lu', {
  abstractEval: (ins) => {
    const fault = matrixFault(ins)
    if (fault !== undefined) return fault
    const [x] = ins
    const [m, n] = [x!.shape.at(-2)!, x!.shape.at(-1)!]
    return [aval(x!.shape, x!.dtype), aval([...batchOf(x!), Math.min(m, n)], 'int32'), aval([...batchOf(x!), m], 'int32')]
  },
  // Source: de Hoog, Anderssen and Lukas 2011, Differentiation of matrix functionals using triangular factorization.
  jvp: ([x], [t]) => {
    const outs = lu(x!)
    const [packed, , permutation] = outs
    const [m, n] = [rows(x!), cols(x!)]
    const k = Math.min(m, n)
    if (!t || k === 0) return [outs, [t ? zerosLike(packed) : null, null, null]]
    const unit = squared(lowerTriangle(columns(packed, 0, k), -1), m)
    const l = add(unit, eyeLike(unit))
    const top = squared(upperTriangle(rowsOf(packed, 0, k)), n)
    const u = k === n ? top : add(top, sub(eyeLike(top), squared(columns(rowsOf(eyeLike(top), 0, k), 0, k), n)))
    const order = [...x!.shape.slice(0, -2), m, m]
    const chosen = eq(
      spread(permutation, order, -2),
      broadcastInDim(iota({ dtype: 'int32', shape: [m], dimension: 0 }), { shape: order, broadcastDimensions: [order.length - 1] }),
    )
    const moved = matmul(convert(chosen, t.dtype), t)
    const options = { lower: true, transposeA: false, unitDiagonal: true }
    const left = triangularSolve(l, moved, { ...options, leftSide: true })
    const inner = triangularSolve(u, left, { ...options, leftSide: false, lower: false, unitDiagonal: false })
    return [outs, [add(matmul(l, lowerTriangle(inner, -1)), matmul(upperTriangle(inner), u)), null, null]]
  },
  transpose: notLinear,
  batch: (_axis, [x], [d]) => [lu(moveAxis(x!, d!, 0)), [0, 0, 0]],
})
