/** Brackets on tensors are refused in plain JavaScript, by what to write in their place. */
import { hostBackend } from '@heddle/backend-host'
import { beforeAll, expect, it } from 'vitest'
import { ArgumentError, grad, jit, np, setDefaultBackend, type Tensor, tree } from '../index'

beforeAll(() => setDefaultBackend(hostBackend()))

it.each([0, 1, 9, -1])('refuses x[%i], to read and to write', (i) => {
  const x = np.arange(12)
  expect(() => Reflect.get(x, i)).toThrow(new ArgumentError(`x[${i}]`, `brackets do not reach into a tensor: use x.at(${i})`))
  expect(() => Reflect.set(x, i, 5)).toThrow(`a tensor is never written: use x.setAt([${i}], value)`)
  expect(x.toArray()).toEqual(np.arange(12).toArray())
})
it('refuses them of tensors that are traced or differentiated too', () => {
  const first = (x: Tensor): Tensor => Reflect.get(x, 0) as Tensor
  expect(() => jit(first)(np.ones([2]))).toThrow('use x.at(0)')
  expect(() => grad(first)(np.ones([2]))).toThrow('use x.at(0)')
})
it('leaves alone what lists tensors, takes them apart or looks at them', () => {
  const x = np.array([1, 2])
  expect(Object.keys(x).some((k) => /^-?\d+$/.test(k))).toBe(false)
  expect([...x].map((y) => y.item())).toEqual([1, 2])
  expect(tree.leaves({ a: [x] })[0]).toBe(x)
  expect(`${x}`).toBe('Tensor(f32[2] [1., 2.])')
  const [a] = x
  expect(a!.item()).toBe(1)
})
