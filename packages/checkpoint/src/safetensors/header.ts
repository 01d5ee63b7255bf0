/**
 * The header of a safetensors file: eight bytes that say how long it is, then JSON that says of each tensor its dtype, its shape and where its
 * bytes are. A header is read whole and checked before any tensor is.
 *
 * Source: the format's description and the checks of its reference implementation (huggingface/safetensors).
 */
import type { DType } from '@heddle/func/backend'
import { CheckpointError, type CheckpointFault } from '../error'
import { byteLength, isShape } from '../host'
import { forbiddenReason, isForbidden } from '../keys'
import { jsonProblem } from './json'

/** What a file says of one of its tensors. */
export interface TensorEntry {
  readonly dtype: DType
  readonly shape: readonly number[]
  /** Where its bytes begin and end, in the file. */
  readonly start: number
  readonly end: number
}
/** A header that was checked. */
export interface Header {
  readonly entries: ReadonlyMap<string, TensorEntry>
  readonly metadata: Readonly<Record<string, string>>
}

const codes = {
  bool: 'BOOL',
  uint8: 'U8',
  int8: 'I8',
  int16: 'I16',
  uint16: 'U16',
  float16: 'F16',
  bfloat16: 'BF16',
  int32: 'I32',
  uint32: 'U32',
  float32: 'F32',
  float64: 'F64',
  int64: 'I64',
  uint64: 'U64',
} as const satisfies { readonly [D in DType]: string }
/** What the format calls a dtype. */
export const codeOf = (dtype: DType): string => codes[dtype]
/** Dtypes in the order in which the reference lays tensors out: the widest come first, so that all are aligned. */
export const layoutRank = (dtype: DType): number => Object.keys(codes).indexOf(dtype)
const byCode: ReadonlyMap<unknown, DType> = new Map(Object.entries(codes).map(([dtype, code]) => [code, dtype as DType]))

/** The bytes before the header: its length. */
export const PREFIX = 8
/** The longest header that the reference reads. */
const MAX_HEADER = 100_000_000

const fail = (operation: string, fault: CheckpointFault, reason: string): never => {
  throw new CheckpointError(operation, fault, reason)
}

/** How long the header is, by the first eight bytes of a file of `size` bytes. Errors: CheckpointError. */
export const headerLength = (operation: string, prefix: Uint8Array, size: number): number => {
  if (prefix.length < PREFIX) return fail(operation, 'truncated', `the file has ${prefix.length} bytes, too few for a safetensors file`)
  const n = Number(new DataView(prefix.buffer, prefix.byteOffset, PREFIX).getBigUint64(0, true))
  if (n > MAX_HEADER && n > size)
    return fail(operation, 'foreign', 'it is no safetensors file: its first eight bytes are no length of a header')
  if (n > MAX_HEADER) return fail(operation, 'limit', `its header would be ${n} bytes; ${MAX_HEADER} are the most`)
  if (PREFIX + n > size)
    return fail(operation, 'truncated', `its header is to be ${n} bytes, and the file has ${size - PREFIX} after the first ${PREFIX}`)
  return n
}

const isObject = (x: unknown): x is Readonly<Record<string, unknown>> => typeof x === 'object' && x !== null && !Array.isArray(x)

const metadataOf = (operation: string, x: unknown): Readonly<Record<string, string>> => {
  if (x === undefined) return {}
  if (!isObject(x)) return fail(operation, 'corrupt', '__metadata__ is no object of strings')
  for (const [key, value] of Object.entries(x)) {
    if (isForbidden(key)) return fail(operation, 'corrupt', `in __metadata__: ${forbiddenReason(key)}`)
    if (typeof value !== 'string') return fail(operation, 'corrupt', `__metadata__.${key} is no string`)
  }
  return x as Readonly<Record<string, string>>
}

const entryOf = (operation: string, name: string, x: unknown, from: number, size: number): TensorEntry => {
  const no = (fault: CheckpointFault, reason: string): never => fail(operation, fault, `${JSON.stringify(name)}: ${reason}`)
  if (isForbidden(name)) return fail(operation, 'corrupt', forbiddenReason(name))
  if (!isObject(x)) return no('corrupt', 'its entry is no object')
  const { dtype: code, shape, data_offsets: offsets } = x
  const dtype = byCode.get(code)
  if (typeof code !== 'string') return no('corrupt', 'it has no dtype')
  if (dtype === undefined)
    return no('unsupported', `it is of dtype ${code.slice(0, 40)}; those that can be read are ${[...byCode.keys()].join(' ')}`)
  if (!isShape(shape)) return no('corrupt', 'its shape is no list of sizes')
  if (!isShape(offsets) || offsets.length !== 2) return no('corrupt', 'its data_offsets are no two places')
  const [start, end] = offsets as readonly [number, number]
  const wanted = byteLength(shape, dtype)
  if (wanted !== end - start)
    return no(
      'corrupt',
      `${code}[${shape.join(',')}] takes ${wanted ?? 'more bytes than can be counted'}${wanted === undefined ? '' : ' bytes'}, its data_offsets say ${end - start}`,
    )
  if (from + end > size) return no('truncated', `its bytes end at ${from + end}, and the file at ${size}`)
  return { dtype, shape, start: from + start, end: from + end }
}

/**
 * Reads the JSON of a header that begins after `PREFIX` bytes of a file of `size` bytes.
 *
 * Errors: CheckpointError where it is no JSON, or two tensors share bytes or a name, or bytes belong to no tensor, or there are too few.
 */
export const readHeader = (operation: string, json: Uint8Array, size: number): Header => {
  if (json[0] !== 0x7b) return fail(operation, 'foreign', 'it is no safetensors file: its header does not begin with {')
  let text: string
  let parsed: unknown
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(json)
    const problem = jsonProblem(text)
    if (problem !== undefined) return fail(operation, 'corrupt', `its header has ${problem}`)
    parsed = JSON.parse(text)
  } catch (cause) {
    if (cause instanceof CheckpointError) throw cause
    throw new CheckpointError(operation, 'corrupt', 'its header is no JSON', { cause })
  }
  if (!isObject(parsed)) return fail(operation, 'corrupt', 'its header is no object')
  const from = PREFIX + json.length
  // own properties, as JSON.parse makes them: __proto__ is one too
  const { __metadata__: metadata } = parsed
  const entries = Object.keys(parsed)
    .filter((name) => name !== '__metadata__')
    .map((name) => [name, entryOf(operation, name, parsed[name], from, size)] as const)
  const inOrder = [...entries].sort(([, a], [, b]) => a.start - b.start || a.end - b.end)
  let at = from
  for (const [name, { start, end }] of inOrder) {
    if (start !== at)
      return fail(
        operation,
        'corrupt',
        `${JSON.stringify(name)}: its bytes begin at ${start - from}, ${start < at ? 'within another tensor, which ends' : 'and those before it end'} at ${at - from}`,
      )
    at = end
  }
  if (at !== size) return fail(operation, 'corrupt', `${size - at} bytes at its end belong to no tensor`)
  return { entries: new Map(entries), metadata: metadataOf(operation, Object.hasOwn(parsed, '__metadata__') ? metadata : undefined) }
}
