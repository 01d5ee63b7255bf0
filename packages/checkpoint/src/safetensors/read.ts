/**
 * Reads safetensors: all at once from bytes, or by the header first and then one tensor at a time from anywhere.
 */
import type { Tensor } from '@heddle/func'
import { nearest } from '@heddle/tree/options'
import { CheckpointError } from '../error'
import { tensorOfBytes } from '../host'
import { asBytes, type FileLike, openSource, readRange } from '../source/source'
import { type Header, headerLength, PREFIX, readHeader, type TensorEntry } from './header'

/** The tensors of a file by their names, read when they are asked for. */
export interface TensorFile {
  /** The names of the tensors, in the order of the file. */
  readonly names: readonly string[]
  /** What the file says of itself: its `__metadata__`. */
  readonly metadata: Readonly<Record<string, string>>
  /** Shape and dtype of a tensor, without reading it. Errors: CheckpointError where there is none of that name. */
  readonly typeOf: (name: string) => { readonly shape: readonly number[]; readonly dtype: TensorEntry['dtype'] }
  /** Reads one tensor; it is on the host until a backend needs it. Errors: CheckpointError. */
  readonly read: (name: string) => Promise<Tensor>
  /** Reads all of them, one after the other. Errors: CheckpointError. */
  readonly readAll: () => Promise<Record<string, Tensor>>
  readonly close: () => Promise<void>
}

/** Errors: CheckpointError with the nearest name. */
export const entryNamed = <E>(operation: string, entries: ReadonlyMap<string, E>, name: string): E => {
  const entry = entries.get(name)
  if (entry !== undefined) return entry
  const names = [...entries.keys()]
  const meant = nearest(name, names)
  const there = names.length > 8 ? `${names.slice(0, 8).join(', ')} and ${names.length - 8} more` : names.join(', ')
  throw new CheckpointError(
    operation,
    'missing',
    `there is no tensor ${JSON.stringify(name)}: ${meant === undefined ? `the file has ${there || 'none'}` : `is ${meant} meant?`}`,
  )
}

const recordOf = (entries: readonly (readonly [string, Tensor])[]): Record<string, Tensor> => Object.fromEntries(entries)

/**
 * Reads a safetensors file that is in memory: its tensors by name, on the host until a backend needs them.
 *
 * Errors: CheckpointError where it is none, or a damaged one. Source: `safetensors.torch.load`.
 *
 * @example
 * const weights = loadSafetensors(await (await fetch('model.safetensors')).arrayBuffer())
 */
export const loadSafetensors = (file: Uint8Array | ArrayBuffer): Record<string, Tensor> => {
  const bytes = asBytes('loadSafetensors', file)
  const { entries } = headerOfBytes('loadSafetensors', bytes)
  return recordOf(
    [...entries].map(([name, { shape, dtype, start, end }]) => [name, tensorOfBytes(shape, dtype, bytes.subarray(start, end))]),
  )
}
const headerOfBytes = (operation: string, bytes: Uint8Array): Header => {
  const n = headerLength(operation, bytes.subarray(0, PREFIX), bytes.length)
  return readHeader(operation, bytes.subarray(PREFIX, PREFIX + n), bytes.length)
}

/**
 * Opens a safetensors file: reads its header, and each tensor when it is asked for. From a `URL` by ranges where the server has them.
 *
 * Errors: CheckpointError where it is none, or a damaged one, or can't be read. Source: `safetensors.safe_open`.
 *
 * @example
 * const file = await openSafetensors(new URL('https://example.org/model.safetensors'))
 * const wte = await file.read('wte.weight')
 */
export const openSafetensors = async (file: FileLike, { signal }: { readonly signal?: AbortSignal } = {}): Promise<TensorFile> => {
  const operation = 'openSafetensors'
  const source = await openSource(operation, file, signal)
  const prefix = await readRange(operation, source, 0, Math.min(PREFIX, source.size))
  const n = headerLength(operation, prefix, source.size)
  const { entries, metadata } = readHeader(operation, await readRange(operation, source, PREFIX, PREFIX + n), source.size)
  const read = async (name: string): Promise<Tensor> => {
    const { shape, dtype, start, end } = entryNamed(operation, entries, name)
    return tensorOfBytes(shape, dtype, await readRange(operation, source, start, end))
  }
  const names = [...entries.keys()]
  return {
    names,
    metadata,
    typeOf: (name) => {
      const { shape, dtype } = entryNamed(operation, entries, name)
      return { shape, dtype }
    },
    read,
    readAll: async () => {
      const all: (readonly [string, Tensor])[] = []
      for (const name of names) all.push([name, await read(name)])
      return recordOf(all)
    },
    close: async () => source.close?.(),
  }
}
