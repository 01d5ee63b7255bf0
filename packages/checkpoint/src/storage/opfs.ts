/** Checkpoints in the private files of a web page (OPFS), in pages and in workers. */
import { asStorageError, StorageError } from './error'
import type { CheckpointStorage } from './storage'

/** A folder is ours when the one file is in it, and there when the other is, which is written last. */
const OURS = '.heddle'
const COMMITTED = '.heddle-committed'

/** What is used of the browser: this package is compiled without the library of the DOM. */
interface Writable {
  write(bytes: Uint8Array): Promise<void>
  close(): Promise<void>
  abort(): Promise<void>
}
/** What workers have in its place. */
interface SyncAccess {
  write(bytes: Uint8Array, options: { readonly at: number }): number
  truncate(size: number): void
  flush(): void
  close(): void
}
interface File {
  readonly kind: 'file'
  getFile(): Promise<Blob>
  createWritable(): Promise<Writable>
  readonly createSyncAccessHandle?: () => Promise<SyncAccess>
}
interface Folder {
  readonly kind: 'directory'
  getFileHandle(name: string, options?: { readonly create: boolean }): Promise<File>
  getDirectoryHandle(name: string, options?: { readonly create: boolean }): Promise<Folder>
  removeEntry(name: string, options?: { readonly recursive: boolean }): Promise<void>
  entries(): AsyncIterable<readonly [string, File | Folder]>
}
interface Browser {
  readonly storage?: { readonly getDirectory?: () => Promise<Folder> }
  readonly locks: {
    request(
      name: string,
      options: { readonly ifAvailable: boolean },
      held: (lock: object | null) => Promise<void> | undefined,
    ): Promise<void>
    query(): Promise<unknown>
  }
}
const browser = (): Browser | undefined => (globalThis as { readonly navigator?: Browser }).navigator

const isMissing = (error: unknown): boolean => error instanceof DOMException && error.name === 'NotFoundError'

const tried = async <A>(operation: string, place: string, action: () => Promise<A>): Promise<A> => {
  try {
    return await action()
  } catch (cause) {
    throw asStorageError(operation, place, cause)
  }
}
const has = (folder: Folder, file: string): Promise<boolean> =>
  folder.getFileHandle(file).then(
    () => true,
    (error: unknown) => {
      if (isMissing(error)) return false
      throw error
    },
  )
type Parts = AsyncIterable<Uint8Array> | Iterable<Uint8Array>
const writeSync = async (access: SyncAccess, parts: Parts): Promise<void> => {
  try {
    access.truncate(0)
    let at = 0
    for await (const part of parts) {
      const end = at + part.length
      for (let from = 0; at < end; ) {
        const written = access.write(part.subarray(from), { at })
        if (written === 0) throw new DOMException("the page's storage is full", 'QuotaExceededError')
        from += written
        at += written
      }
    }
    access.flush()
  } finally {
    access.close()
  }
}
const writeFile = async (folder: Folder, name: string, parts: Parts): Promise<void> => {
  const file = await folder.getFileHandle(name, { create: true })
  if (file.createSyncAccessHandle !== undefined) return writeSync(await file.createSyncAccessHandle(), parts)
  const stream = await file.createWritable()
  try {
    for await (const part of parts) await stream.write(part)
    await stream.close()
  } catch (error) {
    await stream.abort().catch(() => undefined)
    throw error
  }
}

const unavailable = (place: string): StorageError =>
  new StorageError(
    'opening',
    place,
    'UNSUPPORTED',
    'there are no private files here: they are in browsers, in pages that come by https or from localhost',
  )

/** Takes a lock of the browser's, which a page loses when it is closed. */
const acquire = (place: string): Promise<() => Promise<void>> =>
  new Promise((resolve, reject) => {
    const { locks } = browser()!
    const held = (lock: object | null): Promise<void> | undefined => {
      if (lock !== null)
        return new Promise<void>((done) =>
          resolve(async () => {
            done()
            // the browser has taken note when it answers again
            await locks.query()
          }),
        )
      const who = 'another manager, of this page or another, writes to it'
      reject(new StorageError('opening', place, 'LOCKED', `${who}: close that one first, or read beside it by { readOnly: true }`))
      return undefined
    }
    locks.request(`heddle:${place}`, { ifAvailable: true }, held).catch(reject)
  })

/**
 * Checkpoints in the private files of the page's origin (OPFS), in a folder that is made if need be. Other pages of the origin see them too,
 * and one manager of all of them writes at a time. Browsers may clear them when space is short, unless `navigator.storage.persist()` was granted.
 *
 * @example
 * const manager = await CheckpointManager.open(opfsStorage('runs/first'), { maxToKeep: 2 })
 */
export const opfsStorage = (folder: string): CheckpointStorage => {
  const place = `opfs:/${folder}`
  const root = async (): Promise<Folder> => {
    const storage = browser()?.storage
    if (storage?.getDirectory === undefined) throw unavailable(place)
    let at = await storage.getDirectory()
    for (const name of folder.split('/').filter((n) => n !== '')) at = await at.getDirectoryHandle(name, { create: true })
    return at
  }
  const inside = async (name: string): Promise<Folder> => (await root()).getDirectoryHandle(name)
  const remove = async (name: string): Promise<void> => {
    const all = await root()
    const gone = await all.getDirectoryHandle(name)
    if (await has(gone, COMMITTED)) await gone.removeEntry(COMMITTED)
    await all.removeEntry(name, { recursive: true })
  }
  const folders = async (committed: boolean): Promise<readonly string[]> => {
    const found: string[] = []
    for await (const [name, entry] of (await root()).entries())
      if (entry.kind === 'directory' && (await has(entry, OURS)) && (await has(entry, COMMITTED)) === committed) found.push(name)
    return found
  }
  return {
    place,
    acquire: () =>
      tried('opening', place, async () => {
        await root()
        return acquire(place)
      }),
    list: () => tried('reading', place, () => folders(true)),
    clean: () =>
      tried('cleaning', place, async () => {
        for (const name of await folders(false)) await remove(name)
      }),
    begin: (name) =>
      tried('writing', `${place}/${name}`, async () => {
        const pending = await (await root()).getDirectoryHandle(name, { create: true })
        if (await has(pending, COMMITTED)) throw new StorageError('writing', `${place}/${name}`, 'EXISTS', 'there is a folder of that name')
        await writeFile(pending, OURS, [])
        return {
          write: (file, parts) => tried('writing', `${place}/${name}/${file}`, () => writeFile(pending, file, parts)),
          commit: () => tried('committing', `${place}/${name}`, () => writeFile(pending, COMMITTED, [])),
          abandon: () => tried('removing', `${place}/${name}`, () => remove(name)),
        }
      }),
    size: (name, file) =>
      tried('reading', `${place}/${name}/${file}`, async () => (await (await (await inside(name)).getFileHandle(file)).getFile()).size),
    read: (name, file, start, end) =>
      tried('reading', `${place}/${name}/${file}`, async () => {
        const blob = await (await (await inside(name)).getFileHandle(file)).getFile()
        if (end > blob.size)
          throw new StorageError('reading', `${place}/${name}/${file}`, 'TRUNCATED', `byte ${end} is wanted, the file has ${blob.size}`)
        return new Uint8Array(await blob.slice(start, end).arrayBuffer())
      }),
    remove: (name, into) =>
      tried('removing', `${place}/${name}`, async () => {
        if (into !== undefined)
          throw new StorageError('removing', `${place}/${name}`, 'UNSUPPORTED', 'folders are not moved here: leave todeleteSubdir out')
        await remove(name)
      }),
  }
}
