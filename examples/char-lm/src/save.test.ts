import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hostBackend } from '@heddle/backend-host'
import { np, random, setDefaultBackend, type Tensor, tree } from '@heddle/func'
import { encode } from '@msgpack/msgpack'
import { describe, expect, it } from 'vitest'
import { UserError } from '@heddle/example-program'
import { checkWritable, readRun, restoreState, saveRun } from './save'

it('a saved run is read as it was', async () => {
  setDefaultBackend(hostBackend())
  const state = { params: { w: random.normal(random.key(0), [7, 5]), b: [np.array([1, 2, 3])] }, count: np.array(3, { dtype: 'int32' }) }
  const file = join(mkdtempSync(join(tmpdir(), 'char-lm-')), 'run.msgpack')
  await saveRun(file, { settings: { hidden: 1, layers: 1 }, vocabulary: ['a'], step: 3, losses: [[1, 2]], state })
  const saved = readRun(file)
  expect(saved.step).toBe(3)
  const restored = restoreState(file, saved.state, state)
  tree.leaves(state).forEach((x, i) => {
    const y = tree.leaves(restored)[i] as Tensor
    expect([y.shape, y.dtype, Array.from(y.dataSync() as Float32Array)]).toEqual([
      (x as Tensor).shape,
      (x as Tensor).dtype,
      Array.from((x as Tensor).dataSync() as Float32Array),
    ])
  })
  expect(() => restoreState(file, saved.state, { params: { w: np.zeros([2]) } })).toThrow(/is \[7,5\] there and \[2\] in this model/)
})

describe('a file that is none', () => {
  const folder = mkdtempSync(join(tmpdir(), 'char-lm-'))
  const written = (bytes: Uint8Array): string => {
    const file = join(folder, 'hostile.msgpack')
    writeFileSync(file, bytes)
    return file
  }
  const run = { format: 'heddle/char-lm', vocabulary: ['a'], step: 1, losses: [], state: {} }
  const deep = new Uint8Array(200_000).fill(0x91)
  it.each<[string, Uint8Array]>([
    ['an array of 2^32 elements', Uint8Array.from([0xdd, 0xff, 0xff, 0xff, 0xff, 0])],
    ['a map of 2^32 entries', Uint8Array.from([0xdf, 0xff, 0xff, 0xff, 0xff, 0])],
    ['text of 2^32 bytes', Uint8Array.from([0xdb, 0xff, 0xff, 0xff, 0xff, 0])],
    ['arrays in arrays, 200,000 deep', deep],
    ['an extension of 2^32 bytes', Uint8Array.from([0xc9, 0xff, 0xff, 0xff, 0xff, 1])],
    ['a tensor with few bytes', Uint8Array.from([0xc7, 13, 1, 0x93, 0x91, 0x7f, 0xa7, ...new TextEncoder().encode('float32'), 0xc4, 0])],
    ['a model larger than the file', encode({ ...run, settings: { hidden: 100_000, layers: 1 } })],
    ['a model without end', encode({ ...run, settings: { hidden: 1, layers: 1e15 } })],
    ['no settings', encode(run)],
    ['losses that are none', encode({ ...run, settings: { hidden: 1, layers: 1 }, losses: [['a', 1]] })],
    ['nothing', new Uint8Array(0)],
  ])('%s: one line, at once', (_, bytes) => {
    const began = performance.now()
    expect(() => readRun(written(bytes))).toThrow(UserError)
    expect(performance.now() - began).toBeLessThan(2000)
  })
  it('a folder, and a place that can not be written', () => {
    expect(() => readRun(folder)).toThrow(/it is no file/)
    const file = written(Uint8Array.from([1]))
    expect(() => checkWritable(join(file, 'below', 'x.msgpack'))).toThrow(UserError)
    expect(() => checkWritable(folder)).toThrow(/it is a folder/)
    checkWritable(join(folder, 'new', 'x.msgpack'))
    expect(readdirSync(join(folder, 'new'))).toEqual([])
  })
})
