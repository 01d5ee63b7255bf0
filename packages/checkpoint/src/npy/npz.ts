/**
 * NumPy's `.npz`: arrays by name, each an `.npy` in a zip archive.
 */
import { zipSync } from 'fflate'
import type { Tensor } from '@heddle/func'
import { describe } from '@heddle/tree/options'
import { CheckpointError } from '../error'
import { readTensor } from '../host'
import { forbiddenReason, isForbidden } from '../keys'
import { asBytes } from '../source/source'
import { decodeNpy, encodeNpy } from './npy'
import { unzip } from './zip'
import type { Bytes } from '../bytes'

/** How an archive is read. */
export interface LoadNpzOptions {
  /** How many bytes its arrays may have in all; by default 16 times those of the file, or 256 MiB where that is more. */
  readonly maxBytes?: number
}
/** How an archive is written. */
export interface SaveNpzOptions {
  /** Whether arrays are packed (deflate), as `numpy.savez_compressed` does; they are not by default. */
  readonly compressed?: boolean
}
const FREE = 2 ** 28
const GROWTH = 16

/**
 * The arrays of an `.npz` archive by their names, stored or deflated; they are on the host until a backend needs them.
 *
 * Errors: CheckpointError where it is none, a damaged one, or one that unpacks to more than `maxBytes`. Source: `numpy.load`.
 *
 * @example
 * const { kernel, bias } = loadNpz(await (await fetch('weights.npz')).arrayBuffer())
 */
export const loadNpz = (file: Uint8Array | ArrayBuffer, { maxBytes }: LoadNpzOptions = {}): Record<string, Tensor> => {
  const operation = 'loadNpz'
  const bytes = asBytes(operation, file)
  const arrays = unzip(operation, bytes, maxBytes ?? Math.max(FREE, GROWTH * bytes.length)).map(([entry, content]) => {
    const name = entry.replace(/\.npy$/, '')
    if (isForbidden(name)) throw new CheckpointError(operation, 'corrupt', forbiddenReason(name))
    try {
      return [name, decodeNpy(operation, content())] as const
    } catch (e) {
      if (!(e instanceof CheckpointError) || e.detail.path.length > 0) throw e
      const { fault, reason } = e.detail
      throw new CheckpointError(operation, fault, reason, { path: [name], cause: e })
    }
  })
  return Object.fromEntries(arrays)
}

/**
 * The bytes of an `.npz` archive of these arrays. They are read from their devices, so it takes a promise.
 *
 * Errors: CheckpointError for what is no tensor. Source: `numpy.savez`, `numpy.savez_compressed`.
 */
export const saveNpz = async (arrays: Readonly<Record<string, Tensor>>, { compressed = false }: SaveNpzOptions = {}): Promise<Bytes> => {
  const operation = 'saveNpz'
  const files = await Promise.all(
    Object.entries(arrays).map(async ([name, x]) => {
      if (isForbidden(name)) throw new CheckpointError(operation, 'unsupported', forbiddenReason(name))
      return [`${name}.npy`, encodeNpy(await readTensor(operation, x, { path: [name] }, describe(x)))] as const
    }),
  )
  // the time of all entries, so that equal arrays are equal bytes
  return zipSync(Object.fromEntries(files), { level: compressed ? 6 : 0, mtime: new Date(1980, 0, 1) })
}
