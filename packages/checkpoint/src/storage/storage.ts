/**
 * Where checkpoints lie: folders of files, each of which is there as a whole or not at all.
 *
 * A storage keeps folders by name. One is made in three steps, `begin`, `write` each file, `commit`, and only then `list` has it: what was
 * begun and not committed (a crash, a full disk) is never seen, and `clean` takes it away.
 */
import type { Bytes } from '../bytes'

/** A folder in the making. */
export interface PendingFolder {
  /** Writes a file of that name, part by part; when it is done, the bytes are on the device. */
  readonly write: (file: string, parts: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) => Promise<void>
  /** All at once: from now on the folder is there, also after a crash. Errors: StorageError where there is one of that name. */
  readonly commit: () => Promise<void>
  /** Takes away what was written. */
  readonly abandon: () => Promise<void>
}

/**
 * What a `CheckpointManager` writes to and reads from. Errors of all methods: StorageError.
 *
 * `memoryStorage()` keeps all in memory, `opfsStorage(folder)` in the private files of a web page, and `fileStorage(folder)` of
 * `@heddle/checkpoint/node` in a folder of a file system. Anything else with these methods will do.
 */
export interface CheckpointStorage {
  /** What it is, for messages: the path of a folder. */
  readonly place: string
  /** Takes the right to write, which one manager has at a time; answers how to give it back. Errors: StorageError, saying who has it. */
  readonly acquire: () => Promise<() => Promise<void>>
  /** The names of all folders that were committed. */
  readonly list: () => Promise<readonly string[]>
  /** Takes away what was begun and never committed, and what was half removed. Only for who has the right to write. */
  readonly clean: () => Promise<void>
  readonly begin: (folder: string) => Promise<PendingFolder>
  /** How many bytes a file has. */
  readonly size: (folder: string, file: string) => Promise<number>
  /** The bytes of a file from `start` to `end`, in memory of their own. Errors: StorageError where it has fewer. */
  readonly read: (folder: string, file: string, start: number, end: number) => Promise<Bytes>
  /** Takes a folder away, all at once; with `into` it is moved to the folder of that name and not deleted. */
  readonly remove: (folder: string, into?: string) => Promise<void>
}
