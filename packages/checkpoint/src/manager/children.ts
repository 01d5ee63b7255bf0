/** The children of a node with their keys. */
import { leavesWithPath, type PathKey } from '@heddle/tree'

/** One level down; none for null. */
export const childrenOf = (x: unknown): readonly (readonly [PathKey, unknown])[] => {
  let above = true
  const isBelow = (): boolean => {
    const below = !above
    above = false
    return below
  }
  return leavesWithPath(x, isBelow).map(([path, child]) => [path[0]!, child] as const)
}
