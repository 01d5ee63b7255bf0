/**
 * Where gather and scatter look: one window of the operand for each index vector, with XLA's rules for what is out of bounds.
 */
import { type HostArray, sizeOf, stridesOf } from '@heddle/func/backend'
import { asIndices, type NumberData } from './element'
import { pick } from './strided'

export interface Indexing {
  /** Shape of the operand, and of the window in it (1 where the window has no axis). */
  readonly operand: readonly number[]
  readonly window: readonly number[]
  /** Shape of the indices; the index vector is the last axis. */
  readonly indices: readonly number[]
  /** Operand axis of each entry of the index vector. */
  readonly startIndexMap: readonly number[]
  readonly operandBatchingDims: readonly number[]
  readonly indicesBatchingDims: readonly number[]
  /** Steps in the other array (gather's result, scatter's updates) along the axes of the indices but the last. */
  readonly strides: readonly number[]
  /** Whether a window is moved inside, instead of being reported outside. */
  readonly clip: boolean
}
/** Called with the offset of each window in the operand (-1: out of bounds) and that of its place in the other array. */
export type EachPlace = (offset: number, other: number) => void

/** A prepared enumeration of all index vectors, in row-major order. */
export const windowOffsets = (ix: Indexing): ((indices: HostArray, each: EachPlace) => void) => {
  const batch = ix.indices.slice(0, -1)
  const width = ix.indices.at(-1)!
  const count = sizeOf(batch)
  const own = stridesOf(ix.operand)
  const steps = pick(own, ix.startIndexMap)
  const room = ix.startIndexMap.map((axis) => ix.operand[axis]! - ix.window[axis]!)
  // stepping along an axis of the indices moves in the other array, and in the operand where that axis is batched
  const along = batch.map((_, i) => {
    const at = ix.indicesBatchingDims.indexOf(i)
    return at < 0 ? 0 : own[ix.operandBatchingDims[at]!]!
  })
  const start = (data: NumberData, from: number, base: number): number => {
    for (let j = 0; j < width; j++) {
      const v = data[from + j]!
      const most = room[j]!
      if (v >= 0 && v <= most) base += v * steps[j]!
      else if (!ix.clip || most < 0) return -1
      else if (v > most) base += most * steps[j]!
    }
    return base
  }
  return (indices, each) => {
    const data = asIndices(indices)
    const index = new Int32Array(batch.length)
    let base = 0
    let other = 0
    for (let b = 0; b < count; b++) {
      each(start(data, b * width, base), other)
      for (let axis = batch.length - 1; axis >= 0; axis--) {
        base += along[axis]!
        other += ix.strides[axis]!
        index[axis]! += 1
        if (index[axis]! < batch[axis]!) break
        base -= along[axis]! * batch[axis]!
        other -= ix.strides[axis]! * batch[axis]!
        index[axis] = 0
      }
    }
  }
}
