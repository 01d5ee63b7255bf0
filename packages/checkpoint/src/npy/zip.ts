/**
 * Zip archives, as far as NumPy's have to do with them. The directory at their end is read here and checked, so that entries that overlap, lie
 * about their sizes or grow without bound are refused before they are unpacked; fflate unpacks one at a time into room of the size it said.
 *
 * Source: APPNOTE.TXT of PKWARE, with zip64.
 */
import { inflateSync } from 'fflate'
import { crc32 } from '../crc32'
import { CheckpointError, type CheckpointFault } from '../error'

const END = 0x06054b50
const END64 = 0x06064b50
const LOCATOR64 = 0x07064b50
const DIRECTORY = 0x02014b50
const LOCAL = 0x04034b50
const STORED = 0
const DEFLATED = 8
/** No stream of deflate grows more than this. */
const MOST_GROWTH = 1032

interface ZipEntry {
  readonly name: string
  readonly method: number
  readonly crc: number
  readonly packed: number
  readonly size: number
  /** Where its data are. */
  readonly start: number
}

/** The files of an archive by name, unpacked one after the other. `limit` is how many bytes they may have in all. */
export const unzip = (
  operation: string,
  bytes: Uint8Array,
  limit: number,
): readonly (readonly [name: string, content: () => Uint8Array])[] => {
  const fail = (fault: CheckpointFault, reason: string): never => {
    throw new CheckpointError(operation, fault, reason)
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const u16 = (at: number): number =>
    at >= 0 && at + 2 <= bytes.length ? view.getUint16(at, true) : fail('truncated', 'the archive ends within its directory')
  const u32 = (at: number): number =>
    at >= 0 && at + 4 <= bytes.length ? view.getUint32(at, true) : fail('truncated', 'the archive ends within its directory')
  const u64 = (at: number): number => u32(at) + 2 ** 32 * u32(at + 4)

  let end = bytes.length - 22
  for (; end >= 0 && end >= bytes.length - 22 - 0xffff; end--) if (u32(end) === END && end + 22 + u16(end + 20) === bytes.length) break
  if (end < 0 || end < bytes.length - 22 - 0xffff) {
    const begins = bytes.length >= 4 && view.getUint32(0, true) === LOCAL
    return fail(
      begins || bytes.length === 0 ? 'truncated' : 'foreign',
      begins ? 'the archive has no end' : 'it is no zip archive, as .npz files are',
    )
  }
  let [count, length, from] = [u16(end + 10), u32(end + 12), u32(end + 16)]
  if (end >= 20 && u32(end - 20) === LOCATOR64) {
    const at = u64(end - 12)
    if (at > end - 20 - 56 || u32(at) !== END64) return fail('corrupt', 'the end of its directory (zip64) is not where it is said to be')
    ;[count, length, from] = [u64(at + 32), u64(at + 40), u64(at + 48)]
  }
  if (from + length > end || count * 46 > length)
    return fail('corrupt', `its directory of ${count} entries is to be ${length} bytes at ${from}, which it can't be`)

  const entryAt = (at: number): readonly [ZipEntry, number] => {
    if (u32(at) !== DIRECTORY) return fail('corrupt', 'its directory has no entry where one is to be')
    const [flags, method, crc, named, more, comment] = [u16(at + 8), u16(at + 10), u32(at + 16), u16(at + 28), u16(at + 30), u16(at + 32)]
    let [packed, size, offset] = [u32(at + 20), u32(at + 24), u32(at + 42)]
    const next = at + 46 + named + more + comment
    if (next > from + length) return fail('corrupt', 'an entry is longer than its directory')
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + named))
    for (let x = at + 46 + named; x + 4 <= at + 46 + named + more; x += 4 + u16(x + 2)) {
      if (u16(x) !== 1) continue
      let to = x + 4
      const wide = (now: number): number => (now === 0xffffffff ? u64((to += 8) - 8) : now)
      ;[size, packed, offset] = [wide(size), wide(packed), wide(offset)]
    }
    const no = (fault: CheckpointFault, reason: string): never => fail(fault, `${JSON.stringify(name)}: ${reason}`)
    if (flags & 1) return no('unsupported', 'it is encrypted')
    if (method !== STORED && method !== DEFLATED)
      return no('unsupported', `it is packed by method ${method}; stored and deflated entries can be read`)
    if (offset + 30 > from || u32(offset) !== LOCAL) return no('corrupt', 'there is no entry where its directory says')
    const start = offset + 30 + u16(offset + 26) + u16(offset + 28)
    if (start + packed > from) return no('corrupt', 'it goes on into the directory')
    if (method === STORED && packed !== size) return no('corrupt', `it is stored in ${packed} bytes and is to have ${size}`)
    if (size > (packed + 1) * MOST_GROWTH) return no('corrupt', `${packed} bytes can't be unpacked to ${size}`)
    return [{ name, method, crc, packed, size, start }, next]
  }
  const entries: ZipEntry[] = []
  const names = new Set<string>()
  let at = from
  for (let i = 0; i < count; i++) {
    const [entry, next] = entryAt(at)
    if (names.has(entry.name)) return fail('corrupt', `${JSON.stringify(entry.name)} is there twice`)
    names.add(entry.name)
    entries.push(entry)
    at = next
  }
  let last = 0
  for (const { name, start, packed } of [...entries].sort((a, b) => a.start - b.start)) {
    // between two entries is the head of the second
    if (start - 30 < last) return fail('corrupt', `${JSON.stringify(name)} shares bytes with another entry`)
    last = start + packed
  }
  const total = entries.reduce((n, { size }) => n + size, 0)
  if (total > limit)
    return fail(
      'limit',
      `it unpacks to ${total} bytes from ${bytes.length}, and ${limit} are allowed; \`{ maxBytes: ${total} }\` allows them`,
    )
  return entries.map(({ name, method, crc, packed, size, start }) => [
    name,
    () => {
      const data = bytes.subarray(start, start + packed)
      const content = method === STORED ? data : inflate(operation, name, data, size)
      if (crc32(content) !== crc) return fail('corrupt', `${JSON.stringify(name)}: its bytes are damaged (CRC)`)
      return content
    },
  ])
}

const inflate = (operation: string, name: string, data: Uint8Array, size: number): Uint8Array => {
  let out: Uint8Array
  try {
    // a byte more, by which what is longer is seen
    out = inflateSync(data, { out: new Uint8Array(size + 1) })
  } catch (cause) {
    throw new CheckpointError(
      operation,
      'corrupt',
      `${JSON.stringify(name)} can't be unpacked: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    )
  }
  if (out.length !== size)
    throw new CheckpointError(
      operation,
      'corrupt',
      `${JSON.stringify(name)} unpacks to ${out.length > size ? 'more' : out.length} bytes, not the ${size} that its directory says`,
    )
  return out
}
