/** Groups of places along a named axis, of equal size: a collective may stay within them. */
import type { Tensor } from '../tensor'
import { namedAxis } from '../trace'
import { concatenate, sliceAxis } from './layout'
import { broadcastAxis, reshape } from './structural'

/** Indices along a named axis, each in one group; all groups have one size. */
export type AxisIndexGroups = readonly (readonly number[])[]
export interface Grouped {
  /** Absent or null: all places are one group. */
  readonly axisIndexGroups?: AxisIndexGroups | null
}

/** Why these are no groups of the named axis, if they aren't. Errors: AxisNameError. */
export const groupsReason = (axes: readonly string[], groups: AxisIndexGroups | null | undefined): string | null => {
  if (!groups) return null
  const text = `axisIndexGroups [${groups.map((g) => `[${g.join(', ')}]`).join(', ')}]`
  if (axes.length !== 1) return `${text} must be of one named axis, not of ${axes.length}`
  const { size } = namedAxis(axes[0]!)
  const indices = groups.flat().sort((a, b) => a - b)
  if (indices.length !== size || indices.some((x, i) => x !== i))
    return `${text} must have each index along ${axes[0]}, below ${size}, once`
  return groups.some((g) => g.length !== groups[0]!.length) ? `${text} must be of equal size` : null
}
/** How many places a place has to do with. Errors: AxisNameError. */
export const groupSize = (axisName: string, groups: AxisIndexGroups | null | undefined): number =>
  groups ? (groups[0]?.length ?? 0) : namedAxis(axisName).size

/** Places along the leading axis in another order; neighbours that stay neighbours are copied together. */
const inOrder = (x: Tensor, from: readonly number[]): Tensor => {
  const starts = from.flatMap((f, i) => (i > 0 && f === from[i - 1]! + 1 ? [] : [i]))
  if (starts.length === 1) return x
  return concatenate(
    starts.map((s, k) => sliceAxis(x, 0, from[s]!, from[s]! + (starts[k + 1] ?? from.length) - s)),
    { dimension: 0 },
  )
}
/** [n, ...] as [groups, size, ...]. */
export const toGroups = (x: Tensor, groups: AxisIndexGroups): Tensor =>
  reshape(inOrder(x, groups.flat()), { newSizes: [groups.length, groups[0]!.length, ...x.shape.slice(1)] })
/** [groups, size, ...] as [n, ...]. */
export const fromGroups = (x: Tensor, groups: AxisIndexGroups): Tensor => {
  const order = groups.flat()
  return inOrder(
    reshape(x, { newSizes: [order.length, ...x.shape.slice(2)] }),
    order.map((_, i) => order.indexOf(i)),
  )
}
/** What is one for each group, [groups, ...], for each place: [n, ...]. */
export const toMembers = (x: Tensor, groups: AxisIndexGroups): Tensor => fromGroups(broadcastAxis(x, groups[0]!.length, 1), groups)
/** Parameters as they are printed: groups only where there are some. */
export const shownGroups = <P extends Grouped>({ axisIndexGroups, ...rest }: P): Readonly<Record<string, unknown>> =>
  axisIndexGroups ? { ...rest, axisIndexGroups } : rest
