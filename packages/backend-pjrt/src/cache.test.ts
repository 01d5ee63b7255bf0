/** Compiled programs on disk. */
import { jit, np, setDefaultBackend, type Tensor } from '@heddle/func'
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it, vi } from 'vitest'
import { programCache } from './cache'
import { createClient } from './client'
import { pjrt } from './index'
import { findPlugin } from './plugins/find'
import { describeWithPlugin } from '../test/under-test'

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
    const cache = programCache(client, client.devices[0]!, { folder: own, minCompileTime: 0, maxBytes: 150 })
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
    const other = programCache(client, client.devices[0]!, { folder: own, minCompileTime: 0, maxBytes: 150 })
    other.load('b', options, making('x'.repeat(98)))
    expect(readdirSync(own)).toHaveLength(1)
  })
  it('keeps programs apart that other flags of XLA made', () => {
    const client = createClient(findPlugin().path)
    const load = (): number =>
      programCache(client, client.devices[0]!, { folder: join(folder, 'flags'), minCompileTime: 0 }).load('a', new Uint8Array([1]), {
        compile: () => 1,
        serialize: () => new Uint8Array([7]),
        deserialize: () => 2,
      })
    expect([load(), load()]).toEqual([1, 2])
    try {
      vi.stubEnv('XLA_FLAGS', '--xla_cpu_enable_fast_math=true')
      expect(load()).toBe(1)
    } finally {
      vi.unstubAllEnvs()
    }
    expect(load()).toBe(2)
  })
  it('never loads an entry that is not what was written: the plugin would crash', async () => {
    const own = join(folder, 'damaged')
    const x = np.eye(6)
    // long enough to be kept
    const f = (y: Tensor): Tensor => np.tanh(np.cumsum(np.sort(np.matmul(y, y), { axis: 1 }), { axis: 0 })).sum()
    const run = async (): Promise<number> => {
      setDefaultBackend(await pjrt({ cache: own }))
      return jit((y: Tensor) => f(y))(np.array(x.toArray())).item() as number
    }
    setDefaultBackend(await pjrt({ cache: null }))
    const want = jit((y: Tensor) => f(y))(x).item()
    expect(await run()).toBe(want)
    const file = join(own, readdirSync(own)[0]!)
    const intact = readFileSync(file)
    const flipped = (at: number): Buffer => {
      const bytes = Buffer.from(intact)
      bytes[at]! ^= 1 << (at % 8)
      return bytes
    }
    const n = intact.length
    const places = [0, 16, 17, 48, 49, ...Array.from({ length: 12 }, (_, i) => 50 + Math.floor(((n - 51) * i) / 11))]
    const damaged = [
      ...places.map(flipped),
      ...[0, 1, 17, 49, n >> 1, n - 1].map((length) => intact.subarray(0, length)),
      Buffer.concat([intact, intact]),
    ]
    for (const bytes of damaged) {
      writeFileSync(file, bytes)
      expect(await run()).toBe(want)
      // what did not match is gone; it is there again if compiling took long enough
      expect(!existsSync(file) || !readFileSync(file).equals(bytes)).toBe(true)
    }
    // another program's entry, under this one's name
    const cache = (text: string, loaded: number): number => {
      const client = createClient(findPlugin().path)
      const kept = programCache(client, client.devices[0]!, { folder: join(own, 'names'), minCompileTime: 0 })
      const bytes = new TextEncoder().encode(text)
      return kept.load(text, new Uint8Array(), { compile: () => loaded, serialize: () => bytes, deserialize: () => -1 })
    }
    cache('a', 1)
    const [a] = readdirSync(join(own, 'names'))
    const entry = readFileSync(join(own, 'names', a!))
    cache('b', 2)
    const b = readdirSync(join(own, 'names')).find((name) => name !== a)!
    writeFileSync(join(own, 'names', b), entry)
    expect([cache('a', 3), cache('b', 4)]).toEqual([-1, 4])
  })
  it('holds whole entries only, whoever else writes them', async () => {
    const own = join(folder, 'shared')
    mkdirSync(own)
    const writer = (seed: number): Promise<number | null> =>
      new Promise((done, fail) => {
        const flags = ['-C', '@heddle/source', '--import', 'tsx', join(import.meta.dirname, '../test/cache-writer.ts'), own, String(seed)]
        spawn(process.execPath, flags, { stdio: ['ignore', 'ignore', 'inherit'] })
          .on('exit', done)
          .on('error', fail)
      })
    expect(await Promise.all([writer(1), writer(2), writer(3)])).toEqual([0, 0, 0])
    expect(readdirSync(own).filter((name) => !name.endsWith('.xla'))).toEqual([])
    expect(readdirSync(own).length).toBe(4)
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
