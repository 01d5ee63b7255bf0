/**
 * Compiled programs on disk, by a hash of all that they depend on: the text, the options, the plugin, and the machine, whose
 * instructions they hold. What can not be read is compiled again; what has not been used for longest goes first.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import type { Pointer } from './api/memory'
import type { Client, Device } from './client'

export interface CacheOptions {
  readonly folder: string
  /** Programs that compiled faster than this, in milliseconds, are not kept. Default 5: loading one takes about half of one. */
  readonly minCompileTime?: number
  /** What all programs together may take; default 1 GiB. */
  readonly maxBytes?: number
}
export interface Making {
  readonly compile: () => Pointer
  readonly serialize: (loaded: Pointer) => Uint8Array
  readonly deserialize: (bytes: Uint8Array) => Pointer
}
export interface ProgramCache {
  readonly load: (text: string, options: Uint8Array, making: Making) => Pointer
}

/** What distinguishes plugins and machines. */
const environment = ({ library, platform, platformVersion }: Client, device: Device): string => {
  const { size, mtimeMs } = statSync(library.path)
  const machine = platform === 'cpu' ? `${process.arch} ${cpus()[0]?.model}` : device.kind
  return [library.path, size, mtimeMs, library.version.major, library.version.minor, platform, platformVersion, machine].join('\n')
}
const read = (file: string): Uint8Array | undefined => {
  try {
    const bytes = readFileSync(file)
    const now = new Date()
    utimesSync(file, now, now)
    return bytes
  } catch {
    return undefined
  }
}
const remove = (file: string): void => {
  try {
    rmSync(file, { force: true })
  } catch {
    // not even its folder is there
  }
}
/** Other processes see all of a file or nothing. A full or read-only disk leaves the program uncached, which only costs time. */
const write = (folder: string, file: string, bytes: Uint8Array): void => {
  const partial = `${file}.${process.pid}.partial`
  try {
    mkdirSync(folder, { recursive: true })
    writeFileSync(partial, bytes)
    renameSync(partial, file)
  } catch {
    remove(partial)
  }
}
const prune = (folder: string, maxBytes: number): void => {
  try {
    const files = readdirSync(folder).map((name) => {
      const path = join(folder, name)
      const { size, mtimeMs } = statSync(path)
      return { path, size, mtimeMs }
    })
    let total = files.reduce((n, f) => n + f.size, 0)
    for (const f of files.sort((a, b) => a.mtimeMs - b.mtimeMs)) {
      if (total <= maxBytes) return
      remove(f.path)
      total -= f.size
    }
  } catch {
    // another process prunes too
  }
}

export const programCache = (
  client: Client,
  device: Device,
  { folder, minCompileTime = 5, maxBytes = 2 ** 30 }: CacheOptions,
): ProgramCache => {
  const base = environment(client, device)
  let pruned = false
  return {
    load: (text, options, { compile, serialize, deserialize }) => {
      const key = createHash('sha256').update(base).update('\n').update(options).update(text).digest('hex')
      const file = join(folder, `${key}.xla`)
      const kept = read(file)
      if (kept)
        try {
          return deserialize(kept)
        } catch {
          remove(file)
        }
      const start = performance.now()
      const loaded = compile()
      if (performance.now() - start >= minCompileTime) {
        write(folder, file, serialize(loaded))
        if (!pruned) prune(folder, maxBytes)
        pruned = true
      }
      return loaded
    },
  }
}
