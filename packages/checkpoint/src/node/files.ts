/** Checkpoints in a folder of Node's file system. */
import { randomUUID } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { asStorageError, StorageError } from '../storage/error'
import type { CheckpointStorage } from '../storage/storage'
import { lock } from './lock'

/** Folders with this beginning are ours, and not steps: in the making, or being deleted. */
const PENDING = '.heddle-pending-'

const tried = async <A>(operation: string, place: string, action: () => Promise<A>): Promise<A> => {
  try {
    return await action()
  } catch (cause) {
    throw asStorageError(operation, place, cause)
  }
}
const closing = async <A>(file: FileHandle, action: (file: FileHandle) => Promise<A>): Promise<A> => {
  try {
    return await action(file)
  } finally {
    await file.close()
  }
}
/** What systems say that have no sync of folders (Windows), or file systems that need none. */
const NO_SYNC = new Set(['EISDIR', 'EPERM', 'EACCES', 'EINVAL', 'ENOTSUP', 'EBADF'])
/** The names in a folder are on the disk. */
const syncFolder = async (path: string): Promise<void> => {
  try {
    await closing(await open(path, 'r'), (folder) => folder.sync())
  } catch (error) {
    if (!NO_SYNC.has((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}
/** A folder and those above it that are not there yet, each of which is on the disk. */
const makeFolder = async (path: string): Promise<void> => {
  const first = await mkdir(path, { recursive: true })
  if (first === undefined) return
  for (let at = path; ; at = dirname(at)) {
    await syncFolder(dirname(at))
    if (at === first || dirname(at) === at) return
  }
}
const writeAll = async (file: FileHandle, bytes: Uint8Array): Promise<void> => {
  for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at, bytes.length - at)).bytesWritten
}
/** Node reads at most 2 GiB at once. */
const AT_ONCE = 2 ** 30
const readAll = async (file: FileHandle, bytes: Uint8Array, start: number): Promise<number> => {
  let at = 0
  while (at < bytes.length) {
    const { bytesRead } = await file.read(bytes, at, Math.min(AT_ONCE, bytes.length - at), start + at)
    if (bytesRead === 0) break
    at += bytesRead
  }
  return at
}

/**
 * Checkpoints in a folder, which is made if need be.
 *
 * A step is written in a folder of its own with a temporary name, each file is synced, and only then it gets its name, and the folder of all
 * steps is synced: after a crash at any moment a step is there as a whole or not at all. One manager at a time writes (a file `.heddle-lock`
 * tells others whose process it is; one that has died is known by that); any number of `readOnly` ones read.
 *
 * @example
 * const manager = await CheckpointManager.open(fileStorage('runs/first'), { maxToKeep: 3 })
 */
export const fileStorage = (folder: string): CheckpointStorage => {
  const place = resolve(folder)
  const temporary = (): string => join(place, `${PENDING}${randomUUID()}`)
  const at = (...names: readonly string[]): string => join(place, ...names)
  return {
    place,
    acquire: () =>
      tried('opening', place, async () => {
        await makeFolder(place)
        return lock(place)
      }),
    list: () =>
      tried('reading', place, async () => {
        try {
          const entries = await readdir(place, { withFileTypes: true })
          return entries.filter((e) => e.isDirectory() && !e.name.startsWith(PENDING)).map((e) => e.name)
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
          throw error
        }
      }),
    clean: () =>
      tried('cleaning', place, async () => {
        for (const name of await readdir(place)) if (name.startsWith(PENDING)) await rm(at(name), { recursive: true, force: true })
      }),
    begin: (name) =>
      tried('writing', at(name), async () => {
        const pending = temporary()
        await mkdir(pending)
        return {
          write: (file, parts) =>
            tried('writing', at(name, file), async () =>
              closing(await open(join(pending, file), 'wx'), async (handle) => {
                for await (const part of parts) await writeAll(handle, part)
                await handle.sync()
              }),
            ),
          commit: () =>
            tried('committing', at(name), async () => {
              await syncFolder(pending)
              const there = await stat(at(name)).then(
                () => true,
                () => false,
              )
              if (there) throw new StorageError('committing', at(name), 'EXISTS', 'there is a folder of that name')
              await rename(pending, at(name))
              await syncFolder(place)
            }),
          abandon: () => tried('removing', pending, () => rm(pending, { recursive: true, force: true })),
        }
      }),
    size: (name, file) => tried('reading', at(name, file), async () => (await stat(at(name, file))).size),
    read: (name, file, start, end) =>
      tried('reading', at(name, file), async () =>
        closing(await open(at(name, file), 'r'), async (handle) => {
          const { size } = await handle.stat()
          if (end > size) throw new StorageError('reading', at(name, file), 'TRUNCATED', `byte ${end} is wanted, the file has ${size}`)
          const bytes = new Uint8Array(end - start)
          const read = await readAll(handle, bytes, start)
          if (read < bytes.length)
            throw new StorageError('reading', at(name, file), 'TRUNCATED', `byte ${end} is wanted, the file ended at ${start + read}`)
          return bytes
        }),
      ),
    remove: (name, into) =>
      tried('removing', at(name), async () => {
        if (into !== undefined) {
          await makeFolder(at(into))
          await rename(at(name), at(into, name))
          await syncFolder(at(into))
          return syncFolder(place)
        }
        const gone = temporary()
        await rename(at(name), gone)
        await syncFolder(place)
        await rm(gone, { recursive: true, force: true })
      }),
  }
}
