/** Bitwise primitives: one operation each. */
import type { BitwiseParams } from '@heddle/func/backend'
import type { Lowerings } from './row'
import { bitcast } from '../text/ops'
import { binaryOp, unaryOp } from './pointwise'

export const bitwise: Lowerings<keyof BitwiseParams> = {
  and: binaryOp('and'),
  or: binaryOp('or'),
  xor: binaryOp('xor'),
  not: unaryOp('not'),
  shift_left: binaryOp('shift_left'),
  shift_right_logical: binaryOp('shift_right_logical'),
  shift_right_arithmetic: binaryOp('shift_right_arithmetic'),
  population_count: unaryOp('popcnt'),
  clz: unaryOp('count_leading_zeros'),
  bitcast_convert_type: (b, { params, ins: [x] }) => [bitcast(b, x!, params.newDtype)],
}
