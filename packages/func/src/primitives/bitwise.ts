/** Operations on the bits of integers; and, or, xor, not also on booleans. All have derivative zero. */
import { dtypes } from '../dtype'
import { aval } from '../aval'
import { defineLeaf, type Primitive } from '../primitive'
import type { BitwiseParams } from '../table'
import type { Tensor } from '../tensor'
import { bind1 } from '../trace'
import { binary, bits, integers, noParams, unary, zeroDerivative } from './pointwise'

/** Bitwise, or logical, and. Source: jax.lax.bitwise_and. */
export const and = (x: Tensor, y: Tensor): Tensor => bind1(andP, [x, y], noParams)
/** Bitwise, or logical, or. Source: jax.lax.bitwise_or. */
export const or = (x: Tensor, y: Tensor): Tensor => bind1(orP, [x, y], noParams)
/** Bitwise, or logical, exclusive or. Source: jax.lax.bitwise_xor. */
export const xor = (x: Tensor, y: Tensor): Tensor => bind1(xorP, [x, y], noParams)
/** Bitwise, or logical, not. Source: jax.lax.bitwise_not. */
export const not = (x: Tensor): Tensor => bind1(notP, [x], noParams)
/** x << y; 0 where y is out of range. Source: jax.lax.shift_left. */
export const shiftLeft = (x: Tensor, y: Tensor): Tensor => bind1(shiftLeftP, [x, y], noParams)
/** x >> y, filled with zeros. Source: jax.lax.shift_right_logical. */
export const shiftRightLogical = (x: Tensor, y: Tensor): Tensor => bind1(shiftRightLogicalP, [x, y], noParams)
/** x >> y, filled with the sign. Source: jax.lax.shift_right_arithmetic. */
export const shiftRightArithmetic = (x: Tensor, y: Tensor): Tensor => bind1(shiftRightArithmeticP, [x, y], noParams)
/** How many bits are set. Source: jax.lax.population_count. */
export const populationCount = (x: Tensor): Tensor => bind1(populationCountP, [x], noParams)
/** How many leading bits are zero. Source: jax.lax.clz. */
export const clz = (x: Tensor): Tensor => bind1(clzP, [x], noParams)
/** The same bits as another dtype of equal width. Source: jax.lax.bitcast_convert_type. */
export const bitcastConvertType = (x: Tensor, params: BitwiseParams['bitcast_convert_type']): Tensor =>
  x.dtype === params.newDtype && !x.weakType ? x : bind1(bitcastP, [x], params)

const andP = binary('and', bits, 'zero')
const orP = binary('or', bits, 'zero')
const xorP = binary('xor', bits, 'zero')
const notP = unary('not', bits, 'zero')
const shiftLeftP = binary('shift_left', integers, 'zero')
const shiftRightLogicalP = binary('shift_right_logical', integers, 'zero')
const shiftRightArithmeticP = binary('shift_right_arithmetic', integers, 'zero')
const populationCountP = unary('population_count', integers, 'zero')
const clzP = unary('clz', integers, 'zero')
const bitcastP: Primitive<BitwiseParams['bitcast_convert_type']> = defineLeaf('bitcast_convert_type', {
  abstractEval: ([x], { newDtype }) =>
    x!.dtype === 'bool' || newDtype === 'bool'
      ? 'booleans have no bits to reinterpret; convert them instead'
      : dtypes[x!.dtype].bits !== dtypes[newDtype].bits
        ? `${x!.dtype} and ${newDtype} must have equal widths`
        : [aval(x!.shape, newDtype)],
  jvp: ([x], _ts, params) => [[bitcastConvertType(x!, params)], [null]],
  transpose: zeroDerivative,
  batch: (_axis, [x], [d], params) => [[bitcastConvertType(x!, params)], [d!]],
})
