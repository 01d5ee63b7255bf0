/** Blocks of arrays: what two of one array have in common is copied from one to the other. */
import { type HostArray, stridesOf } from '@heddle/func/backend'

/** Values of a block, and where it begins in its array. */
export interface Block extends HostArray {
  readonly start: readonly number[]
}

/** Copies what lies in both. */
export const copyBlock = (from: Block, to: Block): void => {
  const low = from.start.map((s, i) => Math.max(s, to.start[i]!))
  const size = from.start.map((s, i) => Math.min(s + from.shape[i]!, to.start[i]! + to.shape[i]!) - low[i]!)
  if (size.some((n) => n <= 0)) return
  const rank = size.length
  const [a, b] = [stridesOf(from.shape), stridesOf(to.shape)]
  // rows along the last axis are contiguous in both
  const walk = (axis: number, at: number, into: number): void => {
    if (axis >= rank - 1) {
      const length = rank === 0 ? 1 : size[axis]!
      const [f, t] = rank === 0 ? [0, 0] : [at + low[axis]! - from.start[axis]!, into + low[axis]! - to.start[axis]!]
      to.data.set(from.data.subarray(f, f + length) as never, t)
      return
    }
    for (let k = 0; k < size[axis]!; k++)
      walk(axis + 1, at + (low[axis]! - from.start[axis]! + k) * a[axis]!, into + (low[axis]! - to.start[axis]! + k) * b[axis]!)
  }
  walk(0, 0, 0)
}
