// Costs of programs: those that XLA's cost analysis gives for what JAX makes of the same functions.
import { hostBackend } from '@heddle/backend-host'
import { checkpoint, jit, lax, makeJaxpr, nn, np, setDefaultBackend, type ShapeDtype, type Tensor } from '../index'
import { beforeAll, describe, expect, test } from 'vitest'
import { costOf } from './cost'

beforeAll(() => setDefaultBackend(hostBackend()))

const type = (shape: readonly number[], dtype: ShapeDtype['dtype'] = 'float32'): ShapeDtype => ({ shape, dtype })
const x = type([4, 6])
const image = type([2, 8, 8, 3])
const cost = (f: (...xs: Tensor[]) => unknown, ...xs: readonly ShapeDtype[]): readonly [flops: number, transcendentals: number] => {
  const { flops, transcendentals } = costOf(makeJaxpr(f as (...args: readonly unknown[]) => unknown)(...xs))
  return [flops, transcendentals]
}

type Padding = 'VALID' | 'SAME' | readonly (readonly [number, number])[]

describe('of one primitive', () => {
  const conv = (options: object, kernel: readonly number[], padding: Padding, strides = [1, 1]) =>
    cost(
      (a, b) => lax.convGeneralDilated(a, b, strides, padding, { dimensionNumbers: ['NHWC', 'HWIO', 'NHWC'], ...options }),
      image,
      type(kernel),
    )
  test.each([
    ['an operation an element', () => cost((a) => a.neg(), x), 24, 0],
    ['a scalar beside a tensor', () => cost((a) => a.add(1), x), 24, 0],
    ['conversion', () => cost((a) => a.astype('int32'), x), 24, 0],
    ['choice', () => cost((p, a) => np.where(p, a, a), type([4, 6], 'bool'), x), 24, 0],
    ['transcendental functions', () => cost((a) => np.exp(a), x), 0, 24],
    ['and compositions of them', () => cost((a) => lax.logistic(a), x), 72, 24],
    ['integer powers', () => cost((a) => lax.integerPow(a, 5), x), 72, 0],
    ['their inverses', () => cost((a) => lax.integerPow(a, -2), x), 48, 0],
    ['sums', () => cost((a) => np.sum(a, { axis: 0 }), x), 18, 0],
    ['largest', () => cost((a) => np.max(a, { axis: 1 }), x), 20, 0],
    ['places of the largest', () => cost((a) => lax.argmax(a, 1, 'int32'), x), 180, 0],
    ['products of matrices', () => cost((a) => a.dot(a.T), x), 192, 0],
    ['movement', () => cost((a) => np.concatenate([a.T.reshape([4, 6]), np.broadcastTo(a, [4, 6])]), x), 0, 0],
    ['convolution', () => conv({}, [3, 3, 3, 5], 'VALID'), 19440, 0],
    ['with padding, which is not multiplied', () => conv({}, [3, 3, 3, 5], 'SAME'), 29040, 0],
    ['with strides', () => conv({}, [3, 3, 3, 5], 'SAME', [2, 2]), 7260, 0],
    ['with a dilated kernel', () => conv({ rhsDilation: [2, 2] }, [3, 3, 3, 5], 'SAME'), 24000, 0],
    [
      'with a dilated input',
      () =>
        conv(
          { lhsDilation: [2, 2] },
          [3, 3, 3, 5],
          [
            [2, 2],
            [2, 2],
          ],
        ),
      34560,
      0,
    ],
    ['in groups of features', () => conv({ featureGroupCount: 3 }, [3, 3, 1, 6], 'VALID'), 7776, 0],
    ['in groups of the batch', () => conv({ batchGroupCount: 2 }, [3, 3, 3, 6], 'VALID'), 11664, 0],
  ] as const)('%s', (_, measure, flops, transcendentals) => {
    expect(measure()).toEqual([flops, transcendentals])
  })
})

describe('of programs in programs', () => {
  const body = (a: Tensor): Tensor => a.mul(2).add(1)
  test.each([
    ['jit', () => cost((a) => jit(body)(a), x), 48],
    ['checkpoint', () => cost((a) => checkpoint(body)(a), x), 48],
    ['a custom derivative', () => cost((a) => nn.relu(a), x), 24],
    ['a branch: the dearest', () => cost((a) => lax.cond(np.array(true), body, (b: Tensor) => b.neg(), a), x), 48 + 1],
    ['a loop: as often as it runs', () => cost((a) => lax.scan((c: Tensor) => [body(c), null], a, null, { length: 10 })[0], x), 480],
    ['a loop of unknown length: once', () => cost((a) => lax.whileLoop((c: Tensor) => np.sum(c).less(9), body, a), x), 48 + 23 + 1],
  ] as const)('%s', (_, measure, flops) => {
    expect(measure()[0]).toBe(flops)
  })
})
