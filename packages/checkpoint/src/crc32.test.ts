import { expect, it } from 'vitest'
import { crc32 } from './crc32'

/** A bit at a time. */
const slow = (bytes: Uint8Array): number => {
  let c = -1
  for (const byte of bytes) {
    c ^= byte
    for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1
  }
  return ~c >>> 0
}

it('is CRC-32, of the whole and of parts, wherever they begin', () => {
  expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926)
  expect(crc32(new Uint8Array(0))).toBe(0)
  const bytes = Uint8Array.from({ length: 67 }, (_, i) => (i * i * 31 + 7) & 255)
  for (let start = 0; start < 9; start++)
    for (let end = start; end <= bytes.length; end++) expect(crc32(bytes.subarray(start, end))).toBe(slow(bytes.subarray(start, end)))
  for (let cut = 0; cut <= bytes.length; cut++) expect(crc32(bytes.subarray(cut), crc32(bytes.subarray(0, cut)))).toBe(slow(bytes))
})
