/**
 * The file `checkpoint.json` of a step: its number, time, metrics and metadata, its structure, and of each array where its bytes are and
 * their checksum. It is JSON that begins with the checksum of all that follows, and is decoded by io-ts.
 */
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import { crc32 } from '../crc32'
import { type DType, isDType } from '@heddle/func'
import { CheckpointError } from '../error'
import { byteLength } from '../host'
import { problemsIn } from './decode'

export const MANIFEST = 'checkpoint.json'
const FORMAT = 'heddle checkpoint'
const VERSION = 1

const count = new t.Type<number>(
  'a non-negative integer',
  (x): x is number => Number.isSafeInteger(x) && (x as number) >= 0,
  (x, c) => (Number.isSafeInteger(x) && (x as number) >= 0 ? t.success(x as number) : t.failure(x, c)),
  t.identity,
)
const dtype = new t.Type<DType>('a dtype', isDType, (x, c) => (isDType(x) ? t.success(x) : t.failure(x, c)), t.identity)
const counts = t.readonlyArray(count)
const piece = t.readonly(
  t.type({
    start: counts,
    shape: counts,
    /** A number in `files`. */ file: count,
    /** Of its first byte in the file. */ offset: count,
    crc32: count,
  }),
)
const array = t.readonly(t.type({ path: t.string, dtype, shape: counts, pieces: t.readonlyArray(piece) }))
const file = t.readonly(t.type({ name: t.string, bytes: count }))
const body = t.readonly(
  t.type({
    format: t.literal(FORMAT),
    version: t.literal(VERSION),
    step: count,
    time: t.number,
    metrics: t.unknown,
    metadata: t.unknown,
    tree: t.unknown,
    arrays: t.readonlyArray(array),
    files: t.readonlyArray(file),
  }),
)
/** Where a block of an array is. */
export type StoredPiece = t.TypeOf<typeof piece>
export type StoredArray = t.TypeOf<typeof array>
export type StoredFile = t.TypeOf<typeof file>
export type Manifest = t.TypeOf<typeof body>

/** A manifest as bytes. */
export const encodeManifest = (m: Omit<Manifest, 'format' | 'version'>): Uint8Array => {
  const rest = new TextEncoder().encode(`${JSON.stringify({ format: FORMAT, version: VERSION, ...m }).slice(1)}\n`)
  const head = new TextEncoder().encode(`{"crc32":"${crc32(rest).toString(16).padStart(8, '0')}",`)
  const bytes = new Uint8Array(head.length + rest.length)
  bytes.set(head)
  bytes.set(rest, head.length)
  return bytes
}

const HEAD = '{"crc32":"00000000",'.length
const fail = (operation: string, fault: 'foreign' | 'truncated' | 'corrupt' | 'unsupported', reason: string): never => {
  throw new CheckpointError(operation, fault, reason)
}
const overlap = (a: StoredPiece, b: StoredPiece): boolean =>
  a.start.every((s, i) => s < b.start[i]! + b.shape[i]! && b.start[i]! < s + a.shape[i]!)

/** The pieces of an array are all of it once, and each lies in a file. */
const checkArray = (operation: string, { path, shape, dtype, pieces }: StoredArray, files: readonly StoredFile[]): void => {
  const wrong = (reason: string): never => fail(operation, 'corrupt', `${MANIFEST}: the array ${path} ${reason}`)
  const whole = byteLength(shape, dtype)
  if (whole === undefined) return wrong('is too large')
  let bytes = 0
  pieces.forEach((p, i) => {
    const fits = p.start.length === shape.length && p.shape.length === shape.length && p.start.every((s, d) => s + p.shape[d]! <= shape[d]!)
    if (!fits) wrong(`has a piece outside of its shape [${shape.join(',')}]`)
    const size = byteLength(p.shape, dtype)!
    const f = files[p.file]
    if (f === undefined || p.offset + size > f.bytes) wrong('has a piece that no file has')
    if (size > 0 && pieces.some((q, j) => j < i && byteLength(q.shape, dtype)! > 0 && overlap(p, q))) wrong('has a piece twice')
    bytes += size
  })
  if (bytes !== whole) wrong('is not whole')
}

/**
 * A manifest that was read. Errors: CheckpointError where a bit of it is not as it was written, or it is another program's.
 */
export const decodeManifest = (operation: string, bytes: Uint8Array, step: number): Manifest => {
  const head = new TextDecoder().decode(bytes.subarray(0, HEAD))
  const sum = /^\{"crc32":"([0-9a-f]{8})",$/.exec(head)?.[1]
  if (sum === undefined) return fail(operation, 'foreign', `its ${MANIFEST} is none of heddle's, or is damaged at its beginning`)
  const rest = bytes.subarray(HEAD)
  if (rest.at(-1) !== 10) return fail(operation, 'truncated', `its ${MANIFEST} ends too early`)
  if (crc32(rest) !== Number.parseInt(sum, 16))
    return fail(operation, 'corrupt', `its ${MANIFEST} is not as it was written: the checksum differs`)
  let json: unknown
  try {
    json = JSON.parse(`{${new TextDecoder('utf-8', { fatal: true }).decode(rest)}`)
  } catch {
    return fail(operation, 'corrupt', `its ${MANIFEST} is no JSON`)
  }
  const version: unknown = typeof json === 'object' && json !== null && 'version' in json ? json.version : undefined
  if (typeof version === 'number' && version > VERSION)
    return fail(
      operation,
      'unsupported',
      `it is of version ${version}, and this program reads versions up to ${VERSION}: update @heddle/checkpoint`,
    )
  const decoded = body.decode(json)
  if (E.isLeft(decoded)) return fail(operation, 'corrupt', `its ${MANIFEST} is wrong: ${problemsIn(decoded.left)}`)
  const m = decoded.right
  if (m.step !== step) return fail(operation, 'corrupt', `the folder of step ${step} has the ${MANIFEST} of step ${m.step}`)
  m.arrays.forEach((a) => checkArray(operation, a, m.files))
  const there = m.files.reduce((n, f) => n + f.bytes, 0)
  const wanted = m.arrays.reduce((n, a) => n + byteLength(a.shape, a.dtype)!, 0)
  if (wanted > there) return fail(operation, 'corrupt', `its arrays have ${wanted} bytes, its files ${there}`)
  return m
}
