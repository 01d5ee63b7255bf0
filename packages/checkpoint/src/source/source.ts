/**
 * Sources: where the bytes of a file are had a piece at a time: memory, a Blob, a server that answers ranges, a file (`@heddle/checkpoint/node`).
 */
import { CheckpointError } from '../error'
import { urlSource } from './url'

/** Bytes that are read a piece at a time. */
export interface ByteSource {
  /** How many bytes there are. */
  readonly size: number
  /** The bytes from `start` up to `end`. */
  readonly read: (start: number, end: number) => Promise<Uint8Array>
  readonly close?: () => Promise<void>
}
/** What a file may be given as: its bytes, a Blob (so a File of an input or of OPFS), an address, or a source. */
export type FileLike = Uint8Array | ArrayBuffer | Blob | URL | ByteSource

const bytesSource = (bytes: Uint8Array): ByteSource => ({
  size: bytes.length,
  read: (start, end) => Promise.resolve(bytes.subarray(start, end)),
})
const blobSource = (blob: Blob): ByteSource => ({
  size: blob.size,
  read: async (start, end) => new Uint8Array(await blob.slice(start, end).arrayBuffer()),
})
const isSource = (x: unknown): x is ByteSource =>
  typeof x === 'object' && x !== null && 'read' in x && typeof x.read === 'function' && 'size' in x && typeof x.size === 'number'

/** The bytes that a caller gave; a view of the caller's. Errors: CheckpointError for anything else. */
export const asBytes = (operation: string, x: unknown): Uint8Array => {
  if (x instanceof Uint8Array) return x
  if (x instanceof ArrayBuffer) return new Uint8Array(x)
  if (ArrayBuffer.isView(x)) return new Uint8Array(x.buffer, x.byteOffset, x.byteLength)
  throw new CheckpointError(operation, 'unreadable', `expected the bytes of a file (a Uint8Array or an ArrayBuffer), got ${given(x)}`)
}
const given = (x: unknown): string => {
  if (typeof x === 'string') return `the string ${JSON.stringify(x.slice(0, 60))}; read the file first`
  if (typeof Blob !== 'undefined' && x instanceof Blob) return 'a Blob; give `new Uint8Array(await blob.arrayBuffer())`'
  if (typeof x === 'object' && x !== null && 'then' in x) return 'a promise (is an await missing?)'
  return x === null ? 'null' : Array.isArray(x) ? 'an array' : `a value of type ${typeof x}`
}

/**
 * A source of what a caller gave. `signal` ends what a server has not answered yet.
 * Errors: CheckpointError where it is none of these, or the server does not have it.
 */
export const openSource = async (operation: string, x: FileLike, signal?: AbortSignal): Promise<ByteSource> => {
  if (isSource(x)) return x
  if (typeof Blob !== 'undefined' && x instanceof Blob) return blobSource(x)
  if (x instanceof URL) return urlSource(operation, x, signal)
  if (typeof x === 'string')
    throw new CheckpointError(
      operation,
      'unreadable',
      `expected bytes, a Blob, a URL or a source, got the string ${JSON.stringify(String(x).slice(0, 60))}; for an address give new URL(...), for a file \`await openFile(path)\` of @heddle/checkpoint/node`,
    )
  return bytesSource(asBytes(operation, x))
}

/** The bytes from `start` up to `end`, as many as were asked for. Errors: CheckpointError, with what the source threw. */
export const readRange = async (operation: string, source: ByteSource, start: number, end: number): Promise<Uint8Array> => {
  if (end > source.size)
    throw new CheckpointError(operation, 'truncated', `the file ends at byte ${source.size}, where ${end} were to be read`)
  let bytes: Uint8Array
  try {
    bytes = await source.read(start, end)
  } catch (cause) {
    if (cause instanceof CheckpointError) throw cause
    const said = cause instanceof Error ? cause.message : String(cause)
    throw new CheckpointError(operation, 'unreadable', `bytes ${start} to ${end} can't be read: ${said}`, { cause })
  }
  if (bytes.length !== end - start)
    throw new CheckpointError(operation, 'truncated', `${end - start} bytes were asked for at ${start}, and ${bytes.length} came`)
  return bytes
}
