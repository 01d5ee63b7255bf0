/** Linear algebra: Cholesky and triangular solves as StableHLO has them, QR as a loop of Householder reflections. */
import type { LinalgParams } from '@heddle/func/backend'
import type { Lower, Lowerings } from './row'
import type { Block, Value } from '../text/block'
import { compare, convert, generic, iota, like, select } from '../text/ops'
import { tensorType } from '../text/type'
import { householder } from './householder'

/** 16-bit operands computed in float32. */
const wide = (b: Block, xs: readonly Value[]): readonly Value[] => xs.map((x) => (x.dtype === 'float64' ? x : convert(b, x, 'float32')))
const narrow = (b: Block, xs: readonly Value[], like: Value): readonly Value[] => xs.map((x) => convert(b, x, like.dtype))

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
export const linalg: Lowerings<keyof LinalgParams> = { qr, cholesky, triangular_solve: triangularSolve }
