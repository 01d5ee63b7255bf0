/**
 * The header of an `.npy` file: a dictionary of Python's, in ASCII or UTF-8, with dtype, order and shape. It is read by a grammar of just that,
 * never as a program. Source: `numpy.lib.format`, versions 1 to 3.
 */
import type { DType } from '@heddle/func/backend'
import { CheckpointError, type CheckpointFault } from '../error'
import { isShape } from '../host'

/** What a header says of the array that follows. */
export interface NpyHeader {
  readonly dtype: DType
  readonly bigEndian: boolean
  readonly fortran: boolean
  readonly shape: readonly number[]
  /** Where its data begin. */
  readonly start: number
}
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]
/** No array of ours needs more: the longest is a shape of 64 sizes. */
const LONGEST = 1 << 16
const ALIGNED = 64
/** Room that NumPy leaves for the first size of a shape, so that who appends need not move the data. */
const GROWTH = 21

const codes: { readonly [D in DType]: string } = {
  bool: '|b1',
  int8: '|i1',
  int16: '<i2',
  int32: '<i4',
  int64: '<i8',
  uint8: '|u1',
  uint16: '<u2',
  uint32: '<u4',
  uint64: '<u8',
  // what NumPy writes for a dtype that it has not itself: two bytes of no kind
  bfloat16: '<V2',
  float16: '<f2',
  float32: '<f4',
  float64: '<f8',
}
const byCode = new Map(Object.entries(codes).map(([dtype, code]) => [code.slice(1), dtype as DType]))

const grammar =
  /^\s*\{\s*(?:'(descr|fortran_order|shape)'\s*:\s*('[^'\\]*'|True|False|\([\dL,\s]*\)|\[.*\])\s*,?\s*)(?:'(descr|fortran_order|shape)'\s*:\s*('[^'\\]*'|True|False|\([\dL,\s]*\)|\[.*\])\s*,?\s*)(?:'(descr|fortran_order|shape)'\s*:\s*('[^'\\]*'|True|False|\([\dL,\s]*\)|\[.*\])\s*,?\s*)\}\s*$/

/** Reads the header of a file. Errors: CheckpointError. */
export const readNpyHeader = (operation: string, bytes: Uint8Array): NpyHeader => {
  const fail = (fault: CheckpointFault, reason: string): never => {
    throw new CheckpointError(operation, fault, reason)
  }
  if (bytes.length < 10 && MAGIC.every((b, i) => i >= bytes.length || bytes[i] === b))
    return fail('truncated', `the file has ${bytes.length} bytes, too few for an .npy file`)
  if (MAGIC.some((b, i) => bytes[i] !== b)) return fail('foreign', 'it is no .npy file: it does not begin with \\x93NUMPY')
  const version = bytes[6]!
  if (version < 1 || version > 3) return fail('unsupported', `it is an .npy file of version ${version}; 1, 2 and 3 can be read`)
  const prefix = version === 1 ? 10 : 12
  if (bytes.length < prefix) return fail('truncated', `the file has ${bytes.length} bytes, too few for an .npy file`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const n = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true)
  if (prefix + n > bytes.length)
    return fail('truncated', `its header is to be ${n} bytes, and the file has ${bytes.length - prefix} after the first ${prefix}`)
  if (n > LONGEST) return fail('limit', `its header is ${n} bytes; ${LONGEST} are the most`)
  const text = new TextDecoder(version === 3 ? 'utf-8' : 'latin1').decode(bytes.subarray(prefix, prefix + n))
  const found = grammar.exec(text)
  if (found === null)
    return fail('corrupt', `its header is no dictionary of descr, fortran_order and shape: ${JSON.stringify(text.slice(0, 100))}`)
  const said = new Map([1, 3, 5].map((i) => [found[i], found[i + 1]!]))
  const [descr, order, shapeText] = [said.get('descr'), said.get('fortran_order'), said.get('shape')]
  if (descr === undefined || (order !== 'True' && order !== 'False') || shapeText?.startsWith('(') !== true)
    return fail('corrupt', 'its header lacks descr, fortran_order or shape')
  if (descr.startsWith('[')) return fail('unsupported', 'it is an array of records; save its fields one by one')
  const code = descr.slice(1, -1)
  const dtype = byCode.get(code.slice(1))
  if (code.slice(1).startsWith('O')) return fail('unsupported', 'it is an array of Python objects, which only Python can read (pickle)')
  if (dtype === undefined || !'<>|='.includes(code[0]!))
    return fail(
      'unsupported',
      `it is an array of dtype ${JSON.stringify(code)}, which heddle has not${/^.c\d/.test(code) ? '; save its real and imaginary parts' : ''}`,
    )
  const shape = (shapeText.match(/\d+/g) ?? []).map(Number)
  if (!isShape(shape) || shape.length > 64) return fail('corrupt', 'its shape is no list of sizes')
  return { dtype, bigEndian: code[0] === '>', fortran: order === 'True', shape, start: prefix + n }
}

/** The header of an array, as NumPy writes it: version 1. */
export const writeNpyHeader = (shape: readonly number[], dtype: DType): Uint8Array => {
  const sizes = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`
  const growth = shape.length === 0 ? 0 : GROWTH - String(shape[0]).length
  const text = `{'descr': '${codes[dtype]}', 'fortran_order': False, 'shape': ${sizes}, }${' '.repeat(growth)}`
  // of what is aligned already NumPy pads a whole unit more
  const padded = `${text}${' '.repeat(ALIGNED - ((10 + text.length + 1) % ALIGNED))}\n`
  const out = new Uint8Array(10 + padded.length)
  out.set(MAGIC)
  out[6] = 1
  new DataView(out.buffer).setUint16(8, padded.length, true)
  for (let i = 0; i < padded.length; i++) out[10 + i] = padded.charCodeAt(i)
  return out
}
