/** Ten thousand damaged files: each is read, or refused by a CheckpointError; none takes more memory than it has bytes, or touches a prototype. */
import '@heddle/backend-tfjs/auto'
import { readFileSync } from 'node:fs'
import { bytesOf, isTensor, np, tree } from '@heddle/func'
import { expect, test } from 'vitest'
import { CheckpointError, fromBytes, loadNpy, loadNpz, loadSafetensors, msgpackRestore } from '../src/index'

const MUTATIONS = 10_000

/** Mulberry32. */
const randomOf = (seed: number) => {
  let a = seed
  return (n: number): number => {
    a = (a + 0x6d2b79f5) | 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * n)
  }
}
const below = randomOf(12)
const data = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(`data/${name}`, import.meta.url)))
const numpy = JSON.parse(readFileSync(new URL('data/numpy.json', import.meta.url), 'utf8')) as Readonly<Record<string, string>>
const hex = (name: string): Uint8Array => new Uint8Array(Buffer.from(numpy[name]!, 'hex'))

type Read = (bytes: Uint8Array) => unknown
const target = (): object => ({ Dense_0: { kernel: np.zeros([2, 3]), bias: np.zeros([3]) }, scale: np.zeros([], 'bfloat16') })
const held = target()
const corpus: readonly (readonly [bytes: Uint8Array, read: Read, growth: number])[] = [
  [data('values.msgpack'), msgpackRestore, 1],
  [data('chunked.msgpack'), msgpackRestore, 1],
  [data('params.msgpack'), (bytes) => fromBytes(held, bytes), 1],
  [data('all.safetensors'), loadSafetensors, 1],
  [hex('float32'), loadNpy, 1],
  [hex('fortran'), loadNpy, 1],
  [hex('big_endian_int'), loadNpy, 1],
  [hex('npz_stored'), loadNpz, 1],
  [hex('npz_deflated'), loadNpz, 1032],
]
const sharp = [0, 1, 0x7f, 0x80, 0xff, 0xc7, 0xc9, 0xdd, 0xdf, 0x5b, 0x7b, 0x22]
const words = ['__proto__', 'constructor', '99999999', '-1', '[[[[', '{"', 'F64', '(((', '\u0000'].map((w) => new TextEncoder().encode(w))

const mutate = (bytes: Uint8Array): Uint8Array => {
  let out = bytes.slice()
  for (let times = 1 + below(3); times > 0 && out.length > 0; times--) {
    const at = below(out.length)
    const some = below(Math.min(16, out.length - at)) + 1
    switch (below(8)) {
      case 0:
        out[at] = out[at]! ^ (1 << below(8))
        break
      case 1:
        out[at] = sharp[below(sharp.length)]!
        break
      case 2:
        out = out.slice(0, at)
        break
      case 3:
        out = Uint8Array.from([...out.subarray(0, at), ...out.subarray(at + some)])
        break
      case 4:
        out = Uint8Array.from([...out.subarray(0, at), ...out.subarray(at, at + some), ...out.subarray(at)])
        break
      case 5:
        out.fill(0xff, at, at + some)
        break
      case 6:
        out.set(words[below(words.length)]!.subarray(0, out.length - at), at)
        break
      default: {
        const other = corpus[below(corpus.length)]![0]
        const from = below(other.length)
        out.set(other.subarray(from, from + Math.min(some, out.length - at)), at)
      }
    }
  }
  return out
}

test(`${MUTATIONS} damaged files`, () => {
  const before = tree.leaves(held)
  const prototypes = [Object.prototype, Array.prototype, Function.prototype].map((p) => Object.getOwnPropertyNames(p).length)
  const counts = { read: 0, refused: 0 }
  for (let i = 0; i < MUTATIONS; i++) {
    const [bytes, read, growth] = corpus[i % corpus.length]!
    const damaged = mutate(bytes)
    try {
      const tensors = tree.leaves(read(damaged)).filter(isTensor)
      const size = tensors.reduce((n, x) => n + x.size * bytesOf(x.dtype), 0)
      expect(size).toBeLessThanOrEqual(growth * damaged.length)
      counts.read++
    } catch (e) {
      if (!(e instanceof CheckpointError)) throw new Error(`mutation ${i} of file ${i % corpus.length}`, { cause: e })
      counts.refused++
    }
  }
  // both happen, or nothing was tried
  expect(counts.refused).toBeGreaterThan(MUTATIONS / 2)
  expect(counts.read).toBeGreaterThan(MUTATIONS / 20)
  expect(tree.leaves(held).every((x, i) => x === before[i])).toBe(true)
  expect([Object.prototype, Array.prototype, Function.prototype].map((p) => Object.getOwnPropertyNames(p).length)).toEqual(prototypes)
  expect(({} as Record<string, unknown>).polluted).toBe(undefined)
})

test('bombs of msgpack: what is not there is not made room for', () => {
  const refused = (bytes: Uint8Array): CheckpointError => {
    try {
      msgpackRestore(bytes)
    } catch (e) {
      if (e instanceof CheckpointError) return e
      throw e
    }
    throw new Error('it was read')
  }
  // lists that each say they have four thousand millions of elements, or one each, a hundred thousand deep
  expect(refused(Uint8Array.of(0xdd, 0xff, 0xff, 0xff, 0xff)).detail.fault).toBe('truncated')
  expect(refused(Uint8Array.of(0xc9, 0xff, 0xff, 0xff, 0xff, 1)).detail.fault).toBe('truncated')
  expect(refused(new Uint8Array(100_000).fill(0x91)).detail.fault).toBe('limit')
  expect(refused(Uint8Array.of(0x81, 0xa9, ...new TextEncoder().encode('__proto__'), 0x80)).message).toMatch(/"__proto__" is refused/)
  expect(refused(Uint8Array.of(0x82, 0xa1, 0x61, 0, 0xa1, 0x61, 1)).message).toMatch(/"a" is there twice/)
  expect(refused(Uint8Array.of(0x81, 0xa1, 0x61, 0xc1)).message).toMatch(/msgpackRestore at \.a: byte 3 is 0xc1/)
  expect(refused(Uint8Array.of(1, 1)).message).toMatch(/1 bytes follow/)
})
