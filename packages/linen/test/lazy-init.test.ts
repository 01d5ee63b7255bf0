// lazyInit: variables without the computation of the model.
import { hostBackend } from '@heddle/backend-host'
import { np, random, setDefaultBackend, tree, type Tensor } from '@heddle/func'
import { beforeAll, describe, expect, test } from 'vitest'
import * as nn from '../src/index'

beforeAll(() => setDefaultBackend(hostBackend()))

const key = random.key(0)
const type = (...shape: number[]) => ({ shape, dtype: 'float32' }) as const

class Square extends nn.Module {
  call(x: Tensor): Tensor {
    const n = x.shape.at(-1)!
    return x.dot(this.param('kernel', nn.initializers.lecunNormal(), [n, n]))
  }
}

describe('lazyInit', () => {
  test('makes variables for an input that no memory would hold', () => {
    const { params } = new Square().lazyInit(key, [type(1024 ** 3, 128)])
    expect(params.kernel?.shape).toEqual([128, 128])
  })

  test('gives the variables that init gives', () => {
    const values = (variables: nn.Variables): unknown => tree.map((t: Tensor) => t.toArray(), variables)
    const model = new nn.Sequential({ layers: [new nn.Dense({ features: 3 }), new nn.BatchNorm({ useRunningAverage: false })] })
    expect(values(model.lazyInit(key, [type(2, 4)]))).toEqual(values(model.init(key, [np.ones([2, 4])])))
  })

  test('refuses a variable that depends on the value of the input', () => {
    class Depends extends nn.Module {
      call(x: Tensor): Tensor {
        return x.mul(this.param('kernel', () => x))
      }
    }
    const run = (): unknown => new Depends().lazyInit(key, [type(8, 4)])
    expect(run).toThrow(nn.LazyInitError)
    expect(run).toThrow(/lazy init: .*kernel.* of shape \[8,4\] depends on an argument that was given as a shape only/)
  })

  test('mixes types with tensors and other arguments, in trees; takes the options of init', () => {
    class Mixed extends nn.Module {
      call({ a, scale }: { a: Tensor; scale: Tensor }, power: number): Tensor {
        this.variable('state', 'scale', () => scale.mul(power))
        return a.add(this.param('bias', nn.zeros, a.shape))
      }
    }
    const variables = new Mixed().lazyInit(key, [{ a: type(3), scale: np.array(2) }, 4])
    expect(variables.state?.scale?.item()).toBe(8)
    const square = new Square().lazyInit(key, [type(2, 3)], { mutable: ['params', 'intermediates'], captureIntermediates: () => false })
    expect(Object.keys(square)).toEqual(['params'])
    expect(() => new Square().lazyInit(key, [type(2, 3)], { mutable: 'state' })).toThrow(nn.ScopeCollectionNotFound)
  })
})
