// Modules that share a scope: one adds parameters to those of another, on the same level.
import { hostBackend } from '@heddle/backend-host'
import { np, random, setDefaultBackend, tree, type Tensor } from '@heddle/func'
import { beforeAll, describe, expect, test } from 'vitest'
import * as nn from '../src/index'

beforeAll(() => setDefaultBackend(hostBackend()))

const key = random.key(0)
const shapes = (variables: object): unknown => tree.map((leaf: Tensor) => leaf.shape, variables)
const x = [1, 5]
const level = { A: [5, 2], B: [2, 10], kernel: [5, 10], bias: [10] }
const dense = (): nn.Dense => new nn.Dense({ features: 10 })

const adapt = (m: nn.Module, inner: nn.Dense, rank: number, y: Tensor): Tensor => {
  const a = m.param('A', nn.zeros, [y.shape.at(-1)!, rank])
  const b = m.param('B', nn.zeros, [rank, inner.props.features])
  return inner.call(y).add(y.dot(a).dot(b))
}
class Given extends nn.Module<{ inner: nn.Dense; rank: number }> {
  static readonly moduleName = 'DenseLoRA'
  setup(): void {
    nn.shareScope(this, this.props.inner)
  }
  call(y: Tensor): Tensor {
    return adapt(this, this.props.inner, this.props.rank, y)
  }
}
class Own extends nn.Module<{ rank: number }> {
  static readonly moduleName = 'DenseLoRA'
  declare child: nn.Dense
  setup(): void {
    this.child = dense()
    nn.shareScope(this, this.child)
  }
  call(y: Tensor): Tensor {
    return adapt(this, this.child, this.props.rank, y)
  }
}
class InCompact extends nn.Module<{ make: () => nn.Module & { call: (y: Tensor) => Tensor } }> {
  call(y: Tensor): Tensor {
    return this.props.make().call(y)
  }
}
class InSetup extends nn.Module {
  declare lora: Given
  setup(): void {
    this.lora = new Given({ inner: dense(), rank: 2 })
  }
  call(y: Tensor): Tensor {
    return this.lora.call(y)
  }
}

describe('shareScope', () => {
  test.each([
    ['with a module in a prop', () => new Given({ inner: dense(), rank: 2 }), level],
    ['with a child', () => new Own({ rank: 2 }), level],
    ['with a child, in a model: the name of the parent', () => new InCompact({ make: () => new Own({ rank: 2 }) }), { DenseLoRA_0: level }],
    [
      'with a module that the caller made: its name',
      () => new InCompact({ make: () => new Given({ inner: dense(), rank: 2 }) }),
      { Dense_0: level },
    ],
    ['with a module that has no scope before: the name of the attribute', () => new InSetup(), { lora: level }],
  ])('%s', (_, make, expected) => {
    const variables = (make() as InSetup).init(key, [np.ones(x)])
    expect(shapes(variables)).toEqual({ params: expected })
    expect((make() as InSetup).apply(variables, [np.ones(x)]).shape).toEqual([1, 10])
  })

  test('submodules of what is shared move along', () => {
    class GrandChild extends nn.Module {
      call(): Tensor {
        return new nn.Dense({ features: 50 }).call(np.zeros([10]))
      }
    }
    class Child extends nn.Module<{ child: GrandChild }> {
      call(): Tensor {
        return this.props.child.call()
      }
    }
    class Parent extends nn.Module<{ main: Child }> {
      setup(): void {
        nn.shareScope(this, this.props.main)
      }
      call(): Tensor {
        new nn.Dense({ features: 10 }).call(np.zeros([10]))
        return this.props.main.call()
      }
    }
    const variables = new Parent({ main: new Child({ child: new GrandChild() }) }).init(key, [])
    const layer = (features: number) => ({ kernel: [10, features], bias: [features] })
    expect(shapes(variables)).toEqual({ params: { Dense_0: layer(10), child: { Dense_0: layer(50) } } })
  })

  test('names that are taken in both are refused', () => {
    class Clash extends nn.Module<{ inner: nn.Dense }> {
      setup(): void {
        nn.shareScope(this, this.props.inner)
      }
      call(y: Tensor): Tensor {
        this.param('kernel', nn.zeros, [1])
        return this.props.inner.call(y)
      }
    }
    expect(() => new Clash({ inner: dense() }).init(key, [np.ones(x)])).toThrow(nn.NameInUseError)
  })

  test('needs modules that are bound', () => {
    expect(() => nn.shareScope(dense(), dense())).toThrow(nn.CallShareScopeOnUnboundModuleError)
    expect(() => nn.shareScope(dense(), dense())).toThrow(/shareScope: both modules must be bound \(call it in setup\(\)\)/)
  })
})
