/** How the arrays of a step are spread over files: safetensors, each at most of a size, whose tensors are the arrays' pieces. */
import type { DType } from '@heddle/func'
import type { HeldPart } from '@heddle/func/backend'
import { codeOf, layoutRank, PREFIX } from '../safetensors/header'
import { byteLength } from '../host'
import type { StoredFile, StoredPiece } from './manifest'

import type { HeldArray } from './snapshot'

interface Placed {
  /** Numbers of the array and of its piece. */
  readonly array: number
  readonly piece: number
  readonly source: HeldPart
  readonly name: string
  readonly dtype: DType
  readonly bytes: number
}
/** A file as it will be: its header, and then what it holds, in this order. */
export interface PlannedFile extends StoredFile {
  readonly header: Uint8Array
  readonly pieces: readonly Placed[]
}
/** Files, and of each array where its pieces will be. */
export interface Layout {
  readonly files: readonly PlannedFile[]
  readonly places: readonly (readonly Omit<StoredPiece, 'crc32'>[])[]
}

/** The name of a piece in its file: the path, and which block it is, if it is not all: `params/kernel[0:4,8:16]`. */
const nameOf = ({ path, pieces }: HeldArray, { start, shape }: HeldPart): string => {
  const name = path === '' || path.startsWith('__') ? `~${path}` : path
  return pieces.length === 1 ? name : `${name}[${start.map((s, i) => `${s}:${s + shape[i]!}`).join(',')}]`
}
const headerOf = (pieces: readonly Placed[]): Uint8Array => {
  let at = 0
  const entries = pieces.map(({ name, dtype, source, bytes }) => {
    const from = at
    at += bytes
    return [name, { dtype: codeOf(dtype), shape: source.shape, data_offsets: [from, at] }] as const
  })
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries([['__metadata__', { format: 'heddle' }], ...entries])))
  const length = Math.ceil(json.length / 8) * 8
  const header = new Uint8Array(PREFIX + length).fill(32)
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true)
  header.set(json, PREFIX)
  return header
}
const groups = (pieces: readonly Placed[], most: number): readonly (readonly Placed[])[] => {
  const all: Placed[][] = []
  let size = 0
  for (const piece of pieces) {
    if (all.length === 0 || (size + piece.bytes > most && size > 0)) {
      all.push([])
      size = 0
    }
    all.at(-1)!.push(piece)
    size += piece.bytes
  }
  return all
}

/** Where each piece of these arrays goes, in files of at most `fileBytes` (an array that is larger has one of its own). */
export const layOut = (arrays: readonly HeldArray[], fileBytes: number): Layout => {
  const all = arrays.flatMap((held, array) =>
    held.pieces.map((source, piece): Placed => {
      const bytes = byteLength(source.shape, held.dtype)!
      return { array, piece, source, name: nameOf(held, source), dtype: held.dtype, bytes }
    }),
  )
  const places: Omit<StoredPiece, 'crc32'>[][] = arrays.map(() => [])
  const parts = groups(all, fileBytes)
  const number = (n: number): string => String(n).padStart(5, '0')
  const files = parts.map((part, file): PlannedFile => {
    // the widest come first, so that all are aligned
    const pieces = [...part].sort((a, b) => layoutRank(b.dtype) - layoutRank(a.dtype))
    const header = headerOf(pieces)
    let offset = header.length
    for (const { array, piece, source, bytes } of pieces) {
      places[array]![piece] = { start: source.start, shape: source.shape, file, offset }
      offset += bytes
    }
    return { name: `arrays-${number(file + 1)}-of-${number(parts.length)}.safetensors`, bytes: offset, header, pieces }
  })
  return { files, places }
}
