/**
 * What tests see of trees of tensors: shapes, paths, values, closeness.
 */
import { np, type Tensor } from '@heddle/func'
import * as tree from '@heddle/tree'
import { expect } from 'vitest'

/** A tree of tensors with their shapes in place of them. */
export const shapes = (variables: unknown): unknown => tree.map((leaf: Tensor) => [...np.asarray(leaf).shape], variables)

/** The paths of all variables. */
export const paths = (variables: unknown): readonly string[] => tree.leavesWithPath(variables).map(([path]) => path.join('/'))

/** A tree of tensors with numbers, or lists of numbers, in place of them. */
export const values = (x: unknown): unknown => tree.map((leaf: Tensor) => np.asarray(leaf).toArray(), x)

/** Expects two trees of tensors to have leaves of the same shapes and, nearly, values. */
export const close = (actual: unknown, expected: unknown, atol = 1e-6): void => {
  const [as, bs] = [tree.leaves(actual), tree.leaves(expected)] as [Tensor[], Tensor[]]
  expect(as.map((x) => np.asarray(x).shape)).toEqual(bs.map((x) => np.asarray(x).shape))
  as.forEach((x, i) => {
    const y = bs[i]!
    const largest = np.size(y) === 0 ? 0 : Number(np.abs(y).max().item())
    const worst = np.size(y) === 0 ? 0 : Number(np.abs(np.subtract(x, y)).max().item())
    expect(worst).toBeLessThanOrEqual(atol * (1 + 10 * largest))
  })
}
