/**
 * Memory of the host backend: which data are alive, and through how many handles.
 *
 * A handle is a HostArray; several may share data (after `share`, or as the result of a reshape). The garbage collector
 * frees the bytes; the counts are what `memory()` reports and what finds a handle that is released once too often.
 */
import type { HostArray, Storage, TypedArray } from '@heddle/func/backend'
import { hostArray, hostError } from './element'

export interface HostStorage extends Storage<HostArray> {
  /** Counts a handle that a kernel made. */
  readonly adopt: (array: HostArray) => HostArray
  /** Whether a handle is the only one on its data, which a kernel made. */
  readonly owns: (array: HostArray) => boolean
}

/** A storage with no buffers in it. */
export const hostStorage = (): HostStorage => {
  const handles = new Map<TypedArray, number>()
  /** Data that may be the caller's. */
  const lent = new WeakSet<TypedArray>()
  let bytes = 0
  const adopt = (array: HostArray): HostArray => {
    const known = handles.get(array.data)
    if (known === undefined) bytes += array.data.byteLength
    handles.set(array.data, (known ?? 0) + 1)
    return array
  }
  const release = (array: HostArray): void => {
    const known = handles.get(array.data)
    if (known === undefined) throw hostError(`released a buffer that is not alive: ${array.dtype}[${array.shape.join(',')}]`)
    if (known > 1) handles.set(array.data, known - 1)
    else {
      handles.delete(array.data)
      bytes -= array.data.byteLength
    }
  }
  const again = (array: HostArray): HostArray => hostArray(array.shape, array.dtype, array.data)
  const downloadSync: NonNullable<Storage<HostArray>['downloadSync']> = (buffer, aval) =>
    hostArray(aval.shape, buffer.dtype, buffer.data.slice())
  return {
    adopt,
    owns: ({ data }) => handles.get(data) === 1 && !lent.has(data),
    upload: (array) => {
      lent.add(array.data)
      return adopt(again(array))
    },
    download: async (buffer, aval) => downloadSync(buffer, aval),
    downloadSync,
    share: (buffer) => adopt(again(buffer)),
    release,
    memory: () => ({ buffers: handles.size, bytes }),
  }
}
