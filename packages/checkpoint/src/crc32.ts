/** CRC-32 (that of zip and PNG), which finds a flipped bit, wherever it is. Four bytes at a time. */

const tables = (): readonly Uint32Array[] => {
  const all = Array.from({ length: 4 }, () => new Uint32Array(256))
  for (let n = 0; n < 256; n++) {
    let c = n
    for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1
    all[0]![n] = c
  }
  for (let n = 0; n < 256; n++) for (let t = 1; t < 4; t++) all[t]![n] = all[0]![all[t - 1]![n]! & 255]! ^ (all[t - 1]![n]! >>> 8)
  return all
}
let made: readonly Uint32Array[] | undefined

/** The checksum of bytes; `before` is that of the bytes before them. */
export const crc32 = (bytes: Uint8Array, before = 0): number => {
  const [t0, t1, t2, t3] = (made ??= tables()) as [Uint32Array, Uint32Array, Uint32Array, Uint32Array]
  let c = ~before
  let i = 0
  for (const end = bytes.length - 3; i < end; i += 4) {
    c ^= bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24)
    c = t3[c & 255]! ^ t2[(c >>> 8) & 255]! ^ t1[(c >>> 16) & 255]! ^ t0[c >>> 24]!
  }
  for (; i < bytes.length; i++) c = t0[(c ^ bytes[i]!) & 255]! ^ (c >>> 8)
  return ~c >>> 0
}
