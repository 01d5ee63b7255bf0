/** Data from bytes: files, addresses, blobs and streams, read piece by piece; lines of text and records of one size. */
import { describe, optionsOf, type OptionsOf, count as countKind, positive, readArgument } from '@heddle/func/options'
import { DataError } from '../error'
import { Dataset } from './dataset'
import { countIn, END, type Json, type Maybe, type Puller, type Source } from './pull'

type Stream = ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>
/**
 * Where bytes come from: an address (read by `fetch`, from the middle by a range), a Blob, a stream or a Response (which can be read once), or a function
 * that answers one of these. A function with a parameter is given the first byte that is wanted, and begins there; of what is answered without, the bytes
 * before are read and left out.
 */
export type ByteSource = string | URL | Blob | Response | Stream | ((from: number) => Maybe<Blob | Response | Stream>)

const isStream = (x: unknown): x is ReadableStream<Uint8Array> =>
  typeof x === 'object' && x !== null && typeof Reflect.get(x, 'getReader') === 'function'
const isAsync = (x: unknown): x is AsyncIterable<Uint8Array> => typeof x === 'object' && x !== null && Symbol.asyncIterator in x

interface Reader {
  /** The next bytes, undefined where there are no more. */
  read(): Promise<Uint8Array | undefined>
  close(): Promise<void>
}
const fetched = async (where: string, address: string | URL, from: number): Promise<[Response, skip: number]> => {
  const response = await fetch(address, from > 0 ? { headers: { Range: `bytes=${from}-` } } : {})
  // nothing is behind the end
  if (response.status === 416) return [new Response(new Uint8Array(0)), 0]
  if (!response.ok) throw new DataError(where, `${String(address)} answers ${response.status} ${response.statusText}`.trim())
  return [response, response.status === 206 ? 0 : from]
}
const opened = async (where: string, source: ByteSource, from: number): Promise<[unknown, skip: number]> => {
  if (typeof source === 'string' || source instanceof URL) return fetched(where, source, from)
  if (typeof source === 'function') return source.length === 0 ? [await (source as () => Maybe<unknown>)(), from] : [await source(from), 0]
  return [source, from]
}
const readerOf = async (where: string, source: ByteSource, from: number): Promise<Reader> => {
  let [from2, skip] = await opened(where, source, from)
  if (typeof Response !== 'undefined' && from2 instanceof Response) {
    if (!from2.ok) throw new DataError(where, `the response is ${from2.status} ${from2.statusText}`.trim())
    from2 = from2.body ?? new Blob([])
  }
  if (typeof Blob !== 'undefined' && from2 instanceof Blob) {
    from2 = from2.slice(skip).stream()
    skip = 0
  }
  const bytes = (x: unknown): Uint8Array => {
    if (x instanceof Uint8Array) return x
    throw new DataError(where, `a stream of bytes is expected, it has ${describe(x)}`)
  }
  const past = (x: Uint8Array): Uint8Array => {
    const rest = x.subarray(skip)
    skip -= Math.min(skip, x.length)
    return rest
  }
  if (isStream(from2)) {
    if (from2.locked) throw new DataError(where, 'this stream can be read once, and was: give a function that opens another')
    const reader = from2.getReader()
    return {
      read: async () => {
        const { done, value } = await reader.read()
        return done ? undefined : past(bytes(value))
      },
      close: () => reader.cancel().catch(() => undefined),
    }
  }
  if (!isAsync(from2)) throw new DataError(where, `expected bytes, as a stream, a Response, a Blob or an address, got ${describe(from2)}`)
  const iterator = from2[Symbol.asyncIterator]()
  return {
    read: async () => {
      const { done, value } = await iterator.next()
      return done === true ? undefined : past(bytes(value))
    },
    close: async () => {
      await iterator.return?.()
    },
  }
}

/** Cuts bytes into items. */
interface Cut<T> {
  /** The end of the item that begins at `from`, and where the next one begins; undefined where it is not all there. `last`: no more bytes come. */
  readonly find: (bytes: Uint8Array, from: number, last: boolean) => readonly [end: number, next: number] | undefined
  readonly make: (bytes: Uint8Array, at: number) => T
}
const cut = <T>(where: string, source: ByteSource, text: string, start: number, { find, make }: Cut<T>): Source<T> => ({
  length: undefined,
  text,
  open: (_, from) => pullerOf(where, source, from === undefined ? start : countIn(where, { at: from }, 'at'), find, make),
})
const pullerOf = <T>(where: string, source: ByteSource, start: number, find: Cut<T>['find'], make: Cut<T>['make']): Puller<T> => {
  let at = start
  let reader: Reader | undefined
  let rest: Uint8Array = new Uint8Array(0)
  let from = 0
  let last = false
  const more = async (): Promise<void> => {
    reader ??= await readerOf(where, source, at)
    const bytes = await reader.read()
    if (bytes === undefined) {
      last = true
      return
    }
    const joined = new Uint8Array(rest.length - from + bytes.length)
    joined.set(rest.subarray(from))
    joined.set(bytes, rest.length - from)
    rest = joined
    from = 0
  }
  const now = (): T | typeof END | undefined => {
    const found = find(rest, from, last)
    if (found === undefined) return last ? END : undefined
    const item = make(rest.subarray(from, found[0]), at)
    at += found[1] - from
    from = found[1]
    return item
  }
  const later = async (): Promise<T | typeof END> => {
    for (;;) {
      await more()
      const item = now()
      if (item !== undefined) return item
    }
  }
  return { next: () => now() ?? later(), position: (): Json => at, close: () => reader?.close() }
}

const LF = 10
const CR = 13
/**
 * The lines of a text in UTF-8, without their ends (`\n` or `\r\n`). A position is a byte: reading goes on there.
 *
 * Errors: DataError where the bytes can't be had. In Node `file(path)` of `@heddle/train/node` is a source.
 */
export const lines = (source: ByteSource): Dataset<string> => {
  const [plain, first] = [new TextDecoder('utf-8', { ignoreBOM: true }), new TextDecoder()]
  // how far was looked for an end already, in the bytes of the same line
  return new Dataset<string>(
    cut<string>('lines', source, 'lines', 0, {
      find: (bytes, from, last) => {
        const end = bytes.indexOf(LF, from)
        if (end >= 0) return [end, end + 1]
        return last && from < bytes.length ? [bytes.length, bytes.length] : undefined
      },
      make: (bytes, at) => (at === 0 ? first : plain).decode(bytes.at(-1) === CR ? bytes.subarray(0, -1) : bytes),
    }) as Source<unknown>,
  )
}

const recordOptions = optionsOf({
  /** How many bytes before the first record are left out; 0 by default. */
  header: countKind,
})
/** Options of `records`. */
export interface RecordOptions extends OptionsOf<typeof recordOptions> {}
/**
 * Records of `size` bytes each, as they are in many old data sets. Errors: DataError where the bytes can't be had, or end within a record.
 */
export const records = (source: ByteSource, size: number, options?: RecordOptions): Dataset<Uint8Array> => {
  readArgument('records', 'size', positive, size)
  const { header = 0 } = recordOptions('records', options)
  return new Dataset<Uint8Array>(
    cut<Uint8Array>('records', source, `records(${size})`, header, {
      find: (bytes, from, last) => {
        if (bytes.length - from >= size) return [from + size, from + size]
        if (last && bytes.length > from)
          throw new DataError('records', `the bytes end within a record: the last has ${bytes.length - from} of ${size} bytes`)
        return undefined
      },
      make: (bytes) => bytes.slice(),
    }) as Source<unknown>,
  )
}
