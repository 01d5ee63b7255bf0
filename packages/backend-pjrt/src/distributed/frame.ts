/**
 * Messages on a connection between a process and the coordinator.
 *
 * A frame is its length (32 bits, little-endian, of what follows), its kind (8 bits), the number of the request that it asks or
 * answers (32 bits), and fields: each its length (32 bits) and its bytes.
 */

/** A request's kinds, and the two of an answer. */
const kinds = ['hello', 'put', 'get', 'tryGet', 'remove', 'barrier', 'bye', 'value', 'error'] as const
export type FrameKind = (typeof kinds)[number]
export interface Frame {
  readonly kind: FrameKind
  readonly id: number
  readonly fields: readonly Uint8Array[]
}

const HEAD = 5
/** Topologies and identifiers are small; what is larger is no message of ours. */
const MAX_FRAME = 2 ** 28

export const encodeFrame = ({ kind, id, fields }: Frame): Buffer => {
  const length = fields.reduce((n, f) => n + 4 + f.length, HEAD)
  const out = Buffer.alloc(4 + length)
  out.writeUInt32LE(length, 0)
  out.writeUInt8(kinds.indexOf(kind), 4)
  out.writeUInt32LE(id, 5)
  let at = 9
  for (const field of fields) {
    out.writeUInt32LE(field.length, at)
    out.set(field, at + 4)
    at += 4 + field.length
  }
  return out
}
const decodeBody = (body: Buffer): Frame => {
  const kind = kinds[body.readUInt8(0)]
  if (kind === undefined) throw new RangeError(`a frame of the unknown kind ${body.readUInt8(0)}`)
  const fields: Uint8Array[] = []
  for (let at = HEAD; at < body.length; ) {
    const end = at + 4 + body.readUInt32LE(at)
    if (end > body.length) throw new RangeError('a field that is longer than its frame')
    fields.push(Uint8Array.from(body.subarray(at + 4, end)))
    at = end
  }
  return { kind, id: body.readUInt32LE(1), fields }
}

/** Takes bytes as they come and gives whole frames. Errors: RangeError for what is no frame. */
export const frameReader = (): ((chunk: Buffer) => readonly Frame[]) => {
  let pending: Buffer = Buffer.alloc(0)
  return (chunk) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
    const frames: Frame[] = []
    while (pending.length >= 4) {
      const length = pending.readUInt32LE(0)
      if (length < HEAD || length > MAX_FRAME) throw new RangeError(`a frame of ${length} bytes`)
      if (pending.length < 4 + length) break
      frames.push(decodeBody(pending.subarray(4, 4 + length)))
      pending = pending.subarray(4 + length)
    }
    return frames
  }
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()
export const toBytes = (text: string): Uint8Array => encoder.encode(text)
export const toText = (bytes: Uint8Array | undefined): string => decoder.decode(bytes)
/** Keys are bytes, of which a plugin may give any. */
export const keyOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')
