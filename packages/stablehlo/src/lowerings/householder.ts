/**
 * QR by Householder reflections, for stacks of matrices, in loops of plain operations.
 *
 * The reflection of column i is H = I - tau v v', v zero above i and one at i; tau and the sign of R's diagonal are LAPACK's
 * (geqrf, larfg): the diagonal gets the sign that does not cancel, and a column that is zero below it stays as it is.
 */
import { sizeOf } from '@heddle/func/backend'
import type { Block, Value } from '../text/block'
import {
  abs,
  add,
  broadcast,
  compare,
  convert,
  div,
  dot,
  dynamicSlice,
  dynamicUpdateSlice,
  iota,
  like,
  mul,
  neg,
  or,
  reduce,
  reshape,
  select,
  slice,
  sqrt,
  sub,
} from '../text/ops'
import { type Type, type } from '../text/type'

const matrix = (shape: readonly number[]) => {
  const [m, n] = shape.slice(-2) as [number, number]
  const stack = shape.slice(0, -2)
  return { m, n, stack, count: sizeOf(stack) }
}
/** One value a matrix, or one a row of each, as a matrix. */
const overMatrix = (b: Block, x: Value, t: Type): Value => broadcast(b, x, t.shape, x.shape.length === 1 ? [0] : [0, 1])

/** v and tau of each matrix, and the column that H makes of theirs. */
const reflection = (b: Block, column: Value, i: Value) => {
  const { shape } = column
  const [count] = shape as [number, number]
  const rows = iota(b, shape, 'int32', 1)
  const at = broadcast(b, i, shape, [])
  const isBelow = compare(b, 'GT', rows, at)
  const isAt = compare(b, 'EQ', rows, at)
  const zeros = like(b, column, 0)
  const zero = b.constant(0, column.dtype, [count])
  const one = b.constant(1, column.dtype, [count])
  const spread = (x: Value): Value => broadcast(b, x, shape, [0])
  const rest = select(b, isBelow, column, zeros)
  const alpha = reduce(b, 'add', select(b, isAt, column, zeros), 0, [1])
  // scaled by the greatest, so that no square overflows
  const greatest = reduce(b, 'maximum', abs(b, select(b, or(b, isBelow, isAt), column, zeros)), 0, [1])
  const isZero = compare(b, 'EQ', reduce(b, 'maximum', abs(b, rest), 0, [1]), zero)
  const scale = select(b, isZero, one, greatest)
  const scaledRest = div(b, rest, spread(scale))
  const scaledAlpha = div(b, alpha, scale)
  const norm = sqrt(b, add(b, mul(b, scaledAlpha, scaledAlpha), reduce(b, 'add', mul(b, scaledRest, scaledRest), 0, [1])))
  const signed = mul(b, scale, select(b, compare(b, 'LT', alpha, zero), norm, neg(b, norm)))
  const beta = select(b, isZero, alpha, signed)
  const tau = select(b, isZero, zero, div(b, sub(b, beta, alpha), beta))
  const pivot = select(b, isZero, one, sub(b, alpha, beta))
  const v = select(b, isAt, like(b, column, 1), div(b, rest, spread(pivot)))
  return { v, tau, isBelow, isAt, beta: spread(beta) }
}
/** H a = a - tau v (v' a) */
const reflect = (b: Block, a: Value, v: Value, tau: Value): Value => {
  const [count, , n] = a.shape as [number, number, number]
  const along = dot(b, v, a, [[1], [1]], [[0], [0]], type([count, n], a.dtype))
  const scaled = mul(b, along, broadcast(b, tau, [count, n], [0]))
  const outer = mul(b, broadcast(b, v, a.shape, [0, 1]), broadcast(b, scaled, a.shape, [0, 2]))
  return sub(b, a, outer)
}
const columnAt = (b: Block, a: Value, i: Value): Value => {
  const [count, m] = a.shape as [number, number]
  const zero = b.constant(0, 'int32')
  return reshape(b, dynamicSlice(b, a, [zero, zero, i], [count, m, 1]), [count, m])
}
const loop = (
  b: Block,
  steps: number,
  init: readonly Value[],
  step: (b: Block, i: Value, carry: readonly Value[]) => readonly Value[],
): readonly Value[] =>
  b
    .while(
      [b.constant(0, 'int32'), ...init],
      (c, [i]) => compare(c, 'LT', i!, c.constant(steps, 'int32')),
      (c, [i, ...carry]) => [add(c, i!, c.constant(1, 'int32')), ...step(c, i!, carry)],
    )
    .slice(1)

/** R on and above the diagonal, the vectors below it; and the factors tau. */
const factor = (b: Block, a: Value, steps: number): readonly Value[] => {
  const count = a.shape[0]!
  const taus = b.constant(0, a.dtype, [count, steps])
  return loop(b, steps, [a, taus], (c, i, [x, ts]) => {
    const column = columnAt(c, x!, i)
    const { v, tau, isBelow, isAt, beta } = reflection(c, column, i)
    const applied = reflect(c, x!, v, tau)
    const kept = select(c, isBelow, v, select(c, isAt, beta, column))
    const columns = iota(c, x!.shape, 'int32', 2)
    const at = broadcast(c, i, x!.shape, [])
    const isRight = compare(c, 'GT', columns, at)
    const isColumn = compare(c, 'EQ', columns, at)
    const next = select(c, isRight, applied, select(c, isColumn, overMatrix(c, kept, x!), x!))
    return [next, dynamicUpdateSlice(c, ts!, reshape(c, tau, [count, 1]), [c.constant(0, 'int32'), i])]
  })
}
/** The reflections applied to the identity, the last one first. */
const assemble = (b: Block, packed: Value, taus: Value, width: number): Value => {
  const [count, m] = packed.shape as [number, number]
  const steps = taus.shape[1]!
  const shape = [count, m, width]
  const identity = convert(b, compare(b, 'EQ', iota(b, shape, 'int32', 1), iota(b, shape, 'int32', 2)), packed.dtype)
  const [q] = loop(b, steps, [identity, packed, taus], (c, k, [x, p, ts]) => {
    const i = sub(c, c.constant(steps - 1, 'int32'), k)
    const column = columnAt(c, p!, i)
    const rows = iota(c, column.shape, 'int32', 1)
    const at = broadcast(c, i, column.shape, [])
    const below = select(c, compare(c, 'GT', rows, at), column, like(c, column, 0))
    const v = select(c, compare(c, 'EQ', rows, at), like(c, column, 1), below)
    const tau = reshape(c, dynamicSlice(c, ts!, [c.constant(0, 'int32'), i], [count, 1]), [count])
    return [reflect(c, x!, v, tau), p!, ts!]
  })
  return q!
}
/** [..., m, n] -> Q [..., m, k] and R [..., k, n]. */
export const householder = (b: Block, a: Value, fullMatrices: boolean): readonly Value[] => {
  const { m, n, stack, count } = matrix(a.shape)
  const k = fullMatrices ? m : Math.min(m, n)
  const [packed, taus] = factor(b, reshape(b, a, [count, m, n]), Math.min(m, n))
  const q = assemble(b, packed!, taus!, k)
  const top = slice(b, packed!, [0, 0, 0], [count, k, n])
  const isUpper = compare(b, 'LE', iota(b, top.shape, 'int32', 1), iota(b, top.shape, 'int32', 2))
  const r = select(b, isUpper, top, like(b, top, 0))
  return [reshape(b, q, [...stack, m, k]), reshape(b, r, [...stack, k, n])]
}
