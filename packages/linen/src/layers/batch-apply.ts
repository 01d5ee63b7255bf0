/**
 * BatchApply: a function of arrays with one leading axis, on arrays with several.
 */
import type { Tensor } from '@heddle/func'
import { leaves, map } from '@heddle/tree'
import { LayerError } from '../error'

/**
 * Merges the leading axes of all arguments into one, calls a function, and splits them again in its results.
 *
 * Shapes: `[a, b, ...]` is `[a * b, ...]` inside; arrays of fewer axes go in as they are. Errors: LayerError. Source: `flax.linen.BatchApply`.
 */
export const batchApply =
  <Args extends readonly unknown[], R>(f: (...args: Args) => R, numDims = 2): ((...args: Args) => R) =>
  (...args) => {
    const example = (leaves(args) as readonly Tensor[]).find((x) => x.ndim >= numDims)
    if (example === undefined) throw new LayerError('batchApply', `an argument must have at least ${numDims} axes`)
    const leading = example.shape.slice(0, numDims)
    const merged = map<Args>((x: Tensor) => (x.ndim < numDims ? x : x.reshape([-1, ...x.shape.slice(numDims)])), args)
    return map<R>((y: Tensor) => y.reshape([...leading, ...y.shape.slice(1)]), f(...merged))
  }
