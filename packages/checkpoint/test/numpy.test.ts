/** NumPy's files: read in all versions and orders, written to the byte. */
import '@heddle/backend-tfjs/auto'
import { readFileSync } from 'node:fs'
import { zipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import { loadNpy, loadNpz, saveNpy, saveNpz } from '../src/index'

const files = JSON.parse(readFileSync(new URL('data/numpy.json', import.meta.url), 'utf8')) as Readonly<Record<string, string>>
const of = (name: string): Uint8Array => new Uint8Array(Buffer.from(files[name]!, 'hex'))
const dtypes = 'bool uint8 int8 int16 uint16 float16 bfloat16 int32 uint32 float32 float64 int64 uint64'.split(' ')

describe('each dtype is read, and written as NumPy writes it', () => {
  test.each([...dtypes, 'zero_d', 'empty'])('%s', async (name) => {
    const x = loadNpy(of(name))
    if (dtypes.includes(name)) {
      expect([x.dtype, x.shape]).toEqual([name, [2, 3]])
      expect(Array.from(await x.data(), Number)).toEqual(name === 'bool' ? [0, 1, 1, 1, 1, 1] : [0, 1, 2, 3, 4, 5])
    }
    expect(Buffer.from(await saveNpy(x)).toString('hex')).toBe(files[name])
  })
})
test('versions, byte orders, orders of axes', async () => {
  for (const name of ['float32_v2', 'float32_v3', 'big_endian', 'big_endian_int'])
    expect(Array.from(await loadNpy(of(name)).data(), Number)).toEqual([0, 1, 2, 3, 4, 5])
  const x = loadNpy(of('fortran'))
  expect(x.shape).toEqual([2, 3, 4])
  expect(Array.from(await x.data())).toEqual(Array.from({ length: 24 }, (_, i) => i))
})
test('what heddle has not is refused by its name', () => {
  expect(() => loadNpy(of('object'))).toThrow(/Python objects, which only Python can read/)
  expect(() => loadNpy(of('complex'))).toThrow(/dtype "<c8".*real and imaginary/)
  expect(() => loadNpy(of('text'))).toThrow(/dtype "<U1"/)
  expect(() => loadNpy(of('struct'))).toThrow(/records/)
})
test('archives, stored and deflated, both ways', async () => {
  for (const name of ['npz_stored', 'npz_deflated']) {
    const { kernel, bias, ...rest } = loadNpz(of(name))
    expect(rest).toEqual({})
    expect([kernel!.shape, bias!.dtype, bias!.toArray()]).toEqual([[20, 30], 'int8', [1, 1, 1]])
    expect((await kernel!.data())[599]).toBe(85)
    const again = await saveNpz({ kernel: kernel!, bias: bias! }, { compressed: name === 'npz_deflated' })
    expect(loadNpz(again).kernel!.equal(kernel!).all().item()).toBe(true)
    expect(again.length).toBeLessThan(name === 'npz_deflated' ? 1000 : 3200)
  }
})
test('an archive that unpacks to more than is allowed is refused before it is', () => {
  const bomb = zipSync({ 'a.npy': new Uint8Array(2 ** 22) }, { level: 9 })
  expect(() => loadNpz(bomb, { maxBytes: 2 ** 20 })).toThrow(/unpacks to 4194304 bytes from \d+, and 1048576 are allowed/)
  const lying = bomb.slice()
  const at = lying.findIndex((_, i) => lying[i] === 0x50 && lying[i + 1] === 0x4b && lying[i + 2] === 1)
  new DataView(lying.buffer).setUint32(at + 24, 1000, true)
  expect(() => loadNpz(lying)).toThrow(/unpacks to more bytes, not the 1000/)
  new DataView(lying.buffer).setUint32(at + 24, 2 ** 31, true)
  expect(() => loadNpz(lying)).toThrow(/can't be unpacked to/)
})
