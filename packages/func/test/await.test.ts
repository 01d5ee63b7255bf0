// A forgotten await: a promise as operand, argument, carry, key, shape or backend is named as one.
import { hostBackend } from '@heddle/backend-host'
import { expect, test } from 'vitest'
import { devicePut, grad, jit, lax, np, random, setDefaultBackend, type Tensor, valueAndGrad, vjp, vmap, withBackend } from '../src/index'

const backend = hostBackend()
setDefaultBackend(backend)
const x = np.array([1, 2])
const later = <T>(value: unknown = x): T => Promise.resolve(value) as T

test.each<[string, () => unknown]>([
  ['np.add', () => np.add(x, later())],
  ['a method', () => x.add(later<Tensor>())],
  ['np.array', () => np.array(later())],
  ['np.array of a list', () => np.array([later()])],
  ['np.stack', () => np.stack([x, later()])],
  ['np.matmul', () => np.matmul(x, later())],
  ['np.sum', () => np.sum(later())],
  ['np.where', () => np.where(later(), x, x)],
  ['np.ones', () => np.ones(later())],
  ['an index', () => x.at(later<number>())],
  ['jit', () => jit((y: Tensor) => y.add(1))(later())],
  ['jit, in an object', () => jit(({ y }: { y: Tensor }) => y.add(1))({ y: later() })],
  ['grad', () => grad((y: Tensor) => y.sum())(later<Tensor>())],
  ['valueAndGrad', () => valueAndGrad((y: Tensor) => y.sum())(later<Tensor>())],
  ['vjp', () => vjp((y: Tensor) => y.sum(), later<Tensor>())],
  ['vmap', () => vmap((y: Tensor) => y.sum())(later())],
  ['random', () => random.normal(later(), [2])],
  ['random.key', () => random.key(later())],
  [
    'cond',
    () =>
      lax.cond(
        later(),
        (y: Tensor) => y,
        (y: Tensor) => y,
        x,
      ),
  ],
  ['scan', () => lax.scan((c: Tensor, y: Tensor) => [c, y] as const, later<Tensor>(), x)],
  ['scan over it', () => lax.scan((c: Tensor, y: Tensor) => [c, y] as const, x, later<Tensor>())],
  [
    'whileLoop',
    () =>
      lax.whileLoop(
        (c: Tensor) => c.less(1),
        (c: Tensor) => c,
        later<Tensor>(),
      ),
  ],
  ['setDefaultBackend', () => setDefaultBackend(later<typeof backend>(backend))],
  ['withBackend', () => withBackend(later<typeof backend>(backend), () => 0)],
  ['devicePut of it', () => devicePut(later(), backend)],
  ['devicePut to it', () => devicePut(x, later<typeof backend>(backend))],
  ['the device of jit', () => jit((y: Tensor) => y, { device: later<typeof backend>(backend) })(x)],
])('%s', (_, run) => {
  expect(run).toThrow(/a promise \(is an await missing\?\)/)
  expect(run).toThrow(expect.objectContaining({ name: 'ArgumentError' }))
})
test('what is no backend is refused when it is set, not when it is needed', () => {
  for (const wrong of ['wasm', undefined, null, hostBackend, {}])
    expect(() => setDefaultBackend(wrong as never)).toThrow(/setDefaultBackend: expected a backend, such as `await tfjs\(\)`/)
  expect(np.ones([1]).add(1).item()).toBe(2)
})
