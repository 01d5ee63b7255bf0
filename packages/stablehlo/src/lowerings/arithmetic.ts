/** Arithmetic: one operation each, powers by repeated squaring. */
import type { ArithmeticParams } from '@heddle/func/backend'
import type { Lowerings } from './row'
import type { Block, Value } from '../text/block'
import { div, like, mul } from '../text/ops'
import { binaryOp, unaryOp } from './pointwise'

const power = (b: Block, x: Value, y: number): Value => {
  if (y === 0) return like(b, x, 1)
  let result: Value | undefined
  let square = x
  for (let n = Math.abs(y); ; square = mul(b, square, square)) {
    if (n % 2 === 1) result = result === undefined ? square : mul(b, result, square)
    n = Math.floor(n / 2)
    if (n === 0) break
  }
  return y < 0 ? div(b, like(b, x, 1), result!) : result!
}

export const arithmetic: Lowerings<keyof ArithmeticParams> = {
  neg: unaryOp('negate'),
  add: binaryOp('add'),
  sub: binaryOp('subtract'),
  mul: binaryOp('multiply'),
  div: binaryOp('divide'),
  rem: binaryOp('remainder'),
  integer_pow: (b, { params, ins: [x] }) => [power(b, x!, params.y)],
  square: (b, { ins: [x] }) => [mul(b, x!, x!)],
}
