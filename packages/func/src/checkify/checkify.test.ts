import { hostBackend } from '@heddle/backend-host'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  allChecks,
  ArgumentError,
  automaticChecks,
  check,
  CheckError,
  checkify,
  checkpoint,
  customJvp,
  divChecks,
  floatChecks,
  grad,
  indexChecks,
  jit,
  lax,
  nanChecks,
  np,
  setDefaultBackend,
  type Tensor,
  vmap,
} from '../index'

beforeEach(() => setDefaultBackend(hostBackend()))
const positive = (x: Tensor, name = 'x'): Tensor => (check(x.greater(0), '{} must be positive, got {:.1f}', name, x), np.sqrt(x))
const ints = (...xs: number[]): Tensor => np.array(xs, 'int32')
const vector = np.array([3, 1, -2, -5])

describe('checkify', () => {
  const cases: Readonly<Record<string, readonly [f: (x: Tensor) => Tensor, good: Tensor, bad: Tensor, message: string]>> = {
    plain: [(x) => positive(x), np.array(4), np.array(-4), 'x must be positive, got -4.0'],
    'the first of two': [(x) => positive(positive(x, 'a').sub(9), 'b'), np.array(100), np.array(25), 'b must be positive, got -4.0'],
    jit: [(x) => jit((y: Tensor) => positive(y))(x).add(1), np.array(4), np.array(-4), 'x must be positive, got -4.0'],
    'vmap: the first example': [(x) => vmap((y: Tensor) => positive(y))(x), np.array([1, 2]), vector, 'x must be positive, got -2.0'],
    'scan: the first turn': [
      (x) => lax.scan((c: Tensor, y: Tensor) => [c.add(positive(y)), null], np.array(0), x)[0],
      np.array([1, 2]),
      vector,
      'x must be positive, got -2.0',
    ],
    'while: the body': [
      (x) =>
        lax.whileLoop(
          (c: Tensor) => c.greater(-3),
          (c: Tensor) => (positive(c), c.sub(2)),
          x,
        ),
      np.array(-5),
      np.array(3),
      'x must be positive, got -1.0',
    ],
    'while: the condition': [
      (x) =>
        lax.whileLoop(
          (c: Tensor) => (positive(c.add(2), 'c'), c.greater(0)),
          (c: Tensor) => c.sub(3),
          x,
        ),
      np.array(2),
      np.array(1),
      'c must be positive, got 0.0',
    ],
    'cond: the branch that is taken': [
      (x) =>
        lax.cond(
          x.greater(-9),
          (y: Tensor) => positive(y),
          (y: Tensor) => y,
          x,
        ),
      np.array(-10),
      np.array(-4),
      'x must be positive, got -4.0',
    ],
    'vmap of cond': [
      (x) =>
        vmap((y: Tensor) =>
          lax.cond(
            y.greater(-4),
            (z: Tensor) => positive(z),
            (z: Tensor) => z,
            y,
          ),
        )(x),
      np.array([1, -9]),
      vector,
      'x must be positive, got -2.0',
    ],
    checkpoint: [(x) => checkpoint((y: Tensor) => positive(y))(x), np.array(4), np.array(-4), 'x must be positive, got -4.0'],
    grad: [(x) => grad((y: Tensor) => positive(y))(x), np.array(4), np.array(-4), 'x must be positive, got -4.0'],
    'a derivative of its own': [
      (x) => customJvp((y: Tensor) => positive(y)).defjvp(([y]: Tensor[], [t]: Tensor[]) => [np.sqrt(y!), t!])(x),
      np.array(4),
      np.array(-4),
      'x must be positive, got -4.0',
    ],
  }
  it.each(Object.entries(cases))('%s', (_, [f, good, bad, message]) => {
    for (const g of [checkify(f), jit(checkify(f)), checkify(jit(f))]) {
      const [error, out] = g(good)
      expect(error.get()).toBeNull()
      expect(() => error.throw()).not.toThrow()
      expect([...out.dataSync()]).toEqual([...jit(f)(good).dataSync()])
      const [failed] = g(bad)
      expect(failed.get()).toBe(message)
      expect(() => failed.throw()).toThrow(CheckError)
    }
  })
  it.each<readonly [name: string, f: (x: Tensor) => Tensor, kinds: typeof allChecks, x: Tensor, message: string | null]>([
    ['a NaN', (x) => np.log(x).add(1), nanChecks, np.array([1, -1]), 'log: a NaN came out'],
    ['no NaN', (x) => np.log(x).add(1), allChecks, np.array([1, 0]), null],
    [
      'a NaN in a loop',
      (x) => lax.scan((c: Tensor, y: Tensor) => [c.add(np.sqrt(y)), c], np.array(0), x)[0],
      floatChecks,
      vector,
      'sqrt: a NaN came out',
    ],
    ['a divisor', (x) => np.divide(1, x), divChecks, np.array([1, 0]), 'div: a divisor is zero'],
    ['a remainder', (x) => lax.rem(ints(5), x), divChecks, ints(0), 'rem: a divisor is zero'],
    ['a divisor, but not asked for', (x) => np.divide(1, x), indexChecks, np.array([1, 0]), null],
    [
      'an index of take',
      (i) => np.take(np.arange(3), i),
      indexChecks,
      ints(0, 5),
      'gather: index 5 is out of bounds for axis 0 of size 3 of an array of shape [3]',
    ],
    ['a good index', (i) => np.take(np.arange(3), i), indexChecks, ints(0, 2, -1), null],
    [
      'a start of a slice',
      (i) => lax.dynamicSlice(np.ones([4, 4]), [0, i], [2, 2]),
      automaticChecks,
      np.array(3, 'int32'),
      'dynamic_slice: index 3 is out of bounds for axis 1 of size 4 of an array of shape [4,4]',
    ],
    [
      'a place that is written',
      (i) => np.zeros([3]).setAt([i], 1),
      indexChecks,
      ints(7),
      'scatter: index 7 is out of bounds for axis 0 of size 3 of an array of shape [3]',
    ],
  ])('finds %s', (_, f, errors, x, message) => {
    expect(checkify(f, { errors })(x)[0].get()).toBe(message)
    expect(jit(checkify(f, { errors }))(x)[0].get()).toBe(message)
  })
  it('answers an error for each example when it is mapped itself', () => {
    const [error, out] = vmap(checkify((x: Tensor) => positive(x)))(vector)
    expect(error.get()).toBe('example 2: x must be positive, got -2.0')
    expect(out.shape).toEqual([4])
  })
  it('leaves a function without checks as it is', () => {
    const [error, out] = checkify((x: Tensor) => [x.add(1), { y: x }] as const)(np.array(1))
    expect(error.get()).toBeNull()
    expect(out[0].item()).toBe(2)
  })
})
describe('check', () => {
  it('throws by itself where nothing makes a value of it, eagerly and out of programs', () => {
    expect(positive(np.array(4)).item()).toBe(2)
    for (const f of [positive, jit((x: Tensor) => positive(x)), vmap((x: Tensor) => positive(x))])
      expect(() => f(f === positive ? np.array(-1) : np.array([-1]).sum())).toThrow(/x must be positive, got -1.0|rank/)
    expect(() => check(true, 'fine')).not.toThrow()
    expect(() => check(false, 'not {}', 'fine')).toThrow('not fine')
    expect(() => check(np.array([true]), 'all')).toThrow(ArgumentError)
  })
})
