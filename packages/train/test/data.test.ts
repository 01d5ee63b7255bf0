/** Data: the order of items, batches, and above all that a position is a position: for many pipelines, at each of their items. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hostBackend } from '@heddle/backend-host'
import { getDefaultBackend, np, setDefaultBackend, Tensor, tree } from '@heddle/func'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { concat, DataError, type Dataset, fromArrays, fromItems, fromIterable, lines, records } from '../src'
import { permute } from '../src/data/permutation'
import { file } from '../src/node'

setDefaultBackend(hostBackend())

const plain = (value: unknown): unknown =>
  tree.map((x: unknown) => (x instanceof Tensor ? Array.from(x.dataSync() as Float32Array) : x), value)
const list = async <T>(data: AsyncIterable<T>, most = 1000): Promise<unknown[]> => {
  const out: unknown[] = []
  for await (const x of data) if (out.push(plain(x)) >= most) break
  return out
}
const text = Array.from({ length: 23 }, (_, i) => `line ${i} ${[...'ä€😀'].slice(0, i % 4).join('')}`).join('\r\n')
const path = join(mkdtempSync(join(tmpdir(), 'train-data-')), 'a.txt')
writeFileSync(path, text)
const bytes = new TextEncoder().encode(text)
/** In pieces that cut lines and characters. */
const pieces = async function* (from: number): AsyncGenerator<Uint8Array> {
  for (let at = from; at < bytes.length; at += 7) {
    await Promise.resolve()
    yield bytes.subarray(at, at + 7)
  }
}
const rows = {
  x: { data: Float32Array.from({ length: 46 }, (_, i) => i), shape: [23, 2] },
  y: Int32Array.from({ length: 23 }, (_, i) => i),
}
const numbers = Array.from({ length: 23 }, (_, i) => i)
const generate = function* (): Generator<number> {
  yield* numbers
}

const sources: readonly (readonly [string, () => Dataset<unknown>])[] = [
  ['arrays', () => fromArrays(rows)],
  ['items', () => fromItems(numbers)],
  ['a generator', () => fromIterable(generate)],
  [
    'what seeks',
    () =>
      fromIterable(async function* (start: number) {
        yield* numbers.slice(start)
      }),
  ],
  ['a file', () => lines(file(path))],
  ['pieces of bytes', () => lines((from: number) => pieces(from))],
  ['bytes that begin anew', () => lines(() => pieces(0))],
  ['a blob', () => lines(new Blob([text]))],
  ['records', () => records((from: number) => pieces(from), 4, { header: bytes.length % 4 })],
  ['several', () => concat([fromItems(['a', 'b']), lines(file(path)), fromItems(['c'])])],
]
const chains: readonly (readonly [string, (d: Dataset<unknown>) => Dataset<unknown>])[] = [
  ['as they are', (d) => d],
  ['shuffled by windows, three epochs', (d) => d.shuffle(3, { window: 5 }).repeat(3)],
  ['epochs that are shuffled by windows', (d) => d.repeat(2).shuffle(1, { window: 9 })],
  ['batches in epochs', (d) => d.shuffle(0, { window: 30 }).batch(4).repeat(2)],
  [
    'epochs in batches, some of them, ahead',
    (d) => d.shuffle(7, { window: 6 }).repeat(3).batch(5, { dropRemainder: true }).take(9).prefetch(3),
  ],
  [
    'mapped, without the first',
    (d) =>
      d
        .map((x, i) => ({ x, i }))
        .skip(3)
        .repeat(2)
        .map(async (x) => x)
        .batch(4),
  ],
]
describe.each(sources)('a position in %s', (_, make) => {
  it.each(chains)('%s', async (_, chain) => {
    const data = chain(make())
    const all = await list(data)
    expect(all.length).toBeGreaterThan(3)
    if (data.length !== undefined) expect(all).toHaveLength(data.length)
    const iterator = data.iterator()
    for (let k = 0; k <= all.length; k++) {
      if (k % 5 === 0 || k === all.length) {
        const position = JSON.parse(JSON.stringify(iterator.position())) as ReturnType<typeof iterator.position>
        expect(await list(chain(make()).iterator(position))).toEqual(all.slice(k))
      }
      await iterator.next()
    }
  })
})
describe('the order', () => {
  it('is a permutation of a seed, the same everywhere, another one in each epoch', async () => {
    const items = [...fromItems(numbers).shuffle(42).repeat(2)]
    const [first, second] = [items.slice(0, 23), items.slice(23)]
    expect([...first].sort((a, b) => a - b)).toEqual(numbers)
    expect([...second].sort((a, b) => a - b)).toEqual(numbers)
    expect(first).not.toEqual(second)
    // as every platform has it
    expect(first).toMatchInlineSnapshot(`
      [
        18,
        14,
        13,
        15,
        19,
        17,
        10,
        6,
        16,
        5,
        20,
        4,
        21,
        22,
        1,
        2,
        12,
        3,
        0,
        11,
        8,
        7,
        9,
      ]
    `)
    expect([...fromItems(numbers).shuffle(42)]).toEqual(first)
    expect([...fromItems(numbers).shuffle(43)]).not.toEqual(first)
    expect(await list(fromArrays(rows.y).shuffle(42))).toEqual(first.map((i) => [i]))
  })
  it('is as likely as any other', () => {
    const seen = new Map<string, number>()
    for (let seed = 0; seed < 2400; seed++) {
      const items = [0, 1, 2, 3]
      permute(items, seed, 0, 0)
      seen.set(items.join(''), (seen.get(items.join('')) ?? 0) + 1)
    }
    expect(seen.size).toBe(24)
    // 100 each are expected, with a deviation of 10
    expect(Math.max(...seen.values())).toBeLessThan(150)
    expect(Math.min(...seen.values())).toBeGreaterThan(55)
  })
})
describe('batches', () => {
  it('of arrays have their types, dtypes and shapes', () => {
    const [batch, ...rest] = [...fromArrays({ ...rows, z: np.ones([23, 2, 3], 'int8'), flag: np.less(np.arange(23), 9) }).batch(10)]
    expectTypeOf(batch!.x).toEqualTypeOf<Tensor>()
    expect(tree.map((x: Tensor) => `${x.dtype} ${x.shape.join()}`, batch)).toEqual({
      x: 'float32 10,2',
      y: 'int32 10',
      z: 'int8 10,2,3',
      flag: 'bool 10',
    })
    expect(rest.map((b) => b.y.shape)).toEqual([[10], [3]])
    expect(plain(rest[1]!.x)).toEqual([40, 41, 42, 43, 44, 45])
  })
  it('are filled, with a mask', () => {
    const batches = [...fromArrays(rows).batch(10, { padRemainder: true })]
    expect(batches.map((b) => [b.y.shape[0], np.sum(np.astype(b.mask, 'int32')).item()])).toEqual([
      [10, 10],
      [10, 10],
      [10, 3],
    ])
    expect(plain(batches[2]!.y)).toEqual([20, 21, 22, ...Array.from({ length: 7 }, () => 22)])
  })
  it('are stacked of what a function made', () => {
    const [batch] = [
      ...fromItems(['a', 'bc'])
        .map((s) => ({ s, n: s.length, ok: s === 'a', codes: Uint8Array.of(s.length, 9), t: np.full([2], s.length) }))
        .batch(2),
    ]
    expectTypeOf(batch!.s).toEqualTypeOf<readonly string[]>()
    expect(plain(batch)).toEqual({ s: ['a', 'bc'], n: [1, 2], ok: [1, 0], codes: [1, 9, 2, 9], t: [1, 1, 2, 2] })
    expect([batch!.n.dtype, batch!.ok.dtype, batch!.codes.dtype, batch!.t.shape]).toEqual(['float32', 'bool', 'uint8', [2, 2]])
  })
  it('number items through epochs', () =>
    expect([
      ...fromItems(['a', 'b'])
        .map((x, i) => x + i)
        .repeat(3),
    ]).toEqual(['a0', 'b1', 'a2', 'b3', 'a4', 'b5']))
})
describe('reading ahead', () => {
  it('is in order, stops at the end, and lets go of what was not used', async () => {
    const made: number[] = []
    const data = fromItems(numbers).map(async (n) => {
      made.push(n)
      await new Promise((r) => setTimeout(r, (n * 7) % 3))
      return np.array([n])
    })
    expect(await list(data.prefetch(4))).toEqual(numbers.map((n) => [n]))
    made.length = 0
    const { buffers } = getDefaultBackend().storage.memory()
    const iterator = data.prefetch(4).iterator()
    const [a, b] = await Promise.all([iterator.next(), iterator.next()])
    expect([plain(a.value), plain(b.value)]).toEqual([[0], [1]])
    await new Promise((r) => setTimeout(r, 50))
    expect(made).toHaveLength(6)
    await iterator.return()
    expect(await iterator.next()).toEqual({ done: true, value: undefined })
    a.value!.dispose()
    b.value!.dispose()
    expect(getDefaultBackend().storage.memory().buffers).toBe(buffers)
  })
  it('tells an error where it happened', async () => {
    const iterator = fromItems(numbers)
      .map((n) => {
        if (n === 2) throw new RangeError('two')
        return n
      })
      .prefetch(4)
      .iterator()
    expect([(await iterator.next()).value, (await iterator.next()).value]).toEqual([0, 1])
    await expect(iterator.next()).rejects.toThrow('two')
  })
})
describe('an address', () => {
  it.each([true, false])('is read by fetch, by a range or from the start (ranges: %s)', async (ranges) => {
    const asked: (string | undefined)[] = []
    const original = globalThis.fetch
    globalThis.fetch = async (_, init) => {
      const range = new Headers(init?.headers).get('range') ?? undefined
      asked.push(range)
      const from = ranges ? Number(/=(\d+)-/.exec(range ?? '')?.[1] ?? 0) : 0
      return new Response(bytes.slice(from), { status: range !== undefined && ranges ? 206 : 200 })
    }
    try {
      const data = lines('https://example.test/a.txt')
      const iterator = data.iterator()
      for (let i = 0; i < 4; i++) await iterator.next()
      const position = iterator.position()
      await iterator.return()
      expect(await list(data.iterator(position))).toEqual(text.split('\r\n').slice(4))
      expect(asked).toEqual([undefined, `bytes=${position.at as number}-`])
      globalThis.fetch = async () => new Response('', { status: 404, statusText: 'Not Found' })
      await expect(list(data)).rejects.toThrow(/answers 404 Not Found/)
    } finally {
      globalThis.fetch = original
    }
  })
})
describe('what does not fit is refused', () => {
  it.each<[string, () => unknown, RegExp]>([
    ['lengths that differ', () => fromArrays({ x: np.ones([3, 2]), y: new Int32Array(4) }), /\.x has 3 rows, \.y has 4/],
    ['a list of numbers', () => fromArrays({ x: [1, 2] }), /np\.array\(list\) makes a tensor/],
    ['a scalar', () => fromArrays({ x: np.array(1) }), /\.x is a scalar/],
    ['a shape for other data', () => fromArrays({ data: new Float32Array(5), shape: [2, 2] }), /does not fit 5 numbers/],
    ['nothing', () => fromArrays({}), /expected arrays/],
    ['shuffling without an end', () => fromItems(numbers).repeat().shuffle(0), /without end/],
    ['shuffling what has no length', () => lines(file(path)).shuffle(0), /not known.*window/],
    ['a key for a seed', () => fromItems(numbers).shuffle({} as never), /a seed is a number/],
    [
      'a position of other data',
      () => fromItems(numbers).iterator(fromItems([1]).iterator().position()),
      /items\(1\), these data are items\(23\)/,
    ],
    [
      'a position of another order',
      () => fromItems(numbers).shuffle(1).iterator(fromItems(numbers).shuffle(2).iterator().position()),
      /shuffle\(2\)/,
    ],
    [
      'what is no position',
      () =>
        fromItems(numbers)
          .shuffle(1)
          .iterator({ data: 'items(23).shuffle(1)', at: { taken: -1 } }),
      /no position/,
    ],
    ['a sync loop over a file', () => [...lines(file(path))], /for await/],
    ['rows of other shapes', () => [...fromItems([np.ones([2]), np.ones([3])]).batch(2)], /\[2\], of number 1 float32 \[3\]/],
    ['a mask beside nothing', () => [...fromItems([1, 2]).batch(3, { padRemainder: true })], /expected an object/],
    ['no list', () => fromItems('ab' as never), /expected a list/],
  ])('%s', (_, run, message) => expect(run).toThrow(message))
  it('reading twice what can be read once, and half a record', async () => {
    const once = fromIterable(generate())
    expect(await list(once)).toHaveLength(23)
    await expect(async () => list(once)).rejects.toThrow(/give a function/)
    const stream = lines(new Blob([text]).stream())
    expect(await list(stream)).toHaveLength(23)
    await expect(list(stream)).rejects.toThrow(DataError)
    await expect(list(records(new Blob(['abcde']), 2))).rejects.toThrow(/the last has 1 of 2 bytes/)
    await expect(list(lines(file('/there/is/none')))).rejects.toThrow(/ENOENT/)
  })
})
