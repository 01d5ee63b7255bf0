/**
 * The size of the axis that a transformation maps over, from the shapes of what it maps.
 */
import { broadcast } from '@heddle/core'
import { broadcastPrefix, leaves } from '@heddle/tree'
import { exception } from './edge'
import { shapeOf } from './engine'

/**
 * The size common to all mapped axes, or the one that was asked for.
 *
 * `axes` is a prefix of `trees` with null or `broadcast` where a value is not mapped. Errors: AxisSizeError where sizes differ, or none is known.
 */
export const axisSize = (where: string, option: string, axes: unknown, trees: unknown, asked: number | undefined): number => {
  const values = leaves(trees)
  const sizes = broadcastPrefix(axes, trees).flatMap((axis, i) => {
    if (axis === null || axis === broadcast) return []
    const size = shapeOf(values[i]).at(axis as number)
    return size === undefined ? [] : [size]
  })
  const distinct = [...new Set(asked === undefined ? sizes : [asked, ...sizes])]
  if (distinct.length !== 1) throw exception({ _tag: 'AxisSize', where, option, sizes: distinct })
  return distinct[0]!
}
