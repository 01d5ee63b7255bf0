/** Products, powers and the exponential of matrices. Source: jax.numpy.linalg, and expm of jax.scipy.linalg. */
import { range } from '../aval'
import { ArgumentError, DTypeError } from '../error'
import { boolean, count, describe, list, optionsOf, readArgument, type OptionsOf } from '../options'
import { stopGradient } from '../primitives/piecewise'
import type { Tensor } from '../tensor'
import { matmul, type ProductOptions } from './contraction'
import { add, divide, exp2, floor, log2, maximum, multiply, subtract } from './elementwise'
import { greater, where } from './logic'
import { squareMatrix } from './matrix'
import { matrixNorm } from './norm'
import { asTensor, broadcastTo, type TensorLike } from './promote'
import { eye } from './sequences'
import { expandDims } from './shape'
import { inv, solve, solveTriangular } from './systems'

/** `x` multiplied with itself `n` times; negative powers are of the inverse. */
export const matrixPower = (x: TensorLike, n: number): Tensor => {
  const t = squareMatrix('linalg.matrixPower', x)
  if (!Number.isInteger(n)) throw new ArgumentError('linalg.matrixPower', `the power must be whole, got ${describe(n)}`)
  if (n < 0) return matrixPower(inv(t), -n)
  if (n === 0) return broadcastTo(eye(t.shape.at(-1)!, null, t.dtype), t.shape)
  if (n === 1) return t
  const half = matrixPower(t, Math.floor(n / 2))
  const twice = matmul(half, half)
  return n % 2 === 0 ? twice : matmul(twice, t)
}
/** The product of several matrices, from left to right. */
export const multiDot = (xs: readonly TensorLike[], options?: ProductOptions): Tensor => {
  readArgument('linalg.multiDot', 'matrices', list, xs)
  if (xs.length === 0) throw new ArgumentError('linalg.multiDot', 'expected at least one matrix')
  return xs.map((x) => asTensor(x)).reduce((a, b) => matmul(a, b, options))
}

/** Coefficients of the numerator of Padé's approximants of the exponential. Source: Higham 2005. */
const pade7 = [17297280, 8648640, 1995840, 277200, 25200, 1512, 56, 1]
const pade13 = [
  64764752532480000, 32382376266240000, 7771770303897600, 1187353796428800, 129060195264000, 10559470521600, 670442572800, 33522128640,
  1323241920, 40840800, 960960, 16380, 182, 1,
]
/** Odd and even part of a polynomial of x. */
const oddAndEven = (x: Tensor, b: readonly number[]): readonly [odd: Tensor, even: Tensor] => {
  const one = eye(x.shape.at(-1)!, null, x.dtype)
  const x2 = matmul(x, x)
  const powers = [one, x2, ...range(Math.floor((b.length - 1) / 2) - 1).map(() => x2)]
  for (let i = 2; i < powers.length; i++) powers[i] = matmul(powers[i - 1]!, x2)
  const part = (first: 0 | 1): Tensor => powers.map((p, i) => multiply(p, b[2 * i + first] ?? 0)).reduce(add)
  return [matmul(x, part(1)), part(0)]
}
const expmOptions = optionsOf({
  /** The matrices are upper triangular. */
  upperTriangular: boolean,
  /** The most times that what was halved is squared (16); a matrix that needs more gives NaN. */
  maxSquarings: count,
})
/** Options of `expm`. */
export interface ExpmOptions extends OptionsOf<typeof expmOptions> {}
/**
 * The exponential of square matrices `[..., n, n]`, by Padé's approximant of what is halved until it is small, and squared again.
 *
 * Errors: ShapeError for what is not square; DTypeError for 16-bit floats. Source: jax.scipy.linalg.expm; Higham 2005.
 */
export const expm = (x: TensorLike, options?: ExpmOptions): Tensor => {
  const { upperTriangular = false, maxSquarings = 16 } = expmOptions('linalg.expm', options)
  const t = squareMatrix('linalg.expm', x)
  if (t.dtype !== 'float32' && t.dtype !== 'float64') throw new DTypeError('linalg.expm', `takes float32 or float64, not ${t.dtype}`)
  const [coefficients, largest] = t.dtype === 'float64' ? [pade13, 5.371920351148152] : [pade7, 3.92572478313866]
  const size = stopGradient(matrixNorm(t, { ord: 1 }))
  const squarings = maximum(0, floor(log2(divide(size, largest))).add(1))
  const overMatrix = (y: Tensor): Tensor => expandDims(y, [-2, -1])
  const [odd, even] = oddAndEven(divide(t, overMatrix(exp2(squarings))), coefficients)
  const [p, q] = [add(even, odd), subtract(even, odd)]
  const start = upperTriangular ? solveTriangular(q, p) : solve(q, p)
  const out = range(maxSquarings).reduce((r, i) => where(overMatrix(greater(squarings, i)), matmul(r, r), r), start)
  return where(overMatrix(greater(squarings, maxSquarings)), Number.NaN, out)
}
