/** Safetensors: the reference's files read and written to the byte; pieces from memory, Blobs, files and servers. */
import '@heddle/backend-tfjs/auto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { np, type Tensor } from '@heddle/func'
import { describe, expect, test } from 'vitest'
import { CheckpointError, loadSafetensors, openSafetensors, openShards, saveSafetensors, saveShards, type TensorFile } from '../src/index'
import { openFile } from '../src/node/index'

const at = new URL('data/all.safetensors', import.meta.url)
const bytes = new Uint8Array(readFileSync(at))
const x = np.arange(6, { dtype: 'float32' }).reshape([2, 3])

test('a file of the reference is read, and written back to the byte', async () => {
  const tensors = loadSafetensors(bytes)
  expect(Object.keys(tensors)).toHaveLength(28)
  expect([tensors.x_bfloat16!.dtype, Array.from(await tensors.x_bfloat16!.data())]).toEqual(['bfloat16', [6, 7, 8, 9, 10, 11]])
  expect(Array.from(await tensors.big!.data<'int64'>())).toEqual([-(2n ** 63n), 2n ** 63n - 1n, 2n ** 53n + 1n])
  const back = await saveSafetensors(tensors, { metadata: { format: 'np' } })
  expect(Buffer.from(back).equals(Buffer.from(bytes))).toBe(true)
})

/** A server of the file, that knows ranges or does not; and what it was asked for. */
const served = async (how: 'ranges' | 'whole' | 'missing', use: (url: URL, asked: string[]) => Promise<void>): Promise<void> => {
  const asked: string[] = []
  // larger than what is asked for at first
  const body = Buffer.from(await saveSafetensors({ big: np.zeros([200, 100]), x }))
  const server = createServer((request, response) => {
    asked.push(request.headers.range ?? 'all')
    const [, start, end] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? []
    if (how === 'missing') response.writeHead(404).end()
    else if (how === 'whole' || start === undefined) response.writeHead(200).end(body)
    else {
      const part = body.subarray(Number(start), Number(end) + 1)
      response.writeHead(206, { 'content-range': `bytes ${start}-${Number(start) + part.length - 1}/${body.length}` }).end(part)
    }
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  try {
    await use(new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/m.safetensors`), asked)
  } finally {
    server.close()
  }
}
describe('one tensor at a time', () => {
  const check = async (file: TensorFile): Promise<void> => {
    expect(file.names).toContain('x_float32')
    expect(file.metadata).toEqual({ format: 'np' })
    expect(file.typeOf('x_float32')).toEqual({ shape: [2, 3], dtype: 'float32' })
    expect(Array.from(await (await file.read('x_float32')).data())).toEqual([9, 10, 11, 12, 13, 14])
    await expect(file.read('x_floot32')).rejects.toThrow(/is x_float\d+ meant/)
    await file.close()
  }
  test('of memory, a Blob, a file', async () => {
    await check(await openSafetensors(bytes))
    await check(await openSafetensors(new Blob([bytes])))
    await check(await openSafetensors(await openFile(fileURLToPath(at))))
    await expect(openFile('/nowhere/m.safetensors')).rejects.toThrow(/openFile: .*can't be opened/)
  })
  test('of a server with ranges: only what is asked for comes', async () => {
    await served('ranges', async (url, asked) => {
      const file = await openSafetensors(url)
      expect(Array.from(await (await file.read('x')).data())).toEqual([0, 1, 2, 3, 4, 5])
      expect(asked).toHaveLength(2)
      expect(asked[0]).toBe('bytes=0-65535')
      expect(asked[1]).toMatch(/bytes=80\d\d\d-80\d\d\d/)
    })
  })
  test('of a server without: the whole, once', async () => {
    await served('whole', async (url, asked) => {
      const { x: read } = await (await openSafetensors(url)).readAll()
      expect(read!.equal(x).all().item()).toBe(true)
      expect(asked).toHaveLength(1)
    })
  })
  test('of a server that has it not', async () => {
    await served('missing', async (url) => {
      await expect(openSafetensors(url)).rejects.toThrow(/127\.0\.0\.1.*m\.safetensors can't be fetched: the server says 404/)
    })
  })
})

test('shards and their index, as transformers has them', async () => {
  const tensors: Record<string, Tensor> = { a: np.ones([10]), b: np.zeros([10]), c: np.full([2], 3) }
  const files = new Map<string, Uint8Array<ArrayBuffer>>()
  for await (const { name, bytes: part } of saveShards(tensors, { maxShardSize: 48 })) files.set(name, part)
  expect([...files.keys()]).toEqual([
    'model-00001-of-00002.safetensors',
    'model-00002-of-00002.safetensors',
    'model.safetensors.index.json',
  ])
  const index = files.get('model.safetensors.index.json')!
  expect(JSON.parse(new TextDecoder().decode(index))).toEqual({
    metadata: { total_size: 88 },
    weight_map: { a: 'model-00001-of-00002.safetensors', b: 'model-00002-of-00002.safetensors', c: 'model-00002-of-00002.safetensors' },
  })
  const opened: string[] = []
  const file = await openShards(index, (name) => {
    opened.push(name)
    return files.get(name)!
  })
  expect(file.names).toEqual(['a', 'b', 'c'])
  expect((await file.read('c')).toArray()).toEqual([3, 3])
  expect(opened).toEqual(['model-00002-of-00002.safetensors'])
  expect(Object.keys(await file.readAll())).toEqual(['a', 'b', 'c'])
  await file.close()
  const escaping = new TextEncoder().encode(JSON.stringify({ weight_map: { a: '../secret.safetensors' } }))
  await expect(openShards(escaping, () => bytes)).rejects.toThrow(/names no file beside it/)
  const one = [...(await all(saveShards({ a: x }, {})))]
  expect(one.map(({ name }) => name)).toEqual(['model.safetensors'])
})
const all = async <T>(xs: AsyncIterable<T>): Promise<T[]> => {
  const out: T[] = []
  for await (const y of xs) out.push(y)
  return out
}

describe('headers that lie', () => {
  const file = (header: unknown, data = 8): Uint8Array => {
    const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header))
    const out = new Uint8Array(8 + json.length + data)
    new DataView(out.buffer).setBigUint64(0, BigInt(json.length), true)
    out.set(json, 8)
    return out
  }
  const f32 = (start: number, end: number, shape: readonly number[] = [1]): object => ({ dtype: 'F32', shape, data_offsets: [start, end] })
  const cases: Readonly<Record<string, readonly [Uint8Array, string, RegExp]>> = {
    empty: [new Uint8Array(0), 'truncated', /0 bytes/],
    text: [new TextEncoder().encode('<!doctype html><title>no</title>'), 'foreign', /no safetensors file/],
    'a long header': [Uint8Array.of(255, 255, 255, 0, 0, 0, 0, 0, 123), 'truncated', /16777215 bytes/],
    overlap: [file({ a: f32(0, 4), b: f32(0, 4) }, 4), 'corrupt', /within another tensor/],
    hole: [file({ a: f32(0, 4), b: f32(8, 12) }, 12), 'corrupt', /begin at 8/],
    'bytes of nobody': [file({ a: f32(0, 4) }), 'corrupt', /4 bytes at its end belong to no tensor/],
    'beyond the end': [file({ a: f32(0, 400, [100]) }), 'truncated', /end at/],
    'a wrong size': [file({ a: f32(0, 8) }), 'corrupt', /takes 4 bytes, its data_offsets say 8/],
    'a shape beyond counting': [file({ a: f32(0, 8, [2 ** 40, 2 ** 40]) }), 'corrupt', /more bytes than can be counted/],
    'a negative size': [file({ a: f32(0, 8, [-2]) }), 'corrupt', /shape/],
    'a float8': [file({ a: { dtype: 'F8_E4M3', shape: [8], data_offsets: [0, 8] } }), 'unsupported', /"a": it is of dtype F8_E4M3/],
    'a name twice': [
      file('{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}'),
      'corrupt',
      /"a" twice/,
    ],
    'the name __proto__': [file('{"__proto__":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}'), 'corrupt', /"__proto__" is refused/],
    'the name constructor': [
      file('{"constructor":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}'),
      'corrupt',
      /"constructor" is refused/,
    ],
    depth: [file(`{"a":${'['.repeat(100_000)}`), 'corrupt', /levels/],
    'metadata of numbers': [file({ __metadata__: { step: 3 } }, 0), 'corrupt', /__metadata__\.step is no string/],
    'no JSON': [file('{"a":'), 'corrupt', /no JSON/],
  }
  test.each(Object.entries(cases))('%s', (_name, [hostile, fault, said]) => {
    let caught: unknown
    try {
      loadSafetensors(hostile)
    } catch (e) {
      caught = e
    }
    expect(caught).toBeInstanceOf(CheckpointError)
    expect((caught as CheckpointError).detail.fault).toBe(fault)
    expect((caught as CheckpointError).message).toMatch(said)
  })
})
