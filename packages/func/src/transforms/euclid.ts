/** Greatest common divisors and least common multiples, by Euclid's algorithm. Source: jax.numpy.gcd, lcm. */
import { dtypes, isInteger } from '../dtype'
import { DTypeError } from '../error'
import { fullLike } from '../literal'
import { absolute, floorDivide, multiply } from '../numpy/elementwise'
import { where } from '../numpy/logic'
import { broadcastShapes, broadcastTo, operands, type TensorLike } from '../numpy/promote'
import { ne, rem } from '../primitives/piecewise'
import type { Tensor } from '../tensor'
import { jit } from './jit'
import { foriLoop } from './while-loop'

/** Of n bits the worst, neighbours in Fibonacci's sequence, take 1.44 n steps. */
const steps = (bits: number): number => Math.ceil(1.45 * bits) + 1
const euclid = jit(
  (x: Tensor, y: Tensor): Tensor => {
    const [divisor] = foriLoop<readonly [Tensor, Tensor]>(
      0,
      steps(dtypes[x.dtype].bits),
      (_, [a, b]) => {
        const going = ne(b, fullLike(b, 0))
        return [where(going, b, a), where(going, rem(a, where(going, b, fullLike(b, 1))), b)]
      },
      [absolute(x), absolute(y)],
    )
    return divisor
  },
  { name: 'gcd' },
)
const integers = (name: string, x: TensorLike, y: TensorLike): readonly [Tensor, Tensor] => {
  const [a, b] = operands(name, [x, y])
  if (!isInteger(a.dtype)) throw new DTypeError(name, `expected integers, got ${a.dtype}; cast by .astype('int32')`)
  const shape = broadcastShapes(name, [a.aval, b.aval])
  return [broadcastTo(a, shape, name), broadcastTo(b, shape, name)]
}
/** The greatest common divisor of integers, element by element; 0 of two zeros. Errors: DTypeError of floats. */
export const gcd = (x: TensorLike, y: TensorLike): Tensor => euclid(...integers('gcd', x, y))
/** The least common multiple of integers, element by element; 0 where one is 0. Errors: DTypeError of floats. */
export const lcm = (x: TensorLike, y: TensorLike): Tensor => {
  const [a, b] = integers('lcm', x, y)
  const divisor = euclid(a, b)
  const none = divisor.eq(0)
  return where(none, fullLike(divisor, 0), multiply(absolute(a), floorDivide(absolute(b), where(none, fullLike(divisor, 1), divisor))))
}
