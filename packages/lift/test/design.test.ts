// Layers of functions of a scope, as Flax's core was designed by: what goldens (goldens/cases/design.ts) do not show of them.
import { hostBackend } from '@heddle/backend-host'
import { nn, np, random, setDefaultBackend, type Tensor } from '@heddle/func'
import * as tree from '@heddle/tree'
import { beforeAll, describe, expect, test } from 'vitest'
import * as lift from '../src/index'
import type { Scope } from '../src/index'

beforeAll(() => setDefaultBackend(hostBackend()))

type Init = (key: Tensor, shape: readonly number[]) => Tensor
const kernelInit = nn.initializers.lecunNormal() as Init
const zeros = nn.initializers.zerosInit() as Init
const biasInit = nn.initializers.normal() as Init

interface DenseOptions {
  readonly bias?: boolean
}
const dense = (s: Scope, x: Tensor, features: number, { bias = true }: DenseOptions = {}): Tensor => {
  const y = x.dot(s.param('kernel', kernelInit, [x.shape.at(-1)!, features]))
  return bias ? y.add(s.param('bias', zeros, [features])) : y
}

describe('layers', () => {
  test('with and without a bias', () => {
    const shapes = (bias: boolean): unknown => {
      const [y, { params }] = lift.init((s: Scope, x: Tensor) => dense(s, x, 4, { bias }))(random.key(0), np.ones([1, 3]))
      expect(y.shape).toEqual([1, 4])
      return tree.map((p: Tensor) => p.shape, params)
    }
    expect([shapes(true), shapes(false)]).toEqual([{ kernel: [3, 4], bias: [4] }, { kernel: [3, 4] }])
  })
  class Layer {
    constructor(
      readonly kernel: Tensor,
      readonly bias: Tensor,
    ) {}
    call(x: Tensor): Tensor {
      return x.dot(this.kernel).add(this.bias)
    }
  }
  tree.registerNode(Layer, {
    flatten: ({ kernel, bias }) => [[kernel, bias], null],
    unflatten: (_, [kernel, bias]) => new Layer(kernel as Tensor, bias as Tensor),
    keys: () => ['kernel', 'bias'],
  })
  const makeLayer = (key: Tensor, fanIn: number, n: number): Layer => {
    const [k1, k2] = np.unstack(random.split(key)) as [Tensor, Tensor]
    return new Layer(kernelInit(k1, [fanIn, n]), biasInit(k2, [n]))
  }
  test('as parameters: a class that is a node of trees', () => {
    const net = (s: Scope, x: Tensor): Tensor => [3, 1].reduce((h, n, i) => s.param(`dense_${i}`, makeLayer, h.shape.at(-1)!, n).call(h), x)
    const x = np.ones([1, 4])
    const [, variables] = lift.init(net)(random.key(0), x)
    expect(variables['params']!['dense_0']).toBeInstanceOf(Layer)
    const wrong = { params: { ...variables['params'], dense_0: makeLayer(random.key(0), 5, 3) } }
    expect(() => lift.apply(net)(wrong, x)).toThrow(lift.ScopeParamShapeError)
  })
  test('made in a scope, then used without one', () => {
    const makeIn = (s: Scope, fanIn: number, n: number): Layer =>
      new Layer(s.param('kernel', kernelInit, [fanIn, n]), s.param('bias', zeros, [n]))
    const net = (s: Scope, x: Tensor): Tensor =>
      [3, 1].reduce((h, n) => s.child(makeIn, { prefix: 'dense_' })(h.shape.at(-1)!, n).call(h), x)
    const [y, { params }] = lift.init(net)(random.key(0), np.ones([1, 4]))
    expect(y.shape).toEqual([1, 1])
    expect(tree.map((p: Tensor) => p.shape, params)).toEqual({
      dense_0: { kernel: [4, 3], bias: [3] },
      dense_1: { kernel: [3, 1], bias: [1] },
    })
  })
})
