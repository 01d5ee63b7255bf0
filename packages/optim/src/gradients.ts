/** What stands in a computation and changes its gradient, and a distribution that is learned by gradients. */
import { ArgumentError, customVjp, lax, np, random, type Tensor, type TensorLike } from '@heddle/func'
import { readArgument, shape as shapeKind, tensorLike } from '@heddle/func/options'
import { key as keyKind, scalar } from './options'
import { mapLeaves, type Scalar } from './tree-math'

/**
 * The tree as it is; its gradient comes back times `scale`: 0 stops it, -1 turns it round. Shapes: a tree of floats -> the same.
 *
 * Errors: ArgumentError. Source: optax.scale_gradient.
 */
export const scaleGradient = <T>(inputs: T, scale: Scalar): T => {
  readArgument('scaleGradient', 'scale', scalar, scale)
  if (scale === 1) return inputs
  if (scale === 0) return lax.stopGradient(inputs)
  const factor = np.asarray(scale)
  const scaled = customVjp((...args: [x: Tensor, by: Tensor]) => args[0]).defvjp(
    (x, by) => [x, by],
    (by: Tensor, g: Tensor) => [np.multiply(g, np.astype(by, g.dtype)), null],
  )
  return mapLeaves((x) => scaled(x, factor), inputs)
}

/** A normal distribution of independent numbers. */
export interface MultiNormal {
  /** Draws of shape `[...shape, ...parameters]`. */
  readonly sample: (shape: readonly number[], key: Tensor) => Tensor
  /** The logarithm of the density, summed over the axes of the parameters. */
  readonly logProb: (x: TensorLike) => Tensor
  readonly logScale: Tensor
  /** The mean and the logarithm of the scale. */
  readonly params: readonly [loc: Tensor, logScale: Tensor]
}
/**
 * A normal distribution of independent numbers by its mean and the logarithm of its standard deviation, which any number is one.
 *
 * Errors: ArgumentError where their shapes do not broadcast. Source: optax.multi_normal.
 */
export const multiNormal = (loc: TensorLike, logScale: TensorLike): MultiNormal => {
  readArgument('multiNormal', 'loc', tensorLike, loc)
  readArgument('multiNormal', 'logScale', tensorLike, logScale)
  const [mean, logs] = [np.asarray(loc), np.asarray(logScale)]
  const deviation = np.exp(logs)
  const { shape } = np.add(mean, logs)
  return {
    sample: (of, key) => {
      readArgument('multiNormal.sample', 'shape', shapeKind, of)
      readArgument('multiNormal.sample', 'key', keyKind, key)
      return np.add(np.multiply(random.normal(key, [...of, ...shape]), deviation), mean)
    },
    logProb: (x) => {
      readArgument('multiNormal.logProb', 'x', tensorLike, x)
      const z = np.divide(np.subtract(x, mean), deviation)
      const each = np.subtract(np.multiply(-0.5, np.add(np.square(z), Math.log(2 * Math.PI))), logs)
      const own = each.shape.slice(each.ndim - shape.length)
      if (own.join() !== shape.join())
        throw new ArgumentError(
          'multiNormal.logProb',
          `x of shape [${np.asarray(x).shape.join(',')}] does not fit parameters of shape [${shape.join(',')}]`,
        )
      return np.sum(each, { axis: shape.map((_, i) => -(i + 1)) })
    },
    logScale: logs,
    params: [mean, logs],
  }
}
