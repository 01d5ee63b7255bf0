/**
 * Linear algebra for stacks of matrices. TensorFlow's Cholesky and triangular solve fail on singular matrices where ours answer NaN or
 * infinities, so both are loops over columns; its QR is LAPACK's.
 */
import { BackendError, type LinalgParams, sizeOf } from '@heddle/func/backend'
import { attr } from '../graph-def'
import type { Block, Value } from './block'
import type { Lower, Lowerings } from './lowering'
import {
  add,
  compare,
  div,
  full,
  gatherRows,
  iota,
  isNaN,
  matmul,
  reduce,
  reshape,
  reverse,
  select,
  sub,
  transpose,
  typed,
  unary,
} from './ops'

const zero = (b: Block): Value => b.scalar(0, 'float32')
/** [..., m, n] as [count, m, n]. */
const stack = (b: Block, x: Value): Value => reshape(b, x, [sizeOf(x.shape.slice(0, -2)), ...x.shape.slice(-2)])
/** 1 at place i of [1, n], else 0, as a condition. */
const isAt = (b: Block, n: number, i: Value): Value => compare(b, 'Equal', iota(b, [1, n], 1), i)
const turned = (b: Block, x: Value): Value => transpose(b, x, [0, 2, 1])
const loop = (
  b: Block,
  steps: number,
  init: readonly Value[],
  step: (b: Block, i: Value, carry: readonly Value[]) => readonly Value[],
): readonly Value[] =>
  b
    .while(
      [b.scalar(0, 'int32'), ...init],
      (c, [i]) => compare(c, 'Less', i!, c.scalar(steps, 'int32')),
      (c, [i, ...carry]) => [add(c, i!, c.scalar(1, 'int32')), ...step(c, i!, carry)],
    )
    .slice(1)

/** Column after column: what A has beyond the product of the columns before, over the root of the diagonal. */
const cholesky: Lower<LinalgParams['cholesky']> = (b, { ins: [x], outs: [out] }) => {
  const a = stack(b, x!)
  const [count, n] = a.shape as [number, number]
  const [l] = loop(b, n, [full(b, 0, 'float32', a.shape), a], (c, i, [sofar, matrix]) => {
    const row = reshape(c, gatherRows(c, sofar!, i, 1), [count, n, 1])
    const before = reshape(c, matmul(c, sofar!, row), [count, n])
    const column = sub(c, gatherRows(c, matrix!, i, 2), before)
    const root = unary(c, 'Sqrt', reshape(c, gatherRows(c, column, i, 1), [count, 1]))
    const rows = iota(c, [count, n], 1)
    const next = select(c, compare(c, 'GreaterEqual', rows, i), div(c, column, root), zero(c))
    const at = reshape(c, isAt(c, n, i), [1, 1, n])
    return [select(c, at, reshape(c, next, [count, n, 1]), sofar!), matrix!]
  })
  const isBad = reshape(b, reduce(b, 'Any', isNaN(b, l!), [1, 2]), [count, 1, 1])
  const isLower = compare(b, 'GreaterEqual', iota(b, [1, n, n], 1), iota(b, [1, n, n], 2))
  const known = select(b, isBad, b.scalar(Number.NaN, 'float32'), l!)
  return [reshape(b, select(b, isLower, known, zero(b)), out!.shape)]
}
/** All cases as a lower triangle from the left: turned, or with rows and columns in reverse. */
const triangularSolve: Lower<LinalgParams['triangular_solve']> = (b, { params: p, ins, outs: [out] }) => {
  const [given, right] = ins.map((x) => stack(b, x)) as [Value, Value]
  const rhs = p.leftSide ? right : turned(b, right)
  // x op(a) = b is op(a)' x' = b'
  const isTurned = p.transposeA === p.leftSide
  const a = isTurned ? turned(b, given) : given
  const isLower = p.lower !== isTurned
  const [l, y] = isLower ? [a, rhs] : [reverse(b, a, [1, 2]), reverse(b, rhs, [1])]
  const [count, n, m] = [l.shape[0]!, l.shape[1]!, y.shape[2]!]
  const [solved] = loop(b, n, [full(b, 0, 'float32', y.shape), l, y], (c, i, [x, matrix, values]) => {
    const row = gatherRows(c, matrix!, i, 1)
    const before = compare(c, 'Less', iota(c, [1, n], 1), i)
    const left = select(c, before, row, zero(c))
    const product = reshape(c, matmul(c, reshape(c, left, [count, 1, n]), x!), [count, m])
    const rest = sub(c, gatherRows(c, values!, i, 1), product)
    const diagonal = reshape(c, gatherRows(c, row, i, 1), [count, 1])
    const next = p.unitDiagonal ? rest : div(c, rest, diagonal)
    const at = reshape(c, isAt(c, n, i), [1, n, 1])
    return [select(c, at, reshape(c, next, [count, 1, m]), x!), matrix!, values!]
  })
  const x = isLower ? solved! : reverse(b, solved!, [1])
  return [reshape(b, p.leftSide ? x : turned(b, x), out!.shape)]
}
const qr: Lower<LinalgParams['qr']> = (b, { params: { fullMatrices }, ins: [x], outs }) =>
  b.ops('Qr', [x!], { ...typed('T', x!), full_matrices: attr.flag(fullMatrices) }, outs, ['q', 'r'])
/** TensorFlow's fail where a matrix has NaN or is singular; the kernels, which are the host's, answer. */
const overKernels =
  (name: string): Lower<unknown> =>
  () => {
    throw new BackendError('tfjs', `TensorFlow's ${name} fails on matrices that are singular or have NaN`)
  }
export const linalg: Lowerings<keyof LinalgParams> = {
  qr,
  cholesky,
  triangular_solve: triangularSolve,
  eigh: overKernels('SelfAdjointEigV2'),
  svd: overKernels('Svd'),
  lu: overKernels('Lu'),
}
