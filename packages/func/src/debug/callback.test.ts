/** What prints say, how arguments are read, and how effects stand in programs; when they are called is a law of all backends (conformance). */
import { hostBackend } from '@heddle/backend-host'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { KernelBackend } from '../backend/backend'
import { ArgumentError, debug, effectsBarrier, grad, jit, lax, linearize, makeJaxpr, np, printJaxpr, pureCallback } from '../index'
import { RuleUnsupportedError, setDefaultBackend, type Tensor, vmap } from '../index'

const lines: string[] = []
beforeEach(() => {
  setDefaultBackend(hostBackend())
  lines.length = 0
  vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line))
})
afterEach(() => vi.restoreAllMocks())

describe('debug.print', () => {
  it.each<readonly [format: string, args: readonly unknown[], text: string]>([
    ['plain {{}}', [], 'plain {}'],
    ['{} {} {0}', [1, 'two'], '1 two 1'],
    ['{x} and {y:.2f}', [{ x: np.array([1, 2]), y: np.array(2.7512) }], '[1., 2.] and 2.75'],
    ['{} {n}', [true, { n: np.array(2, { dtype: 'int32' }) }], 'true 2'],
    ['{}', [{ a: np.array(2), b: [np.array(true), 'c', null] }], '{a: 2.0, b: [true, "c", null]}'],
    [
      '{:>8.3f}|{:<6}|{:e}|{:+,d}',
      [np.array(1.5), np.array(2, { dtype: 'int32' }), np.array(12345), 1234567],
      '   1.500|2     |1.234500e+04|+1,234,567',
    ],
    ['{:05d} {:*^9.1f} {:.1%} {:x} {:.3g} {:g}', [-42, 2.55, 0.256, 255, 1234.5, 1e-7], '-0042 ***2.5*** 25.6% ff 1.23e+03 1e-07'],
    ['{:8.2f}', [np.array(Number.NaN)], '     nan'],
  ])('%s', (format, args, text) => {
    debug.print(format, ...args)
    jit(() => (debug.print(format, ...args), np.array(0)))()
    expect(lines).toEqual([text, text])
  })
  it.each<readonly [format: string, args: readonly unknown[], message: RegExp]>([
    ['{}', [], /the field \{0\} of "\{\}" has no value/],
    ['{x}', [np.array(1)], /give their values by an object at the end/],
    ['{x}', [{ y: 1 }], /the field \{x\} .* has no value; 0 came by position, and y by name/],
    ['{}', [1, 2], /value 1 is in no field/],
    ['{', [], /is not closed/],
    ['}', [], /closes nothing/],
    ['{a b}', [1], /is no field/],
    ['{:q}', [1], /which is none/],
  ])('refuses %s of %j, while it is traced', (format, args, message) => {
    const f = jit(() => (debug.print(format, ...args), np.array(0)))
    expect(() => f()).toThrow(ArgumentError)
    expect(() => f()).toThrow(message)
  })
  it('comes later, in order, where a device reads asynchronously', async () => {
    const host = hostBackend() as KernelBackend
    const { downloadSync: _, ...storage } = host.storage
    const blind = { ...host, storage }
    setDefaultBackend(blind)
    const f = jit((x: Tensor) => (debug.print('a {}', x), debug.print('b'), x.mul(2)))
    f(f(np.array(1)))
    debug.print('c')
    expect(lines).toEqual([])
    await effectsBarrier()
    expect(lines).toEqual(['a 1.0', 'b', 'a 2.0', 'b', 'c'])
  })
})

describe('debug.callback', () => {
  it('hands on what is no tensor as it is, and trees as trees', () => {
    const seen: unknown[] = []
    const marker = new (class Marker {})()
    jit((x: Tensor) => (debug.callback((t, n, s, m) => void seen.push(t.a[0].item(), n, s, m), { a: [x] as const }, 3, 'text', marker), x))(
      np.array(5),
    )
    expect(seen).toEqual([5, 3, 'text', marker])
  })
  it('may compute, and be traced by nothing that runs around it', () => {
    const seen: number[] = []
    const note = (x: Tensor): void => void seen.push(grad((y: Tensor) => y.mul(y))(x).item(), jit((y: Tensor) => y.add(1))(x).item())
    vmap((x: Tensor) => grad((y: Tensor) => (debug.callback(note, y), np.sin(y)))(x))(np.array([1, 2]))
    expect(seen).toEqual([2, 2, 4, 3])
  })
  it('that fails asynchronously tells whoever waits', async () => {
    debug.callback(async () => Promise.reject(new RangeError('late')))
    await expect(effectsBarrier()).rejects.toThrow('late')
    await effectsBarrier()
  })
  it('is called once for known values where a loop is cut, and not for the tangents', () => {
    let calls = 0
    const note = (): void => void calls++
    const f = (x: Tensor): Tensor =>
      lax.whileLoop(
        ([i]: readonly Tensor[]) => i!.less(3),
        ([i, y]: readonly Tensor[]) => (debug.callback(note, y), [i!.add(1), np.sin(y!)]),
        [np.array(0), x],
      )[1]!
    const [, push] = linearize(f, np.array(1))
    expect(calls).toBe(3)
    push(np.array(1))
    expect(calls).toBe(3)
  })
  it('stands in the program, and is not merged with its equal', () => {
    const note = (): void => void 0
    const program = makeJaxpr((x: Tensor) => {
      for (let i = 0; i < 2; i++) debug.callback(note, x)
      return vmap((y: Tensor) => (debug.callback(note, y), y))(x)
    })({ shape: [2], dtype: 'float32' })
    expect(printJaxpr(program).match(/debug_callback\[callback=note( mapped=\(2,\))?\] a/g)).toHaveLength(3)
    let calls = 0
    const twice = jit((x: Tensor) => {
      const g = jit((y: Tensor) => lax.foriLoop(0, 2, (_, z: Tensor) => (debug.callback(() => void calls++, z), z), y))
      return g(x).add(g(x))
    })
    twice(np.array(1))
    expect(calls).toBe(4)
  })
})

describe('pureCallback', () => {
  const type = { shape: [2], dtype: 'float32' } as const
  it('answers numbers, nested arrays and tensors of the types that were said', () => {
    const f = jit((x: Tensor) =>
      pureCallback((y: Tensor) => ({ a: [y.item(), 2], b: y.add(1) }), { a: type, b: { shape: [], dtype: 'float32' } }, [x]),
    )
    const { a, b } = f(np.array(1))
    expect([[...a.dataSync()], b.item()]).toEqual([[1, 2], 2])
  })
  it('is left out where nobody reads it', () => {
    let calls = 0
    const f = jit((x: Tensor) => (pureCallback(() => (calls++, [1, 2]), type, [x]), x))
    f(np.array(1))
    expect(calls).toBe(0)
  })
  it('is called for each example, or once for all', () => {
    const shapes: (readonly number[])[] = []
    const f = (y: Tensor, z: Tensor): Tensor => (shapes.push(y.shape, z.shape), y.add(z))
    const call = (vmapMethod?: 'expandDims' | 'broadcastAll') => [
      ...vmap((x: Tensor) => pureCallback(f, type, [x, np.array([1, 2])], vmapMethod && { vmapMethod }))(np.ones([3, 2])).dataSync(),
    ]
    const want = [2, 3, 2, 3, 2, 3]
    expect([call(), call('expandDims'), call('broadcastAll')]).toEqual([want, want, want])
    expect(shapes).toEqual([...Array.from({ length: 6 }, () => [2]), [3, 2], [1, 2], [3, 2], [3, 2]])
  })
  it('refuses a result of another type, and has no derivative of its own', () => {
    expect(() => pureCallback(() => [1, 2, 3], type, [])).toThrow('was to answer f32[2], and answered f32[3]')
    const f = (x: Tensor): Tensor => pureCallback((y: Tensor) => y.item(), { shape: [], dtype: 'float32' }, [x])
    expect(() => grad(f)(np.array(1))).toThrow(RuleUnsupportedError)
  })
})
