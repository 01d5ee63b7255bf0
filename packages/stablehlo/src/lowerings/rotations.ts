/**
 * Eigenvalues and singular values by rotations of Jacobi, for stacks of matrices, in loops of plain operations.
 *
 * A round turns all pairs of columns (i of the left half, i of the right) at once; then the halves go around as in a tournament, so that in
 * n - 1 rounds each has met each. The loop ends when n - 1 rounds on end had nothing to turn. An odd number of columns gets one of zeros,
 * which nothing turns. Source: Brent and Luk 1985.
 */
import { dtypes } from '@heddle/func/backend'
import type { Block, Value } from '../text/block'
import {
  abs,
  add,
  and,
  broadcast,
  compare,
  concatenate,
  convert,
  div,
  dot,
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
  unary,
} from '../text/ops'
import { type Type, type } from '../text/type'
import { householder } from './householder'

const MAX_SWEEPS = 60
const epsilon = (x: Type): number => (dtypes[x.dtype].bits === 64 ? Number.EPSILON : 2 ** -23)
const eye = (b: Block, t: Type): Value => convert(b, compare(b, 'EQ', iota(b, t.shape, 'int32', 1), iota(b, t.shape, 'int32', 2)), t.dtype)
/** One value a matrix, over a shape; one value a column, over it. */
const each = (b: Block, x: Value, shape: readonly number[]): Value => broadcast(b, x, shape, [0])
const eachColumn = (b: Block, x: Value, shape: readonly number[]): Value => broadcast(b, x, shape, [0, 2])
const eachRow = (b: Block, x: Value, shape: readonly number[]): Value => broadcast(b, x, shape, [0, 1])
const part = (b: Block, x: Value, axis: number, from: number, to: number): Value =>
  slice(
    b,
    x,
    x.shape.map((_, i) => (i === axis ? from : 0)),
    x.shape.with(axis, to),
  )
const extended = (b: Block, x: Value, axis: number, size: number): Value =>
  x.shape[axis] === size ? x : concatenate(b, [x, b.constant(0, x.dtype, x.shape.with(axis, size - x.shape[axis]!))], axis)
const sumOf = (b: Block, x: Value, axes: readonly number[]): Value => reduce(b, 'add', x, 0, axes)
/** Whether a matrix has an entry that is not finite. */
const isBad = (b: Block, x: Value): Value => {
  const size = abs(b, x)
  return reduce(b, 'or', unary(b, 'not', compare(b, 'LT', size, like(b, size, Number.POSITIVE_INFINITY))), false, [1, 2])
}
const unlessBad = (b: Block, bad: Value, x: Value): Value => select(b, each(b, bad, x.shape), like(b, x, Number.NaN), x)
/** The matrices over their greatest entry, and that: so no square overflows. */
const scaled = (b: Block, x: Value): readonly [Value, Value] => {
  const greatest = reduce(b, 'maximum', abs(b, x), 0, [1, 2])
  const scale = select(b, compare(b, 'EQ', greatest, like(b, greatest, 0)), like(b, greatest, 1), greatest)
  return [div(b, x, each(b, scale, x.shape)), scale]
}

/** Cosine and sine that make the pair orthogonal, of half their difference over what is between them; 1 and 0 where nothing is to turn. */
const rotation = (b: Block, difference: Value, between: Value, isTurned: Value): readonly [c: Value, s: Value] => {
  const one = like(b, between, 1)
  const zeta = div(b, difference, select(b, isTurned, add(b, between, between), one))
  const root = sqrt(b, add(b, one, mul(b, zeta, zeta)))
  const size = div(b, one, add(b, abs(b, zeta), root))
  const t = select(b, compare(b, 'LT', zeta, like(b, zeta, 0)), neg(b, size), size)
  const c = div(b, one, sqrt(b, add(b, one, mul(b, t, t))))
  return [select(b, isTurned, c, one), select(b, isTurned, mul(b, c, t), like(b, c, 0))]
}
/** The halves of `x` along an axis, turned. */
const turned = (b: Block, x: Value, axis: 1 | 2, c: Value, s: Value): Value => {
  const h = x.shape[axis]! / 2
  const [left, right] = [part(b, x, axis, 0, h), part(b, x, axis, h, 2 * h)]
  const over = (v: Value): Value => (axis === 2 ? eachColumn : eachRow)(b, v, left.shape)
  const [cs, sn] = [over(c), over(s)]
  return concatenate(b, [sub(b, mul(b, cs, left), mul(b, sn, right)), add(b, mul(b, sn, left), mul(b, cs, right))], axis)
}
/** Where they stand in the next round: the first stays, the others go around. */
const moved = (b: Block, x: Value, axis: 1 | 2): Value => {
  const h = x.shape[axis]! / 2
  if (h === 1) return x
  const places = [
    [0, 1],
    [h, h + 1],
    [1, h - 1],
    [h + 1, 2 * h],
    [h - 1, h],
  ] as const
  return concatenate(
    b,
    places.filter(([from, to]) => from < to).map(([from, to]) => part(b, x, axis, from, to)),
    axis,
  )
}
/** Rounds, until nothing was turned in as many as let each pair meet; a round answers whether it turned something. */
const rounds = (
  b: Block,
  n: number,
  init: readonly Value[],
  round: (b: Block, carry: readonly Value[]) => readonly [next: readonly Value[], isTurned: Value],
): readonly Value[] => {
  const count = (c: Block, k: number): Value => c.constant(k, 'int32')
  return b
    .while(
      [count(b, 0), count(b, 0), ...init],
      (c, [i, still]) => and(c, compare(c, 'LT', i!, count(c, MAX_SWEEPS * (n - 1))), compare(c, 'LT', still!, count(c, n - 1))),
      (c, [i, still, ...carry]) => {
        const [next, isTurned] = round(c, carry)
        const any = reduce(c, 'or', isTurned, false, [0, 1])
        return [add(c, i!, count(c, 1)), select(c, any, count(c, 0), add(c, still!, count(c, 1))), ...next]
      },
    )
    .slice(2)
}
/** The columns in ascending order of their keys [count, n]; equal ones stay in order. */
const inOrder = (b: Block, keys: Value, xs: readonly Value[]): readonly Value[] => {
  const [count, n] = keys.shape as [number, number]
  const shape = [count, n, n]
  const [mine, others] = [broadcast(b, keys, shape, [0, 1]), broadcast(b, keys, shape, [0, 2])]
  const isBefore = compare(b, 'LT', iota(b, shape, 'int32', 2), iota(b, shape, 'int32', 1))
  const isSmaller = or(b, compare(b, 'LT', others, mine), and(b, compare(b, 'EQ', others, mine), isBefore))
  const rank = sumOf(b, convert(b, isSmaller, 'int32'), [2])
  const chosen = compare(b, 'EQ', broadcast(b, rank, shape, [0, 1]), iota(b, shape, 'int32', 2))
  return xs.map((x) => {
    const m = x.shape[1]!
    const order = convert(b, chosen, x.dtype)
    return dot(b, x, order, [[2], [1]], [[0], [0]], type([count, m, n], x.dtype), ['highest', 'highest'])
  })
}

/** Where the column of zeros is, of a basis that has a row for it: nothing has turned it. */
const isPadding = (b: Block, basis: Value): Value => {
  const [count, n] = basis.shape as [number, number]
  const last = reshape(b, part(b, basis, 1, n - 1, n), [count, n])
  return compare(b, 'NE', last, like(b, last, 0))
}

/** Symmetric [count, n, n] -> eigenvectors as columns, eigenvalues [count, n], ascending. */
export const eigenByRotations = (b: Block, a: Value): readonly [v: Value, w: Value] => {
  const [count, n] = a.shape as [number, number]
  const size = n + (n % 2)
  const h = size / 2
  const bad = isBad(b, a)
  const [unit, scale] = scaled(b, a)
  const start = extended(b, extended(b, unit, 1, size), 2, size)
  const all = start.shape
  const threshold = mul(b, sqrt(b, sumOf(b, mul(b, start, start), [1, 2])), b.constant(epsilon(a), a.dtype, [count]))
  const diagonal = (c: Block, x: Value): Value => sumOf(c, mul(c, x, eye(c, x)), [1])
  const [d, basis] = rounds(b, size, [start, eye(b, start), threshold], (c, [x, v, least]) => {
    const block = (row: number, column: number): Value =>
      diagonal(c, part(c, part(c, x!, 1, row * h, (row + 1) * h), 2, column * h, (column + 1) * h))
    const between = block(0, 1)
    const isTurned = compare(c, 'GT', abs(c, between), each(c, least!, between.shape))
    const [cos, sin] = rotation(c, sub(c, block(1, 1), block(0, 0)), between, isTurned)
    // what the turn makes zero is zero, not what rounding leaves
    const both = eachRow(c, concatenate(c, [isTurned, isTurned], 1), all)
    const gap = abs(c, sub(c, iota(c, all, 'int32', 1), iota(c, all, 'int32', 2)))
    const paired = compare(c, 'EQ', gap, like(c, gap, h))
    const next = turned(c, turned(c, x!, 2, cos, sin), 1, cos, sin)
    const cleared = select(c, and(c, both, paired), like(c, next, 0), next)
    return [[moved(c, moved(c, cleared, 2), 1), moved(c, turned(c, v!, 2, cos, sin), 2), least!], isTurned]
  })
  const values = diagonal(b, d!)
  const keys = n === size ? values : select(b, isPadding(b, basis!), like(b, values, Number.POSITIVE_INFINITY), values)
  const [v, w] = inOrder(b, keys, [part(b, basis!, 1, 0, n), reshape(b, values, [count, 1, size])])
  const eigenvalues = mul(b, reshape(b, part(b, w!, 2, 0, n), [count, n]), each(b, scale, [count, n]))
  return [unlessBad(b, bad, part(b, v!, 2, 0, n)), unlessBad(b, bad, eigenvalues)]
}

/** [count, m, n] with m >= n -> singular values [count, n], descending, u [count, m, m or n] and v [count, n, n]. */
export const singularByRotations = (
  b: Block,
  a: Value,
  computeUv: boolean,
  fullMatrices: boolean,
): readonly [s: Value, u?: Value, v?: Value] => {
  const [count, m, n] = a.shape as [number, number, number]
  const size = n + (n % 2)
  const bad = isBad(b, a)
  const [unit, scale] = scaled(b, a)
  const columns = extended(b, unit, 2, size)
  const tiny = epsilon(a)
  const absolute = mul(b, sumOf(b, mul(b, unit, unit), [1, 2]), b.constant(tiny ** 3, a.dtype, [count]))
  // the basis stands below the columns, and is turned with them
  const start = concatenate(b, [columns, eye(b, type([count, size, size], a.dtype))], 1)
  const [found] = rounds(b, size, [start, absolute], (c, [x, least]) => {
    const top = part(c, x!, 1, 0, m)
    const [left, right] = [part(c, top, 2, 0, size / 2), part(c, top, 2, size / 2, size)]
    const [alpha, beta, gamma] = [mul(c, left, left), mul(c, right, right), mul(c, left, right)].map((y) => sumOf(c, y, [1])) as [
      Value,
      Value,
      Value,
    ]
    const product = mul(c, sqrt(c, alpha), sqrt(c, beta))
    const relative = mul(c, product, like(c, product, Math.max(10, m) * tiny))
    const smallest = each(c, least!, product.shape)
    const limit = select(c, compare(c, 'GT', relative, smallest), relative, smallest)
    const isTurned = compare(c, 'GT', abs(c, gamma), limit)
    const [cos, sin] = rotation(c, sub(c, beta, alpha), gamma, isTurned)
    return [[moved(c, turned(c, x!, 2, cos, sin), 2), least!], isTurned]
  })
  const w = part(b, found!, 1, 0, m)
  const basis = part(b, found!, 1, m, m + size)
  const lengths = sqrt(b, sumOf(b, mul(b, w, w), [1]))
  const descending = neg(b, lengths)
  const keys = n === size ? descending : select(b, isPadding(b, basis), like(b, lengths, 1), descending)
  const sorted = inOrder(b, keys, [reshape(b, lengths, [count, 1, size]), w, part(b, basis, 1, 0, n)])
  const [values, vectors, v] = sorted.map((x) => part(b, x, 2, 0, n)) as [Value, Value, Value]
  const s = reshape(b, values, [count, n])
  const out = unlessBad(b, bad, mul(b, s, each(b, scale, s.shape)))
  if (!computeUv) return [out]
  // of a column as small as its rounding the direction is chance: those of the others leave one
  const greatest = mul(b, reduce(b, 'maximum', s, 0, [1]), b.constant(tiny, a.dtype, [count]))
  const isKnown = compare(b, 'GT', s, each(b, greatest, s.shape))
  const divisor = select(b, isKnown, s, like(b, s, 1))
  const known = eachColumn(b, isKnown, vectors.shape)
  const u = select(b, known, div(b, vectors, eachColumn(b, divisor, vectors.shape)), like(b, vectors, 0))
  const [completed] = householder(b, u, fullMatrices) as [Value, Value]
  const thin = select(b, known, u, part(b, completed, 2, 0, n))
  const whole = completed.shape[2] === n ? thin : concatenate(b, [thin, part(b, completed, 2, n, completed.shape[2]!)], 2)
  return [out, unlessBad(b, bad, whole), unlessBad(b, bad, v)]
}
