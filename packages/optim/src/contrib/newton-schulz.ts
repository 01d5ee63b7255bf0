/** Matrices made nearly orthogonal by the iteration of Newton and Schulz. */
import { ArgumentError, lax, np, type Tensor } from '@heddle/func'
import type { Scalar } from '../tree-math'

/** Which axes of a weight are summed over when it is applied, and which are what comes out; others are batches of matrices. */
export interface MuonDimensionNumbers {
  readonly reductionAxis: number | readonly number[]
  readonly outputAxis: number | readonly number[]
}
export type Preconditioning = 'frobenius' | 'spectral' | 'aol' | 'schatten'

/** The axes of a weight by their part. Errors: ArgumentError where they overlap or are not there. */
export const axesOf = (x: Tensor, { reductionAxis, outputAxis }: MuonDimensionNumbers) => {
  const listed = (axis: number | readonly number[]): readonly number[] =>
    (typeof axis === 'number' ? [axis] : axis).map((a) => {
      if (!Number.isInteger(a) || a < -x.ndim || a >= x.ndim)
        throw new ArgumentError('muon', `there is no axis ${a} of a weight of shape [${x.shape.join(',')}]`)
      return a < 0 ? a + x.ndim : a
    })
  const [reduced, output] = [listed(reductionAxis), listed(outputAxis)]
  if (x.ndim < 2 || reduced.some((a) => output.includes(a)))
    throw new ArgumentError(
      'muon',
      `a weight needs reduction axes and output axes that are not the same, got ${reduced.join()} and ${output.join()} of shape [${x.shape.join(',')}]`,
    )
  const batch = x.shape.map((_, i) => i).filter((i) => !reduced.includes(i) && !output.includes(i))
  const sizeOf = (axes: readonly number[]): number => axes.reduce((n, i) => n * x.shape[i]!, 1)
  return { batch, reduced, output, fanIn: sizeOf(reduced), fanOut: sizeOf(output), matrices: sizeOf(batch) }
}
const transposed = (x: Tensor): Tensor => np.swapaxes(x, -1, -2)
const frobenius = (x: Tensor): Tensor => np.sqrt(np.sum(np.square(x), { axis: [-2, -1], keepdims: true }))
/** `c0 x + (c1 a + c2 a²) x` with `a = x xᵀ`, given. */
const iterated = (x: Tensor, a: Tensor, coeffs: readonly [Tensor, Tensor, Tensor]): Tensor => {
  const [c0, c1, c2] = coeffs
  const b = np.add(np.multiply(c1, a), np.matmul(np.multiply(c2, a), a))
  return np.add(np.multiply(c0, x), np.matmul(b, x))
}
/** Scales rows, or all, by what `a` bounds them with; the iteration needs singular values of at most 1. */
const rescaled = (x: Tensor, a: Tensor, by: 'aol' | 'schatten', eps: number): readonly [Tensor, Tensor] => {
  if (by === 'aol') {
    const s = lax.rsqrt(np.maximum(np.sum(np.abs(a), { axis: -1, keepdims: true }), eps))
    return [np.multiply(x, s), np.multiply(np.multiply(a, s), transposed(s))]
  }
  const s = lax.rsqrt(np.maximum(frobenius(a), eps))
  return [np.multiply(x, s), np.multiply(a, np.square(s))]
}
/**
 * A weight whose matrices are nearly orthogonal, with the same singular vectors: `steps` iterations with coefficients `[3]`, or one for each
 * row of coefficients `[n, 3]`. Source: optax.contrib's orthogonalize_via_newton_schulz; Jordan et al., Muon, 2024.
 */
export const orthogonalized = (
  weight: Tensor,
  coeffs: Tensor,
  steps: number,
  preconditioning: Preconditioning,
  eps: Scalar,
  dimensions: MuonDimensionNumbers,
): Tensor => {
  const { batch, reduced, output, fanIn, fanOut, matrices } = axesOf(weight, dimensions)
  const order = [...batch, ...reduced, ...output]
  const flat = np.reshape(np.transpose(weight, order), [matrices, fanIn, fanOut])
  const wide = fanIn > fanOut ? transposed(flat) : flat
  const norm = (): Tensor =>
    preconditioning === 'frobenius' ? frobenius(wide) : np.expandDims(np.linalg.norm(wide, { ord: 2, axis: [-2, -1] }), [-2, -1])
  let x = preconditioning === 'frobenius' || preconditioning === 'spectral' ? np.divide(wide, np.add(norm(), eps)) : wide
  const as = np.astype(coeffs, weight.dtype)
  const turns = coeffs.ndim === 1 ? steps : coeffs.shape[0]!
  for (let i = 0; i < turns; i++) {
    const row = coeffs.ndim === 1 ? as : as.at(i)
    const a = np.matmul(x, transposed(x))
    const [y, b] = i === 0 && (preconditioning === 'aol' || preconditioning === 'schatten') ? rescaled(x, a, preconditioning, 1e-8) : [x, a]
    x = iterated(y, b, [row.at(0), row.at(1), row.at(2)])
  }
  const shape = order.map((i) => weight.shape[i]!)
  const back = order.map((_, i) => order.indexOf(i))
  return np.transpose(np.reshape(fanIn > fanOut ? transposed(x) : x, shape), back)
}
