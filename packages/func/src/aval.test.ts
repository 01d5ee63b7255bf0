/** Shapes and axes are taken by value: an array used again for something else changes no tensor and no program made before. */
import { hostBackend } from '@heddle/backend-host'
import { beforeEach, describe, expect, it } from 'vitest'
import { ConcreteTensor, evalShape, jit, lax, makeJaxpr, nn, np, printJaxpr, random, setDefaultBackend, type Tensor } from './index'

beforeEach(() => setDefaultBackend(hostBackend()))
const x = (): Tensor => np.arange(6).reshape([2, 3])

const makers: Readonly<Record<string, (shape: number[]) => Tensor>> = {
  zeros: (s) => np.zeros(s),
  ones: (s) => np.ones(s),
  full: (s) => np.full(s, 7),
  'full of a tensor': (s) => np.full(s, np.array(7)),
  empty: (s) => np.empty(s),
  zerosLike: (s) => np.zerosLike({ shape: s, dtype: 'float32' }),
  'onesLike with a shape': (s) => np.onesLike(x(), { shape: s }),
  reshape: (s) => x().reshape(s),
  'np.reshape': (s) => np.reshape(x(), s),
  'lax.reshape': (s) => lax.reshape(x(), s),
  broadcastTo: (s) => np.broadcastTo(np.arange(3), s),
  'lax.broadcastInDim': (s) => lax.broadcastInDim(np.arange(3), s, [1]),
  'lax.full': (s) => lax.full(s, 1),
  'lax.broadcastedIota': (s) => lax.broadcastedIota('int32', s, 1),
  'lax.dynamicSlice': (s) => lax.dynamicSlice(np.zeros([4, 4]), [1, 1], s),
  'lax.slice': (s) => lax.slice(np.zeros([4, 4]), [0, 0], s),
  normal: (s) => random.normal(random.key(0), s),
  bits: (s) => random.bits(random.key(0), s),
  initializers: (s) => nn.initializers.lecunNormal()(random.key(0), s),
  'constant initializers': (s) => nn.initializers.ones(random.key(0), s),
  'host data': (s) => ConcreteTensor.ofHost({ shape: s, dtype: 'float32', data: new Float32Array(6) }),
  evalShape: (s) => evalShape((y: Tensor) => y, { shape: s, dtype: 'float32' } as never) as unknown as Tensor,
}
describe('a shape', () => {
  it.each(Object.entries(makers))('of %s is not the caller’s array', (_, make) => {
    const shape = [2, 3]
    const made = make(shape)
    shape[0] = 40
    shape.push(5)
    expect(made.shape).toEqual([2, 3])
    if (made instanceof ConcreteTensor) expect(np.add(made, 1).sum().item()).not.toBeNaN()
  })
  it.each(Object.entries(makers))('of %s can not be written to', (_, make) => {
    const made = make([2, 3])
    expect(() => void ((made.shape as number[])[0] = 5)).toThrow(TypeError)
    expect(() => (made.shape as number[]).reverse()).toThrow(TypeError)
    expect(made.shape).toEqual([2, 3])
  })
  it('of a traced tensor neither', () => {
    jit((y: Tensor) => {
      expect(() => (y.shape as number[]).push(1)).toThrow(TypeError)
      expect(() => (y.add(1).shape as number[]).push(1)).toThrow(TypeError)
      return y
    })(x())
  })
})
describe('a program', () => {
  const lists: Readonly<Record<string, (y: Tensor, list: number[]) => Tensor>> = {
    'transpose twice': (y, list) => y.transpose(list),
    'lax.transpose': (y, list) => lax.transpose(y, list),
    'sum over axes': (y, list) => y.sum(list),
    'lax.rev': (y, list) => lax.rev(y, list),
    'lax.broadcast': (y, list) => lax.broadcast(y, list),
    'lax.pad': (y, list) => lax.pad(y, 0, [list as unknown as [number, number, number], [0, 0, 0]]),
  }
  it.each(Object.entries(lists))('keeps what %s was given', (name, f) => {
    const list = name === 'lax.pad' ? [1, 0, 0] : [1, 0]
    const build = (y: Tensor): Tensor => {
      const out = f(y, list)
      list.reverse()
      return out
    }
    const before = printJaxpr(makeJaxpr((y: Tensor) => f(y, [...list]))(x()))
    expect(printJaxpr(makeJaxpr(build)(x()))).toBe(before)
  })
})
it('typed arrays are copied', () => {
  const data = Float32Array.of(1, 2)
  const [made, alike] = [np.array(data), np.asarray(data)]
  const sum = np.add(data, 0)
  data[0] = 9
  expect([made, alike, sum].map((t) => t.toArray())).toEqual([
    [1, 2],
    [1, 2],
    [1, 2],
  ])
})
it('what is read is a copy', async () => {
  for (const made of [np.array([1, 2]), np.array([1, 2]).add(0)]) {
    ;(made.dataSync() as Float32Array)[0] = 9
    ;((await made.data()) as Float32Array)[0] = 9
    ;((await made.hostArray()).data as Float32Array)[0] = 9
    expect(made.toArray()).toEqual([1, 2])
  }
})
