/** Decompositions and triangular systems of matrices, which are the last two axes; leading axes are batches. */
import { type Aval, aval, sameShape } from '../aval'
import { zerosLike } from '../literal'
import { defineLeaf, type Primitive, type Tangent } from '../primitive'
import type { LinalgParams, NoParams } from '../table'
import type { Tensor } from '../tensor'
import { bind, bind1 } from '../trace'
import { add, div, neg, sub } from './arithmetic'
import { pad } from './layout'
import {
  cols,
  columns,
  eyeLike,
  lowerTriangle,
  matmul,
  matrixFault,
  matrixTranspose,
  rows,
  rowsOf,
  upperTriangle,
  withColumns,
} from './matrices'
import { constant, known, noParams, notLinear, sumTangents } from './pointwise'
import { alignBatch, moveAxis, reshape } from './structural'

/** [..., m, n] -> q [..., m, k] of orthonormal columns and upper triangular r [..., k, n], q r = x. Source: jax.lax.linalg.qr. */
export const qr = (x: Tensor, params: LinalgParams['qr']): [q: Tensor, r: Tensor] => bind(qrP, [x], params) as [Tensor, Tensor]
/** The lower triangular L with L L^T = x; reads the lower triangle. Source: jax.lax.linalg.cholesky. */
export const cholesky = (x: Tensor): Tensor => bind1(choleskyP, [x], noParams)
/** Solves op(a) x = b, or x op(a) = b when not leftSide, for a triangular a. Source: jax.lax.linalg.triangular_solve. */
export const triangularSolve = (a: Tensor, b: Tensor, params: LinalgParams['triangular_solve']): Tensor =>
  bind1(triangularSolveP, [a, b], params)

// qr

/** Tangents of the q [m, n] and r [n, n] of a matrix with m >= n. Source: Townsend 2016, Differentiating the QR decomposition. */
const thinTangents = (q: Tensor, r: Tensor, dx: Tensor): readonly [dq: Tensor, dr: Tensor] => {
  const solved = triangularSolve(r, dx, { leftSide: false, lower: false, transposeA: false, unitDiagonal: false })
  const inner = matmul(matrixTranspose(q), solved)
  const strict = lowerTriangle(inner, -1)
  const skew = sub(strict, matrixTranspose(strict))
  return [add(matmul(q, sub(skew, inner)), solved), matmul(sub(inner, skew), r)]
}
/** x with `a x = b` for a square `a` without structure. */
const solveSquare = (a: Tensor, b: Tensor): Tensor => {
  const [q, r] = qr(a, { fullMatrices: false })
  return triangularSolve(r, matmul(matrixTranspose(q), b), { leftSide: true, lower: false, transposeA: false, unitDiagonal: false })
}
/** Tangent of the columns past n of a full q [m, m]. Source: eq. 32 and 33 of arXiv:2409.13374. */
const complementTangent = (q: Tensor, n: number, dq: Tensor): Tensor => {
  const m = rows(q)
  const thin = columns(q, 0, n)
  const [top, bottom] = [rowsOf(thin, 0, n), rowsOf(thin, n, m)]
  const [dTop, dBottom] = [rowsOf(dq, 0, n), rowsOf(dq, n, m)]
  const zT = solveSquare(matrixTranspose(sub(top, eyeLike(top))), matrixTranspose(bottom))
  const z = matrixTranspose(zT)
  const left = add(thin, matmul(columns(q, n, m), z))
  return sub(matmul(dq, zT), matmul(left, matrixTranspose(sub(dBottom, matmul(z, dTop)))))
}
/** The first m columns give q and its tangent; for the others r is q^T x. */
const wideTangents = (q: Tensor, r: Tensor, x: Tensor, dx: Tensor): readonly [dq: Tensor, dr: Tensor] => {
  const [m, n] = [rows(x), cols(x)]
  const [dq, dr] = thinTangents(q, columns(r, 0, m), columns(dx, 0, m))
  const rest = add(matmul(matrixTranspose(dq), columns(x, m, n)), matmul(matrixTranspose(q), columns(dx, m, n)))
  return [dq, withColumns(dr, rest)]
}
const tallTangents = (q: Tensor, r: Tensor, dx: Tensor): readonly [dq: Tensor, dr: Tensor] => {
  const n = cols(r)
  const surplus = cols(q) - n
  if (surplus === 0) return thinTangents(q, r, dx)
  const [dq, dr] = thinTangents(columns(q, 0, n), rowsOf(r, 0, n), dx)
  const paddingConfig = dr.shape.map((_, i) => (i === dr.ndim - 2 ? ([0, surplus, 0] as const) : ([0, 0, 0] as const)))
  return [withColumns(dq, complementTangent(q, n, dq)), pad(dr, constant(dr, 0), { paddingConfig })]
}
const qrP: Primitive<LinalgParams['qr']> = defineLeaf('qr', {
  abstractEval: (ins, { fullMatrices }) => {
    const fault = matrixFault(ins)
    if (fault !== undefined) return fault
    const [x] = ins
    const batch = x!.shape.slice(0, -2)
    const [m, n] = [x!.shape.at(-2)!, x!.shape.at(-1)!]
    const k = fullMatrices ? m : Math.min(m, n)
    return [aval([...batch, m, k], x!.dtype), aval([...batch, k, n], x!.dtype)]
  },
  jvp: ([x], [t], params) => {
    const [q, r] = qr(x!, params)
    if (!t)
      return [
        [q, r],
        [null, null],
      ]
    const [m, n] = [rows(x!), cols(x!)]
    if (m === 0 || n === 0)
      return [
        [q, r],
        [zerosLike(q), zerosLike(r)],
      ]
    return [[q, r], m < n ? wideTangents(q, r, x!, t) : tallTangents(q, r, t)]
  },
  transpose: notLinear,
  batch: (_axis, [x], [d], params) => [qr(moveAxis(x!, d!, 0), params), [0, 0]],
})

// cholesky

const choleskyP: Primitive<NoParams> = defineLeaf('cholesky', {
  abstractEval: (ins) =>
    matrixFault(ins) ??
    (ins[0]!.shape.at(-1) === ins[0]!.shape.at(-2) ? [aval(ins[0]!.shape, ins[0]!.dtype)] : 'the matrix must be square'),
  // Source: Murray 2016, arXiv:1602.07527, eq. 7 and 8.
  jvp: ([x], [t]) => {
    const l = lowerTriangle(cholesky(x!))
    if (!t) return [[l], [null]]
    const options = { lower: true, unitDiagonal: false }
    const right = triangularSolve(l, t, { ...options, leftSide: false, transposeA: true })
    const inner = triangularSolve(l, right, { ...options, leftSide: true, transposeA: false })
    const halved = div(lowerTriangle(inner), add(constant(l, 1), eyeLike(l)))
    return [[l], [matmul(l, halved)]]
  },
  transpose: notLinear,
  batch: (_axis, [x], [d]) => [[cholesky(moveAxis(x!, d!, 0))], [0]],
})

// triangular_solve

type SolveParams = LinalgParams['triangular_solve']
const solveFault = (a: Aval, b: Aval, { leftSide }: SolveParams): string | undefined => {
  const n = a.shape.at(-1)
  if (n !== a.shape.at(-2)) return 'the triangular matrix must be square'
  if (!sameShape(a.shape.slice(0, -2), b.shape.slice(0, -2))) return 'batch axes must be equal'
  return b.shape.at(leftSide ? -2 : -1) === n ? undefined : `the right-hand side must have ${n} ${leftSide ? 'rows' : 'columns'}`
}
/** The tangent that a tangent of the matrix causes: minus solve(da x), in the cheaper order. */
const tangentOfMatrix = (da: Tensor, out: Tensor, a: Tensor, params: SolveParams): Tensor => {
  const { leftSide, lower, transposeA, unitDiagonal } = params
  const k = unitDiagonal ? 1 : 0
  const triangle = neg(lower ? lowerTriangle(da, -k) : upperTriangle(da, k))
  const d = transposeA ? matrixTranspose(triangle) : triangle
  const solve = (b: Tensor): Tensor => triangularSolve(a, b, params)
  const [m, n] = [rows(out), cols(out)]
  if (leftSide) return m > n ? solve(matmul(d, out)) : matmul(solve(d), out)
  return m < n ? solve(matmul(out, d)) : matmul(out, solve(d))
}
/** One matrix for many right-hand sides: they become columns (or rows) of one. */
const solveMany = (a: Tensor, b: Tensor, dim: number, params: SolveParams): readonly [Tensor, number] => {
  const at = params.leftSide ? b.ndim - 1 : b.ndim - 2
  const moved = moveAxis(b, dim, at)
  const merged = params.leftSide
    ? [...moved.shape.slice(0, -2), moved.shape.at(-2)! * moved.shape.at(-1)!]
    : [...moved.shape.slice(0, -3), moved.shape.at(-3)! * moved.shape.at(-2)!, moved.shape.at(-1)!]
  return [reshape(triangularSolve(a, reshape(moved, { newSizes: merged }), params), { newSizes: moved.shape }), at]
}
const triangularSolveP: Primitive<SolveParams> = defineLeaf('triangular_solve', {
  abstractEval: (ins, params) => matrixFault(ins) ?? solveFault(ins[0]!, ins[1]!, params) ?? [aval(ins[1]!.shape, ins[1]!.dtype)],
  jvp: ([a, b], [s, t], params) => {
    const out = triangularSolve(a!, b!, params)
    const fromMatrix: Tangent = s ? tangentOfMatrix(s, out, a!, params) : null
    const fromSide: Tangent = t ? triangularSolve(a!, t, params) : null
    return [[out], [sumTangents(fromMatrix, fromSide)]]
  },
  transpose: ([ct], [a], params) => [undefined, ct ? triangularSolve(known(a), ct, { ...params, transposeA: !params.transposeA }) : null],
  batch: (axis, [a, b], [d, e], params) => {
    if (d === null) {
      const [out, dim] = solveMany(a!, b!, e!, params)
      return [[out], [dim]]
    }
    const [x, y] = alignBatch(axis.size, [a!, b!], [d!, e!])
    return [[triangularSolve(x!, y!, params)], [0]]
  },
})
