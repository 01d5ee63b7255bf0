/** Addition, multiplication and their like: a family closed under derivatives. */
import { isFloating } from '../dtype'
import { isLinear } from '../primitive'
import type { Tensor } from '../tensor'
import { bind1 } from '../trace'
import { binary, constant, known, noParams, numbers, unary } from './pointwise'

/** -x. Source: jax.lax.neg. */
export const neg = (x: Tensor): Tensor => bind1(negP, [x], noParams)
/** x + y, of equal dtypes. Source: jax.lax.add. */
export const add = (x: Tensor, y: Tensor): Tensor => bind1(addP, [x, y], noParams)
/** x - y, of equal dtypes. Source: jax.lax.sub. */
export const sub = (x: Tensor, y: Tensor): Tensor => bind1(subP, [x, y], noParams)
/** x * y, of equal dtypes. Source: jax.lax.mul. */
export const mul = (x: Tensor, y: Tensor): Tensor => bind1(mulP, [x, y], noParams)
/** x / y; of integers the quotient rounded toward zero. Source: jax.lax.div. */
export const div = (x: Tensor, y: Tensor): Tensor => bind1(divP, [x, y], noParams)
/** x ** y for an integer y, negative only for floats. Source: jax.lax.integer_pow. */
export const integerPow = (x: Tensor, params: { readonly y: number }): Tensor => bind1(integerPowP, [x], params)
/** x * x. Source: jax.lax.square. */
export const square = (x: Tensor): Tensor => bind1(squareP, [x], noParams)

const negP = unary('neg', numbers, (t) => neg(t), { transpose: neg })
const addP = binary('add', numbers, [(t) => t, (t) => t], { transpose: (ct) => [ct, ct] })
const subP = binary('sub', numbers, [(t) => t, (t) => neg(t)], {
  transpose: (ct, _x, y) => [ct, isLinear(y) ? neg(ct) : null],
})
const mulP = binary('mul', numbers, [(t, _z, _x, y) => mul(t, y), (t, _z, x) => mul(x, t)], {
  transpose: (ct, x, y) => (isLinear(x) ? [mul(ct, known(y)), null] : [null, mul(known(x), ct)]),
})
const divP = binary('div', numbers, [(t, _z, _x, y) => div(t, y), (t, z, _x, y) => mul(neg(t), div(z, y))], {
  transpose: (ct, _x, y) => [div(ct, known(y)), null],
})
const integerPowP = unary(
  'integer_pow',
  numbers,
  (t, _out, x, { y }) => {
    if (y === 0) return null
    if (y === 1) return t
    return mul(t, mul(constant(x, y), y === 2 ? x : integerPow(x, { y: y - 1 })))
  },
  {
    check: (x, { y }) =>
      !Number.isInteger(y)
        ? `the exponent must be an integer, not ${y}`
        : y < 0 && !isFloating(x.dtype)
          ? `integers can't be raised to the negative power ${y}`
          : undefined,
  },
)
const squareP = unary('square', numbers, (t, _out, x) => mul(t, mul(constant(x, 2), x)))
