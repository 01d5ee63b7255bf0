/** Polynomials as vectors of coefficients, the highest power first. Source: the jax.numpy functions of the same names. */
import { range } from '../aval'
import { ArgumentError } from '../error'
import { finite, readArgument } from '../options'
import { sliceAxis } from '../primitives/layout'
import { reshape } from '../primitives/structural'
import type { Tensor } from '../tensor'
import { add, divide, multiply, subtract } from './elementwise'
import { ofNumbers } from './host-tensor'
import { zerosLike } from '../literal'
import { concatenate, stack } from './join'
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

/** The polynomial with these roots, whose first coefficient is 1. Errors: ArgumentError of matrices: give their eigenvalues. */
export const poly = (roots: TensorLike): Tensor => {
  const [given] = promoteInexact('poly', [roots])
  if (given.ndim > 1)
    throw new ArgumentError('poly', `expected a vector of roots, got shape [${given.shape.join(',')}]; of a matrix give the eigenvalues`)
  if (given.size === 0) return reshape(ofNumbers([1], given.dtype), { newSizes: [] })
  const t = reshape(given, { newSizes: [given.size] })
  return range(t.size).reduce<Tensor>(
    (p, i) => concatenate([ofNumbers([1], t.dtype), subtract(concatenate([p, ofNumbers([0], t.dtype)]).at('1:'), multiply(p, t.at(i)))]),
    ofNumbers([1], t.dtype),
  )
}
/**
 * The quotient and the remainder of polynomials, coefficients from the highest power down; the remainder has as many as `u`, the first of
 * them zeros. Errors: ArgumentError.
 */
export const polydiv = (u: TensorLike, v: TensorLike): [quotient: Tensor, remainder: Tensor] => {
  const [above, below] = promoteInexact('polydiv', [u, v])
  if (above.ndim !== 1 || below.ndim !== 1 || below.size === 0)
    throw new ArgumentError('polydiv', `expected two vectors, got shapes [${above.shape.join(',')}] and [${below.shape.join(',')}]`)
  const [m, n] = [above.size, below.size]
  const first = below.at(0)
  let rest = above
  const quotient = range(Math.max(0, m - n + 1)).map((k) => {
    const q = divide(rest.at(k), first)
    rest = subtract(rest, pad(multiply(q, below), [k, m - n - k]))
    return q
  })
  return [quotient.length === 0 ? ofNumbers([0], above.dtype) : stack(quotient), rest]
}
