/** Polynomials as vectors of coefficients, the highest power first. Source: the jax.numpy functions of the same names. */
import { range } from '../aval'
import { finite, readArgument } from '../options'
import { sliceAxis } from '../primitives/layout'
import { reshape } from '../primitives/structural'
import type { Tensor } from '../tensor'
import { add, divide, multiply, subtract } from './elementwise'
import { ofNumbers } from './host-tensor'
import { zerosLike } from '../literal'
import { concatenate } from './join'
import { pad } from './pad'
import { promoteInexact, promoteTypes, type TensorLike } from './promote'
import { convolve } from './signal'

/** The value at `x`. */
export const polyval = (p: TensorLike, x: TensorLike): Tensor => {
  const [coefficients, t] = promoteTypes('polyval', [p, x])
  const n = coefficients.shape[0]!
  const at = (i: number): Tensor => reshape(sliceAxis(coefficients, 0, i, i + 1), { newSizes: [] })
  return range(n).reduce((y, i) => add(multiply(y, t), at(i)), zerosLike(t))
}
const aligned = (where: string, p: TensorLike, q: TensorLike): [Tensor, Tensor] => {
  const [a, b] = promoteTypes(where, [p, q])
  const n = Math.max(a.size, b.size)
  const fill = (t: Tensor): Tensor => pad(t, [n - t.size, 0])
  return [fill(a), fill(b)]
}
/** The sum of two polynomials, coefficients from the highest power down. */
export const polyadd = (p: TensorLike, q: TensorLike): Tensor => add(...aligned('polyadd', p, q))
/** The difference of two polynomials, coefficients from the highest power down. */
export const polysub = (p: TensorLike, q: TensorLike): Tensor => subtract(...aligned('polysub', p, q))
/** The product of two polynomials, coefficients from the highest power down. */
export const polymul = (p: TensorLike, q: TensorLike): Tensor => convolve(p, q)
/** The derivative. */
export const polyder = (p: TensorLike): Tensor => {
  const [t] = promoteInexact('polyder', [p])
  const n = t.size
  return multiply(
    sliceAxis(t, 0, 0, n - 1),
    ofNumbers(
      range(n - 1).map((i) => n - 1 - i),
      t.dtype,
    ),
  )
}
/** The integral with constant `k`. */
export const polyint = (p: TensorLike, k = 0): Tensor => {
  const [t] = promoteInexact('polyint', [p])
  readArgument('polyint', 'k', finite, k)
  const powers = ofNumbers(
    range(t.size).map((i) => t.size - i),
    t.dtype,
  )
  return concatenate([divide(t, powers), ofNumbers([k], t.dtype)])
}
