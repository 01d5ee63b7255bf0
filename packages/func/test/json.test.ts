/** Tensors out of the program: JSON, structuredClone and messages between threads, copies by spreading. */
import { hostBackend } from '@heddle/backend-host'
import { serialize } from 'node:v8'
import { MessageChannel } from 'node:worker_threads'
import { beforeAll, describe, expect, it } from 'vitest'
import { grad, jit, np, random, setDefaultBackend, type Tensor } from '../src/index'

beforeAll(() => setDefaultBackend(hostBackend()))

describe('JSON.stringify', () => {
  it('writes the numbers, nested as the tensor is, wherever it stands', () => {
    const variables = { params: { Dense_0: { kernel: np.array([[1, 2.5]]).add(1), bias: np.zeros([0]) } }, step: np.array(3) }
    const text = JSON.stringify(variables)
    expect(text).toBe('{"params":{"Dense_0":{"kernel":[[2,3.5]],"bias":[]}},"step":3}')
    expect(np.array(JSON.parse(text).params.Dense_0.kernel).toArray()).toEqual([[2, 3.5]])
  })
  it.each([
    [np.array([1, 0], { dtype: 'bool' }), '[true,false]'],
    [np.array([1.5, -2], { dtype: 'bfloat16' }), '[1.5,-2]'],
    [np.array([1n, -(2n ** 60n)], { dtype: 'int64' }), '[1,"-1152921504606846976"]'],
    [np.array([NaN, Infinity, -Infinity, -1]), '["NaN","Infinity","-Infinity",-1]'],
    [random.key(5), '[0,5]'],
  ] as const)('loses nothing: %s', (x, want) => {
    expect(JSON.stringify(x)).toBe(want)
  })
  it('of a value that is not known, or would drop a derivative, is an error', () => {
    const text = (x: Tensor): Tensor => (JSON.stringify({ x }), x)
    expect(() => jit(text)(np.array(1))).toThrow(/JSON.stringify: this tensor of type/)
    expect(() => grad(text)(np.array(1))).toThrow(/JSON.stringify/)
  })
})
describe('structuredClone, postMessage and v8.serialize', () => {
  it.each([
    ['structuredClone', (x: unknown) => structuredClone(x)],
    ['postMessage', (x: unknown) => new MessageChannel().port1.postMessage(x)],
    ['v8.serialize', (x: unknown) => serialize(x)],
  ])('%s names the tensor and the remedy', (_, copy) => {
    const x = np.array([1, 2]).add(1)
    for (const value of [x, { params: { x } }, [np.array(1)]])
      expect(() => copy(value)).toThrow(/a tensor, whose memory is not cloned: send `await x\.hostArray\(\)`/)
  })
  it('of what the remedy gives works', async () => {
    const x = np.array([[1, 2]]).add(1)
    const { shape, dtype, data } = structuredClone(await x.hostArray())
    expect(np.array(data, { dtype }).reshape(shape).toArray()).toEqual([[2, 3]])
  })
})
describe('a copy by spreading', () => {
  it('is no tensor, and says so', () => {
    const x = np.array([1, 2])
    for (const copy of [{ ...x }, Object.assign({}, x)] as unknown as Tensor[]) {
      expect(() => np.add(copy, 1)).toThrow(/add/)
      expect(() => jit((y: Tensor) => y)(copy)).toThrow(/jit: argument 0/)
    }
  })
})
