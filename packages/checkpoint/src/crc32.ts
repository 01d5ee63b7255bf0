/** CRC-32 (that of zip and PNG), which finds a flipped bit, wherever it is. Eight bytes at a time. */
import { littleEndian } from './endian'

/** Eight tables, one after the other: that of a byte, and those of a byte with one to seven bytes of zeros after it. */
const tables = (): Int32Array => {
  const all = new Int32Array(8 * 256)
  for (let n = 0; n < 256; n++) {
    let c = n
    for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1
    all[n] = c
  }
  for (let i = 256; i < all.length; i++) all[i] = all[all[i - 256]! & 255]! ^ (all[i - 256]! >>> 8)
  return all
}
let made: Int32Array | undefined
const none = new Int32Array(0)

/** The checksum of bytes; `before` is that of the bytes before them. */
export const crc32 = (bytes: Uint8Array, before = 0): number => {
  const t = (made ??= tables())
  let c = ~before
  let i = 0
  // up to where words begin, and all of it where a word has its bytes in the other order
  const aligned = littleEndian ? Math.min(-bytes.byteOffset & 3, bytes.length) : bytes.length
  for (; i < aligned; i++) c = t[(c ^ bytes[i]!) & 255]! ^ (c >>> 8)
  const pairs = (bytes.length - i) >>> 3
  const words = pairs === 0 ? none : new Int32Array(bytes.buffer, bytes.byteOffset + i, pairs * 2)
  for (let k = 0; k < words.length; k += 2) {
    const a = words[k]! ^ c
    const b = words[k + 1]!
    c =
      t[1792 + (a & 255)]! ^
      t[1536 + ((a >>> 8) & 255)]! ^
      t[1280 + ((a >>> 16) & 255)]! ^
      t[1024 + (a >>> 24)]! ^
      t[768 + (b & 255)]! ^
      t[512 + ((b >>> 8) & 255)]! ^
      t[256 + ((b >>> 16) & 255)]! ^
      t[b >>> 24]!
  }
  for (i += words.length * 4; i < bytes.length; i++) c = t[(c ^ bytes[i]!) & 255]! ^ (c >>> 8)
  return ~c >>> 0
}
