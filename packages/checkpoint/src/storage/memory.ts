/** Checkpoints in memory: for tests, and for programs that keep a few steps to return to. */
import { StorageError } from './error'
import type { CheckpointStorage } from './storage'
import type { Bytes } from '../bytes'

type Files = Map<string, Bytes>

const joined = async (parts: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Bytes> => {
  const all: Uint8Array[] = []
  for await (const part of parts) all.push(part.slice())
  const bytes = new Uint8Array(all.reduce((n, p) => n + p.length, 0))
  let at = 0
  for (const part of all) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

/**
 * Checkpoints that live as long as the storage does. Managers that are opened one after the other on one storage see each other's steps.
 *
 * @example
 * const manager = await CheckpointManager.open(memoryStorage(), { maxToKeep: 2 })
 */
export const memoryStorage = (): CheckpointStorage => {
  const place = 'memory'
  const folders = new Map<string, Files>()
  const moved = new Map<string, Files>()
  let taken = false
  const fileOf = (operation: string, folder: string, file: string): Bytes => {
    const bytes = folders.get(folder)?.get(file)
    if (bytes === undefined) throw new StorageError(operation, `${place}/${folder}/${file}`, 'ENOENT')
    return bytes
  }
  return {
    place,
    acquire: async () => {
      if (taken)
        throw new StorageError('opening', place, 'LOCKED', 'another manager writes to it: close that one first (await manager.close())')
      taken = true
      return async () => {
        taken = false
      }
    },
    list: async () => [...folders.keys()],
    clean: async () => {},
    begin: async (folder) => {
      const files: Files = new Map()
      return {
        write: async (file, parts) => void files.set(file, await joined(parts)),
        commit: async () => {
          if (folders.has(folder)) throw new StorageError('committing', `${place}/${folder}`, 'EXISTS', 'there is a folder of that name')
          folders.set(folder, files)
        },
        abandon: async () => files.clear(),
      }
    },
    size: async (folder, file) => fileOf('reading', folder, file).length,
    read: async (folder, file, start, end) => {
      const bytes = fileOf('reading', folder, file)
      if (end > bytes.length)
        throw new StorageError('reading', `${place}/${folder}/${file}`, 'TRUNCATED', `byte ${end} is wanted, it has ${bytes.length}`)
      return bytes.slice(start, end)
    },
    remove: async (folder, into) => {
      const files = folders.get(folder)
      if (files === undefined) throw new StorageError('removing', `${place}/${folder}`, 'ENOENT')
      folders.delete(folder)
      if (into !== undefined) moved.set(`${into}/${folder}`, files)
    },
  }
}
