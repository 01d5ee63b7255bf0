/** Reads a step: its manifest, and then the arrays that are wanted, each of which is held to its checksum. */
import type { HostArray } from '@heddle/func/backend'
import { dtypes } from '@heddle/func/backend'
import { crc32 } from '../crc32'
import { CheckpointError } from '../error'
import { byteLength, hostOfBytes } from '../host'
import { StorageError } from '../storage/error'
import type { CheckpointStorage } from '../storage/storage'
import { copyBlock } from './blocks'
import { decodeManifest, MANIFEST, type Manifest, type StoredArray, type StoredPiece } from './manifest'
import type { Bytes } from '../bytes'

/** Files that are shorter than they were, or gone, are damage of the step; all else is the storage's. */
const damaged = (operation: string, cause: unknown): unknown =>
  cause instanceof StorageError && ['TRUNCATED', 'ENOENT', 'NotFoundError'].includes(cause.detail.code)
    ? new CheckpointError(operation, cause.detail.code === 'TRUNCATED' ? 'truncated' : 'missing', cause.message, { cause })
    : cause

/** Errors: CheckpointError for a step that is damaged, StorageError for what can't be read at all. */
export const readManifest = async (operation: string, storage: CheckpointStorage, folder: string, step: number): Promise<Manifest> => {
  try {
    const size = await storage.size(folder, MANIFEST)
    const manifest = decodeManifest(operation, await storage.read(folder, MANIFEST, 0, size), step)
    for (const { name, bytes } of manifest.files) {
      const there = await storage.size(folder, name)
      if (there !== bytes)
        throw new CheckpointError(
          operation,
          there < bytes ? 'truncated' : 'corrupt',
          `${name} has ${there} bytes, and was written with ${bytes}`,
        )
    }
    return manifest
  } catch (error) {
    throw damaged(operation, error)
  }
}

/** Reads arrays of one step. */
export class StepReader {
  constructor(
    readonly operation: string,
    readonly storage: CheckpointStorage,
    readonly folder: string,
    readonly manifest: Manifest,
  ) {}
  async #piece({ path, dtype }: StoredArray, piece: StoredPiece): Promise<HostArray> {
    const file = this.manifest.files[piece.file]!
    const length = byteLength(piece.shape, dtype)!
    let bytes: Bytes
    try {
      bytes = await this.storage.read(this.folder, file.name, piece.offset, piece.offset + length)
    } catch (error) {
      throw damaged(this.operation, error)
    }
    if (crc32(bytes) !== piece.crc32)
      throw new CheckpointError(
        this.operation,
        'corrupt',
        `the array ${path} in ${file.name} is not as it was written: its checksum differs`,
      )
    return hostOfBytes(piece.shape, dtype, bytes)
  }
  /** A block of an array: of it, only the pieces that the block touches are read. */
  async block(array: StoredArray, start: readonly number[], shape: readonly number[]): Promise<HostArray> {
    const touching = array.pieces.filter((p) => p.start.every((s, i) => s < start[i]! + shape[i]! && start[i]! < s + p.shape[i]!))
    const only = touching.length === 1 ? touching[0]! : undefined
    if (only !== undefined && only.start.every((s, i) => s === start[i] && only.shape[i] === shape[i])) return this.#piece(array, only)
    const { dtype } = array
    const block: HostArray = {
      shape: [...shape],
      dtype,
      data: new dtypes[dtype].storage(byteLength(shape, dtype)! / (dtypes[dtype].bits / 8)),
    }
    for (const p of touching) copyBlock({ ...(await this.#piece(array, p)), start: p.start }, { ...block, start })
    return block
  }
  /** All of an array. */
  whole(array: StoredArray): Promise<HostArray> {
    return this.block(
      array,
      array.shape.map(() => 0),
      array.shape,
    )
  }
}
