/** Compiled programs on disk. */
import { jit, np, setDefaultBackend, type Tensor } from '@heddle/func'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { programCache } from '../src/cache'
import { createClient } from '../src/client'
import { pjrt } from '../src/index'
import { findPlugin } from '../src/plugins/find'
import { describeWithPlugin } from './under-test'

const folder = mkdtempSync(join(tmpdir(), 'heddle-programs-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describeWithPlugin('the cache of programs', () => {
  it('gives what another backend compiled, with the same numbers', async () => {
    // long enough to be kept, whatever the machine
    const f = (x: Tensor): Tensor => {
      let y = x
      for (let i = 0; i < 12; i++) y = np.tanh(np.matmul(y, y).add(np.cumsum(np.sort(y, { axis: 1 }), { axis: 0 })))
      return y
    }
    const numbers: (readonly number[])[] = []
    for (let i = 0; i < 2; i++) {
      setDefaultBackend(await pjrt({ cache: folder }))
      numbers.push([...((await jit((x: Tensor) => f(x))(np.eye(8)).data()) as Float32Array)])
    }
    expect(readdirSync(folder).length).toBeGreaterThan(0)
    expect(numbers[1]).toEqual(numbers[0])
  })
  it('compiles again what can not be read, and forgets what is too much', () => {
    const { path } = findPlugin()
    const client = createClient(path)
    const own = join(folder, 'own')
    const cache = programCache(client, client.devices[0]!, { folder: own, minCompileTime: 0, maxBytes: 100 })
    let compiled = 0
    const making = (bytes: string) => ({
      compile: () => ++compiled,
      serialize: () => new TextEncoder().encode(bytes),
      deserialize: (b: Uint8Array) => {
        if (new TextDecoder().decode(b) !== bytes) throw new Error('damaged')
        return 1000
      },
    })
    const options = new Uint8Array([1])
    expect(cache.load('a', options, making('first'))).toBe(1)
    expect(cache.load('a', options, making('first'))).toBe(1000)
    const [file] = readdirSync(own)
    writeFileSync(join(own, file!), 'nothing')
    expect(cache.load('a', options, making('first'))).toBe(2)
    expect(cache.load('a', new Uint8Array([2]), making('first'))).toBe(3)
    const other = programCache(client, client.devices[0]!, { folder: own, minCompileTime: 0, maxBytes: 100 })
    other.load('b', options, making('x'.repeat(98)))
    expect(readdirSync(own)).toHaveLength(1)
  })
  it('does without where it can not write', () => {
    const { path } = findPlugin()
    const client = createClient(path)
    const file = join(folder, 'a-file')
    writeFileSync(file, '')
    const cache = programCache(client, client.devices[0]!, { folder: join(file, 'below'), minCompileTime: 0 })
    expect(cache.load('a', new Uint8Array(), { compile: () => 7, serialize: () => new Uint8Array(), deserialize: () => 8 })).toBe(7)
    expect(existsSync(join(file, 'below'))).toBe(false)
  })
})
