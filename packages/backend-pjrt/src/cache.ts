/**
 * Compiled programs on disk, by a hash of all that they depend on: the text, the options, the plugin, and the machine, whose
 * instructions they hold. An entry is written with its checksum, since the plugin runs whatever it is given: what does not match is
 * removed and compiled again. What has not been used for longest goes first.
 */
import { createHash, randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import type { Pointer } from './api/memory'
import type { Client, PjrtDevice } from './client'

export interface CacheOptions {
  readonly folder: string
  /** Programs that compiled faster than this, in milliseconds, are not kept. Default 5: loading one takes about half of one. */
  readonly minCompileTime?: number
  /** What all programs together may take; default 1 GiB. */
  readonly maxBytes?: number
}
interface Making {
  readonly compile: () => Pointer
  readonly serialize: (loaded: Pointer) => Uint8Array
  readonly deserialize: (bytes: Uint8Array) => Pointer
}
export interface ProgramCache {
  readonly load: (text: string, options: Uint8Array, making: Making) => Pointer
}

/** What distinguishes plugins, machines, and how XLA compiles for them (it reads `XLA_FLAGS` when it is loaded). */
const environment = ({ library, platform, platformVersion }: Client, device: PjrtDevice): string => {
  const { size, mtimeMs } = statSync(library.path)
  const machine = platform === 'cpu' ? `${process.arch} ${cpus()[0]?.model}` : device.kind
  const { major, minor } = library.version
  return [library.path, size, mtimeMs, major, minor, platform, platformVersion, machine, process.env.XLA_FLAGS ?? ''].join('\n')
}
const remove = (file: string): void => {
  try {
    rmSync(file, { force: true })
  } catch {
    // not even its folder is there
  }
}
const sha256 = (...parts: readonly Uint8Array[]): Buffer => {
  const hash = createHash('sha256')
  for (const p of parts) hash.update(p)
  return hash.digest()
}
/** What an entry begins with; the checksum is of the key, so that an entry is nobody else's, and of the program. */
const MAGIC = Buffer.from('heddle program 1\n')
const HEAD = MAGIC.length + 32
const sealed = (key: Uint8Array, program: Uint8Array): readonly Uint8Array[] => [MAGIC, sha256(MAGIC, key, program), program]
const opened = (key: Uint8Array, entry: Buffer): Uint8Array | undefined => {
  const program = entry.subarray(HEAD)
  const [magic, sum] = [entry.subarray(0, MAGIC.length), entry.subarray(MAGIC.length, HEAD)]
  return magic.equals(MAGIC) && sum.equals(sha256(MAGIC, key, program)) ? program : undefined
}
/** An intact entry. */
const read = (file: string, key: Uint8Array): Uint8Array | undefined => {
  try {
    const program = opened(key, readFileSync(file))
    if (program === undefined) remove(file)
    else {
      const now = new Date()
      utimesSync(file, now, now)
    }
    return program
  } catch {
    return undefined
  }
}
/** Other processes and threads see all of a file or nothing. A full or read-only disk leaves the program uncached, which only costs time. */
const write = (folder: string, file: string, parts: readonly Uint8Array[]): void => {
  const partial = `${file}.${randomUUID()}.partial`
  try {
    mkdirSync(folder, { recursive: true })
    writeFileSync(partial, Buffer.concat(parts))
    renameSync(partial, file)
  } catch {
    remove(partial)
  }
}
/** Programs written between two looks at what all take. */
const PRUNE_EVERY = 64
const prune = (folder: string, maxBytes: number): void => {
  try {
    const files = readdirSync(folder).flatMap((name) => {
      const path = join(folder, name)
      const stat = statSync(path, { throwIfNoEntry: false })
      return stat ? [{ path, size: stat.size, mtimeMs: stat.mtimeMs }] : []
    })
    let total = files.reduce((n, f) => n + f.size, 0)
    for (const f of files.sort((a, b) => a.mtimeMs - b.mtimeMs)) {
      if (total <= maxBytes) return
      remove(f.path)
      total -= f.size
    }
  } catch {
    // not to be read, so not to be pruned
  }
}

export const programCache = (
  client: Client,
  device: PjrtDevice,
  { folder, minCompileTime = 5, maxBytes = 2 ** 30 }: CacheOptions,
): ProgramCache => {
  const base = environment(client, device)
  let written = 0
  return {
    load: (text, options, { compile, serialize, deserialize }) => {
      const key = createHash('sha256').update(base).update('\n').update(options).update(text).digest()
      const file = join(folder, `${key.toString('hex')}.xla`)
      const kept = read(file, key)
      if (kept)
        try {
          return deserialize(kept)
        } catch {
          remove(file)
        }
      const start = performance.now()
      const loaded = compile()
      if (performance.now() - start >= minCompileTime) {
        write(folder, file, sealed(key, serialize(loaded)))
        if (written++ % PRUNE_EVERY === 0) prune(folder, maxBytes)
      }
      return loaded
    },
  }
}
