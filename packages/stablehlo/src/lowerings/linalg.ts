/**
 * Linear algebra: Cholesky and triangular solves as StableHLO has them; QR, eigenvalues, singular values and elimination as loops, which run
 * wherever StableHLO runs (JAX calls LAPACK there, which only its own library registers).
 */
import { type LinalgParams, type Shape, sizeOf } from '@heddle/func/backend'
import type { Lower, Lowerings } from './row'
import type { Block, Body, Value } from '../text/block'
import { compare, convert, generic, iota, like, reshape, select, transpose } from '../text/ops'
import { tensorType, type Type } from '../text/type'
import { elimination } from './elimination'
import { householder } from './householder'
import { eigenByRotations, singularByRotations } from './rotations'

/** 16-bit operands computed in float32. */
const wide = (b: Block, xs: readonly Value[]): readonly Value[] => xs.map((x) => (x.dtype === 'float64' ? x : convert(b, x, 'float32')))
const narrow = (b: Block, xs: readonly Value[], like: Value): readonly Value[] => xs.map((x) => convert(b, x, like.dtype))

const isEmpty = (x: Type): boolean => sizeOf(x.shape) === 0
/** The value of results without elements; of others that belong to empty matrices, zeros. */
const nothing = (b: Block, outs: readonly Type[]): readonly Value[] => outs.map((o) => like(b, o, 0))
/** Of matrices without elements: no values, and bases that are the identity. */
const emptySvd = (b: Block, outs: readonly Type[]): readonly Value[] =>
  outs.map((o, i) => {
    const rank = o.shape.length
    if (i === 0 || isEmpty(o)) return like(b, o, 0)
    return convert(b, compare(b, 'EQ', iota(b, o.shape, 'int32', rank - 2), iota(b, o.shape, 'int32', rank - 1)), o.dtype)
  })
/** [..., m, n] as [count, m, n], and results with the leading axes again. */
const stacked = (b: Block, x: Value): Value => reshape(b, x, [sizeOf(x.shape.slice(0, -2)), ...x.shape.slice(-2)])
const unstacked = (b: Block, outs: readonly { readonly shape: Shape }[], xs: readonly Value[]): readonly Value[] =>
  xs.map((x, i) => reshape(b, x, outs[i]!.shape))

const cholesky: Lower<LinalgParams['cholesky']> = (b, { ins: [x] }) => {
  const [a] = wide(b, [x!])
  const l = b.op(`stablehlo.cholesky ${a!.name}, lower = true : ${tensorType(a!)}`, a!)
  const rank = a!.shape.length
  const isLower = compare(b, 'GE', iota(b, a!.shape, 'int32', rank - 2), iota(b, a!.shape, 'int32', rank - 1))
  return narrow(b, [select(b, isLower, l, like(b, l, 0))], x!)
}
const triangularSolve: Lower<LinalgParams['triangular_solve']> = (b, { params: p, ins }) => {
  const xs = wide(b, ins)
  const attributes = {
    left_side: String(p.leftSide),
    lower: String(p.lower),
    transpose_a: `#stablehlo<transpose ${p.transposeA ? 'TRANSPOSE' : 'NO_TRANSPOSE'}>`,
    unit_diagonal: String(p.unitDiagonal),
  }
  return narrow(b, generic(b, 'triangular_solve', xs, attributes, [], [xs[1]!]), ins[1]!)
}
const qr: Lower<LinalgParams['qr']> = (b, { params, ins: [x] }) => {
  const [a] = wide(b, [x!])
  return narrow(
    b,
    b.call('qr', `qr ${params.fullMatrices}`, [a!], (inner, [m]) => householder(inner, m!, params.fullMatrices)),
    x!,
  )
}
const eigh: Lower<LinalgParams['eigh']> = (b, { params: { lower }, ins: [x], outs }) => {
  const [a] = wide(b, [x!])
  if (isEmpty(a!)) return nothing(b, outs)
  const body: Body = (inner, [m]) => {
    const read = stacked(inner, m!)
    const turned = transpose(inner, read, [0, 2, 1])
    const isRead = compare(inner, lower ? 'GE' : 'LE', iota(inner, read.shape, 'int32', 1), iota(inner, read.shape, 'int32', 2))
    return unstacked(inner, outs, eigenByRotations(inner, select(inner, isRead, read, turned)))
  }
  return narrow(b, b.call('eigh', `eigh ${lower}`, [a!], body), x!)
}
const svd: Lower<LinalgParams['svd']> = (b, { params: { computeUv, fullMatrices }, ins: [x], outs }) => {
  const [a] = wide(b, [x!])
  if (isEmpty(a!)) return emptySvd(b, outs)
  const isTall = x!.shape.at(-2)! >= x!.shape.at(-1)!
  const body: Body = (inner, [m]) => {
    const read = stacked(inner, m!)
    const turned = (y: Value): Value => transpose(inner, y, [0, 2, 1])
    const [s, u, v] = singularByRotations(inner, isTall ? read : turned(read), computeUv, fullMatrices)
    if (!u || !v) return unstacked(inner, outs, [s])
    return unstacked(inner, outs, isTall ? [s, u, turned(v)] : [s, v, turned(u)])
  }
  return narrow(b, b.call('svd', `svd ${computeUv} ${fullMatrices}`, [a!], body), x!)
}
const lu: Lower<LinalgParams['lu']> = (b, { ins: [x], outs }) => {
  const [a] = wide(b, [x!])
  if (isEmpty(a!)) return [x!, ...nothing(b, outs.slice(1, 2)), iota(b, outs[2]!.shape, 'int32', outs[2]!.shape.length - 1)]
  const [packed, ...rest] = b.call('lu', 'lu', [a!], (inner, [m]) => unstacked(inner, outs, elimination(inner, stacked(inner, m!))))
  return [...narrow(b, [packed!], x!), ...rest]
}
export const linalg: Lowerings<keyof LinalgParams> = { qr, cholesky, triangular_solve: triangularSolve, eigh, svd, lu }
