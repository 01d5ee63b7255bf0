/** Files of Flax: read, written back to the byte, restored into trees; and ours, read by Flax where it is there. */
import '@heddle/backend-tfjs/auto'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Partitioned } from '@heddle/core'
import { evalShape, np, random, type Tensor, tree } from '@heddle/func'
import * as optim from '@heddle/optim'
import { describe, expect, test } from 'vitest'
import {
  CheckpointError,
  fromBytes,
  fromStateDict,
  msgpackRestore,
  msgpackSerialize,
  saveNpy,
  saveNpz,
  toBytes,
  toStateDict,
} from '../src/index'

const data = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(`data/${name}`, import.meta.url)))
const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'))
const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.from(a).equals(Buffer.from(b))
type Dict = Readonly<Record<string, Tensor>>

describe('a file of Flax is written back to the byte', () => {
  test.each(['values', 'sorted', 'params'])('%s', async (name) => {
    const bytes = data(`${name}.msgpack`)
    const back = await msgpackSerialize(msgpackRestore(bytes))
    expect(same(back, bytes)).toBe(true)
    // also by way of a target, and of another state dict
    const restored = msgpackRestore(bytes)
    if (name === 'params') expect(same(await toBytes(fromBytes(restored, bytes)), bytes)).toBe(true)
  })
  test('arrays in pieces', async () => {
    const bytes = data('chunked.msgpack')
    const state = msgpackRestore(bytes) as { readonly a: Tensor; readonly b: Tensor; readonly c: Dict }
    expect([state.a.shape, state.b.shape, state.c.d!.shape]).toEqual([[10], [4, 6], [11]])
    expect((await state.b.data())[23]).toBe(23)
    expect(same(await msgpackSerialize(state, { maxChunkSize: 40 }), bytes)).toBe(true)
  })
})
test('values are what they were', async () => {
  const values = msgpackRestore(data('values.msgpack')) as Readonly<Record<string, unknown>>
  expect(values).toMatchObject({
    zeta: 1,
    none: null,
    true: true,
    text: 'naïve 🧵',
    floats: [1, 0.5, -0, Infinity, 1e300],
    whole: 3,
    10: 'after nine',
  })
  expect(values.ints).toEqual([0, 127, 128, 255, 256, 65535, 65536, 2 ** 31, 2 ** 32, 2n ** 53n + 1n, 2n ** 63n - 1n, 2n ** 64n - 1n])
  expect(values.negative).toEqual([-1, -32, -33, -128, -129, -32768, -32769, -(2 ** 31), -(2 ** 31) - 1, -(2n ** 63n)])
  const arrays = values.arrays as Dict
  for (const [dtype, x] of Object.entries(arrays)) {
    expect([x.dtype, x.shape]).toEqual([dtype, [2, 2]])
    expect(Array.from(await x.data(), Number)).toEqual(dtype === 'bool' ? [0, 1, 1, 1] : [0, 1, 2, 3])
  }
  expect(Array.from(await (values.big as Tensor).data<'int64'>())).toEqual([-(2n ** 63n), 2n ** 63n - 1n, 2n ** 53n + 1n])
  expect((values.int64 as Tensor).item()).toBe(2n ** 60n + 1n)
  // a legacy key of JAX is one of ours
  expect(Array.from(await (values.key as Tensor).data())).toEqual(Array.from(await random.key(7).data()))
})
test('what heddle has not is refused by its name and place', () => {
  const refused = (name: string): CheckpointError => {
    try {
      msgpackRestore(data(name))
    } catch (e) {
      if (e instanceof CheckpointError) return e
    }
    throw new Error(`${name} was read`)
  }
  expect(refused('complex.msgpack').message).toBe(
    'msgpackRestore at .a.b: it is of dtype complex64, and heddle has no complex numbers; save its real and imaginary parts',
  )
  expect(refused('complex_scalar.msgpack').message).toMatch(/at \.a\["0"\]: it is a complex number/)
  expect(refused('float8.msgpack').message).toMatch(/at \.a: it is of dtype "float8_e4m3fn", which heddle has not/)
})

const params = { Dense_0: { kernel: np.zeros([2, 3]), bias: np.zeros([3]) }, scale: np.zeros([], 'bfloat16') }
const optimizers: Readonly<Record<string, optim.GradientTransformation>> = {
  sgd: optim.sgd(0.1, { momentum: 0.9, nesterov: true }),
  adam: optim.adam(1e-2),
  adamw: optim.chain(optim.clipByGlobalNorm(1), optim.adamw(1e-2)),
  schedule: optim.adam(optim.cosineDecaySchedule(1e-2, 100)),
  rmsprop: optim.rmsprop(1e-2, { momentum: 0.9, centered: true }),
  adagrad: optim.adagrad(1e-2),
  lamb: optim.lamb(1e-2),
  lion: optim.lion(1e-2),
  amsgrad: optim.amsgrad(1e-2),
  multi_steps: optim.multiSteps(optim.adam(1e-2), 2),
  apply_if_finite: optim.applyIfFinite(optim.adam(1e-2), 3),
  ema: optim.ema(0.9),
  masked: optim.masked(optim.adam(1e-2), { Dense_0: true, scale: false }),
  partition: optim.partition({ a: optim.adam(1e-2), b: optim.sgd(1e-2) }, { Dense_0: 'a', scale: 'b' }),
}
describe('states of optax are states of optim', () => {
  const files = JSON.parse(readFileSync(new URL('data/optimizers.json', import.meta.url), 'utf8')) as Readonly<Record<string, string>>
  test.each(Object.keys(files))('%s', async (name) => {
    const bytes = hex(files[name]!)
    const state = fromBytes(optimizers[name]!.init(params), bytes)
    // optax's also has the state of a rule that skips updates, `()` without one
    if (name === 'multi_steps')
      expect(Object.keys(msgpackRestore(bytes) as object)).toEqual([...Object.keys(state as object), 'skip_state'])
    expect(tree.structure(state).numLeaves).toBe(tree.structure(msgpackRestore(bytes)).numLeaves)
    // and what a mask hides is null here
    if (!['multi_steps', 'masked', 'partition'].includes(name)) expect(same(await toBytes(state), bytes)).toBe(true)
  })
})

describe('into a target', () => {
  const file = (): Uint8Array => data('params.msgpack')
  const wrong = (target: unknown, options?: object): CheckpointError => {
    try {
      fromBytes(target, file(), options)
    } catch (e) {
      if (e instanceof CheckpointError) return e
      throw e
    }
    throw new Error('it was restored')
  }
  test('types may stand for tensors', () => {
    const types = evalShape(() => params)
    const restored: unknown = fromBytes(types as unknown, file())
    expect((restored as typeof params).Dense_0.kernel.toArray()).toEqual([
      [0, 0.125, 0.25],
      [0.375, 0.5, 0.625],
    ])
  })
  test('the first difference is told, and the target is as it was', () => {
    const target = { ...params, Dense_0: { kernel: np.zeros([3, 3]), bias: np.zeros([4]) } }
    const before = target.Dense_0.kernel
    const e = wrong(target)
    expect(e.detail).toMatchObject({ fault: 'mismatch', path: ['Dense_0', 'kernel'] })
    expect(e.message).toBe('fromBytes at .Dense_0.kernel: the saved array is float32[2,3], and the target has float32[3,3] here')
    expect(target.Dense_0.kernel).toBe(before)
    expect(wrong({ ...params, Dense_1: params.Dense_0 }).message).toBe(
      'fromBytes: the target has "Dense_1" here, which the saved tree has not: is Dense_0 meant?',
    )
    expect(wrong({ ...params, Dense_0: [1, 2] }).message).toMatch(/at \.Dense_0\[0\]|at \.Dense_0: /)
    expect(wrong({ ...params, scale: np.zeros([]) }).message).toMatch(/bfloat16\[\].*float32\[\].*cast: true/)
    expect(wrong({ ...params, scale: null }).message).toMatch(/at \.scale: the target has null here/)
  })
  test('dtypes are converted where that is asked for', () => {
    const { scale } = fromBytes({ scale: np.zeros([]) }, file(), { cast: true })
    expect([scale.dtype, scale.item()]).toEqual(['float32', 1])
  })
  test('lists, boxes, records, functions with a tree, numbers', async () => {
    const target = {
      list: [np.zeros([2]), [np.zeros([])]],
      box: new Partitioned(np.zeros([2, 2]), ['in', null]),
      partial: tree.partial((w: Tensor, x: Tensor) => w.mul(x), np.zeros([2])),
      step: 0,
      big: 0n,
      on: false,
      name: '',
      nothing: null,
      absent: undefined,
      count: np.zeros([], 'int32'),
    }
    const source = {
      ...target,
      list: [np.ones([2]), [np.ones([])]],
      box: target.box.replaceBoxed(np.ones([2, 2])),
      partial: tree.partial((w: Tensor, x: Tensor) => w.mul(x), np.ones([2])),
      step: 7,
      big: 2n ** 62n,
      on: true,
      name: 'run',
      count: 3,
    }
    const dict = toStateDict(source) as Readonly<Record<string, unknown>>
    expect(Object.keys(dict.box as object)).toEqual(['value'])
    expect(dict.list).toMatchObject({ 0: {}, 1: { 0: {} } })
    expect(dict.partial).toMatchObject({ args: { 0: {} }, keywords: {} })
    expect(dict).not.toHaveProperty('absent')
    const restored = fromBytes(target, await toBytes(source))
    expect(restored).toMatchObject({ step: 7, big: 2n ** 62n, on: true, name: 'run', nothing: null })
    expect(restored.box.names).toEqual(['in', null])
    expect(restored.box.value.toArray()).toEqual([
      [1, 1],
      [1, 1],
    ])
    expect([restored.count.dtype, restored.count.item()]).toEqual(['int32', 3])
    expect(restored.partial(np.full([2], 5)).toArray()).toEqual([5, 5])
    expect(() => fromStateDict({ box: target.box }, { box: { value: np.ones([2, 2]), names: 'x' } })).toThrow(
      /has "names" here, and a Partitioned has no such field/,
    )
  })
  test('what can not be saved has its place', () => {
    expect(() => toStateDict({ a: [new Date()] })).toThrow(
      "toStateDict at .a[0]: a Date can't be saved; make its class a node of trees by registerNode, or save a plain object",
    )
    expect(() => toStateDict({ a: new Float32Array(2) })).toThrow(/np\.array/)
    expect(() => toStateDict({ a: () => 1 })).toThrow(/can't be saved/)
    expect(() => toStateDict({ a: 2n ** 70n })).toThrow(/64 bits/)
    const cyclic: Record<string, unknown> = {}
    cyclic.self = cyclic
    expect(() => toStateDict(cyclic)).toThrow(/holds itself/)
  })
})

const python = process.env.HEDDLE_PYTHON ?? ''
const generator = fileURLToPath(new URL('../../../goldens/generators/checkpoint_files.py', import.meta.url))
describe.skipIf(!existsSync(python))('ours are read by Flax and NumPy (HEDDLE_PYTHON names a Python that has them)', () => {
  test('each file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'heddle-flax-'))
    const values = {
      f32: np.array([1.5, -2], { dtype: 'float32' }),
      bf16: np.array([1.5, -2], { dtype: 'bfloat16' }),
      f16: np.array([[1.5], [-2]], { dtype: 'float16' }),
      i64: np.array([2n ** 60n + 1n], { dtype: 'int64' }),
      u64: np.array([2n ** 63n], { dtype: 'uint64' }),
      flag: np.array([true, false]),
      scalar: np.array(3),
      numbers: { int: 7, big: 2 ** 40, least: -(2n ** 63n), float: 0.5, yes: true, none: null, text: 'ä' },
    }
    const put = (name: string, bytes: Uint8Array): string => {
      writeFileSync(join(folder, name), bytes)
      return join(folder, name)
    }
    const x = np.arange(6, { dtype: 'int16' }).reshape([2, 3])
    const files = [
      put('a.msgpack', await toBytes(values)),
      put('b.msgpack', await toBytes({ w: np.arange(20, { dtype: 'float32' }) }, { maxChunkSize: 16 })),
      put('c.npy', await saveNpy(x)),
      put('d.npz', await saveNpz({ x, y: np.ones([2]) })),
      put('e.npz', await saveNpz({ x, y: np.ones([2]) }, { compressed: true })),
    ]
    const said = execFileSync(python, [generator, 'read', ...files], { encoding: 'utf8', env: { ...process.env, JAX_PLATFORMS: 'cpu' } })
    const [a, b, c, d, e] = JSON.parse(said) as readonly unknown[]
    const [read, equal] = a as readonly [Readonly<Record<string, unknown>>, boolean]
    expect(equal).toBe(true)
    expect(read).toEqual({
      f32: [true, 'float32', [2], '0000c03f000000c0'],
      bf16: [true, 'bfloat16', [2], 'c03f00c0'],
      f16: [true, 'float16', [2, 1], '003e00c0'],
      i64: [true, 'int64', [1], '0100000000000010'],
      u64: [true, 'uint64', [1], '0000000000000080'],
      flag: [true, 'bool', [2], '0100'],
      scalar: [true, values.scalar.dtype, [], values.scalar.dtype === 'int32' ? '03000000' : '00004040'],
      numbers: { int: '7', big: String(2 ** 40), least: String(-(2n ** 63n)), float: '0.5', yes: true, none: null, text: 'ä' },
    })
    expect((b as readonly { w: readonly unknown[] }[])[0]!.w.slice(0, 3)).toEqual([true, 'float32', [20]])
    const array = [true, 'int16', [2, 3], '000001000200030004000500']
    expect(c).toEqual(array)
    const ones = [true, 'float32', [2], '0000803f0000803f']
    expect(d).toEqual({ x: array, y: ones })
    expect(e).toEqual({ x: array, y: ones })
  })
})
