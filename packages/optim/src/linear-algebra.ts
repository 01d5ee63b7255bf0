/** Linear algebra of optimizers: largest eigenvalues, roots of matrices, least squares without negative solutions. */
import { ArgumentError, lax, np, random, type Tensor } from '@heddle/func'
import { boolean, count, either, type Kind, number, optionsOf, type OptionsOf, positive, readArgument, tensor } from '@heddle/func/options'
import { key as keyKind, nonNegative } from './options'
import type { Scalar } from './tree-math'
import { treeNorm, treeScale, treeSub, treeVdot } from './trees/arithmetic'

const shown = ({ shape }: Tensor): string => `[${shape.join(',')}]`
const square = (where: string, matrix: Tensor): number => {
  readArgument(where, 'matrix', tensor, matrix)
  const [n, m] = matrix.shape
  if (matrix.ndim !== 2 || n !== m || n === 0) throw new ArgumentError(where, `expected a square matrix [n, n], got shape ${shown(matrix)}`)
  return n!
}
const iterations = {
  /** How often at most, 100. */
  numIters: count,
  /** The error at which it ends, 1e-6. */
  errorTolerance: number,
}
const powerOptions = optionsOf({
  ...iterations,
  /** Draws the first vector of a matrix, `random.key(0)`. */
  key: keyKind,
})
/** Options of `powerIteration`. */
export interface PowerIterationOptions<V = Tensor> extends OptionsOf<typeof powerOptions> {
  /** The first vector; a tree for a function of trees. */
  readonly v0?: V
}
const unit = <V>(x: V): V => treeScale(np.divide(1, treeNorm(x)), x)
/**
 * The eigenvalue of largest size of a matrix, or of a linear function of trees, and its eigenvector, of norm 1: by applying it over and over.
 *
 * Shapes: [n, n] -> [], [n]. A function needs `v0`, a tree that it takes. Differentiable in forward mode only. Errors: ArgumentError.
 * Source: optax.power_iteration.
 */
export const powerIteration = <V = Tensor>(
  matrix: Tensor | ((v: V) => V),
  { v0, ...given }: PowerIterationOptions<V> = {},
): [eigenvalue: Tensor, eigenvector: V] => {
  const { numIters = 100, errorTolerance = 1e-6, key } = powerOptions('powerIteration', given)
  if (typeof matrix !== 'function') {
    const n = square('powerIteration', matrix)
    const start = v0 ?? random.uniform(key ?? random.key(0), [n], { dtype: matrix.dtype as 'float32', minval: -1, maxval: 1 })
    if (!tensor.is(start) || (start as Tensor).shape.join() !== String(n))
      throw new ArgumentError('powerIteration', `at v0: expected a vector [${n}] for a matrix of shape ${shown(matrix)}`)
    return iterate((v: Tensor) => np.matmul(matrix, v), start as Tensor, numIters, errorTolerance) as [Tensor, V]
  }
  if (v0 === undefined) throw new ArgumentError('powerIteration', 'at v0: a function needs a first vector, a tree of tensors that it takes')
  return iterate(matrix, v0, numIters, errorTolerance)
}
interface Iteration {
  readonly v: unknown
  readonly next: unknown
  readonly eigenvalue: Tensor
  readonly turn: Tensor
}
const iterate = <V>(apply: (v: V) => V, v0: V, numIters: number, errorTolerance: number): [Tensor, V] => {
  const first = unit(v0)
  const { next, eigenvalue } = lax.whileLoop<never>(
    (({ v, next: z, eigenvalue: e, turn }: Iteration) => {
      const residual = treeNorm(treeSub(z, treeScale(e, v)))
      const converged = np.less(np.abs(np.divide(residual, e)), errorTolerance)
      return np.logicalAnd(np.logicalNot(converged), np.less(turn, numIters))
    }) as never,
    (({ next: z, turn }: Iteration) => {
      const v = unit(z as V)
      const product = apply(v)
      return { v, next: product, eigenvalue: treeVdot(v, product), turn: np.add(turn, 1) }
    }) as never,
    { v: first, next: apply(first), eigenvalue: np.zeros([]), turn: np.zeros([], 'int32') } as never,
  ) as { next: V; eigenvalue: Tensor }
  return [eigenvalue, unit(next)]
}

const rootOptions = optionsOf({
  ...iterations,
  /** Added to the diagonal, as a share of the largest eigenvalue: 1e-6. */
  ridgeEpsilon: nonNegative,
})
/** Options of `matrixInversePthRoot`. */
export interface InverseRootOptions extends OptionsOf<typeof rootOptions> {}
/** A matrix to a power, by squares. */
const matrixPower = (m: Tensor, p: number): Tensor => {
  if (p === 1) return m
  const half = matrixPower(m, Math.floor(p / 2))
  const whole = np.matmul(half, half)
  return p % 2 === 0 ? whole : np.matmul(whole, m)
}
/**
 * `matrix^(-1/p)` of a symmetric matrix without negative eigenvalues, and the largest error, by coupled Newton iterations.
 *
 * Shapes: [n, n] -> [n, n], []. Errors: ArgumentError where `p` is no positive integer. Source: optax.matrix_inverse_pth_root (which
 * takes other powers than 1, 2, 4 and 8 for the nearest of them); Higham, Functions of Matrices, 7.18.
 */
export const matrixInversePthRoot = (matrix: Tensor, p: number, options?: InverseRootOptions): [root: Tensor, error: Tensor] => {
  const where = 'matrixInversePthRoot'
  const { numIters = 100, ridgeEpsilon = 1e-6, errorTolerance = 1e-6 } = rootOptions(where, options)
  const n = square(where, matrix)
  readArgument(where, 'p', positive, p)
  const [largest] = powerIteration(matrix)
  const ridge = np.multiply(ridgeEpsilon, np.maximum(largest, 1e-16))
  if (n === 1) return [np.power(np.add(matrix, ridge), -1 / p), np.zeros([])]
  const identity = np.eye(n)
  const damped = np.add(matrix, np.multiply(ridge, identity))
  const z = np.divide(1 + p, np.multiply(2, np.linalg.norm(damped)))
  const off = (m: Tensor): Tensor => np.max(np.abs(np.subtract(m, identity)))
  const m = np.multiply(damped, z)
  const h = np.multiply(identity, np.power(z, 1 / p))
  const end = lax.whileLoop(
    ({ turn, error, goesOn }) => np.logicalAnd(np.less(turn, numIters), np.logicalAnd(np.greater(error, errorTolerance), goesOn)),
    (s) => {
      const step = np.add(np.multiply(1 + 1 / p, identity), np.multiply(-1 / p, s.m))
      const next = np.matmul(matrixPower(step, p), s.m)
      const error = off(next)
      // an error may grow a little before it shrinks; one that grows more will not
      return {
        turn: np.add(s.turn, 1),
        m: next,
        h: np.matmul(s.h, step),
        before: s.h,
        error,
        goesOn: np.less(error, np.multiply(s.error, 1.2)),
      }
    },
    { turn: np.zeros([], 'int32'), m, h, before: h, error: off(m), goesOn: np.asarray(true) },
  )
  return [np.astype(np.where(end.goesOn, end.h, end.before), matrix.dtype), off(end.m)]
}

const bound: Kind<Scalar> = {
  ...nonNegative,
  expected: 'a non-negative number or a scalar tensor, an upper bound of the spectral radius of AᵀA',
}
const nnlsOptions = optionsOf({
  /** How many steps a compiler may put in one turn (true: all), 1. */
  unroll: either(positive, boolean),
  /** An upper bound of the spectral radius of `AᵀA`, if one is known. */
  L: bound,
})
/** Options of `nnls`. */
export interface NnlsOptions extends OptionsOf<typeof nnlsOptions> {}
/**
 * The x without negative elements for which `A x` is nearest to `b`, after so many steps of fast projected gradient descent.
 *
 * Shapes: [m, n], [m] -> [n]; or [m, n], [m, k] -> [n, k]. Errors: ArgumentError. Source: optax.nnls; Polyak, 2015.
 */
export const nnls = (A: Tensor, b: Tensor, iters: number, options?: NnlsOptions): Tensor => {
  const { unroll = 1, L } = nnlsOptions('nnls', options)
  readArgument('nnls', 'A', tensor, A)
  readArgument('nnls', 'b', tensor, b)
  readArgument('nnls', 'iters', count, iters)
  if (A.ndim !== 2 || (b.ndim !== 1 && b.ndim !== 2) || b.shape[0] !== A.shape[0])
    throw new ArgumentError('nnls', `expected A [m, n] and b [m] or [m, k]; got shapes ${shown(A)} and ${shown(b)}`)
  const turned = np.transpose(A)
  const Q = np.matmul(turned, A)
  const q = np.matmul(turned, b)
  const columns = np.max(np.sum(np.abs(Q), { axis: 0 }), { initial: 0 })
  const steepest = L ?? np.minimum(np.sqrt(np.sum(np.square(Q))), columns)
  const by = np.where(np.equal(steepest, 0), 1, steepest)
  const zero = np.zerosLike(q)
  const [[x]] = lax.scan(
    ([at, ahead, c]) => {
      const next = np.divide(np.add(1, np.sqrt(np.add(1, np.multiply(4, np.square(c))))), 2)
      const found = np.maximum(np.subtract(ahead, np.divide(np.subtract(np.matmul(Q, ahead), q), by)), 0)
      const further = np.add(found, np.multiply(np.divide(np.subtract(c, 1), next), np.subtract(found, at)))
      return [[found, further, next] as [Tensor, Tensor, Tensor], null]
    },
    [zero, zero, np.zeros([], zero.dtype)] as [Tensor, Tensor, Tensor],
    null,
    { length: iters, unroll },
  )
  return x
}
