// Modules directly on a scope, as a transformation puts them there: what they declare, and what a second run finds again.
import { hostBackend } from '@heddle/backend-host'
import { np, random, setDefaultBackend, tree, type Tensor } from '@heddle/func'
import * as lift from '@heddle/lift'
import { beforeAll, describe, expect, test } from 'vitest'
import * as nn from '../src/index'

beforeAll(() => setDefaultBackend(hostBackend()))

const root = (): nn.Scope => lift.bind({ params: {} }, { rngs: { params: random.key(0) }, mutable: ['params'] })
const shapes = (variables: unknown): unknown => tree.map((leaf: Tensor) => leaf.shape, variables)

class Bias extends nn.Module {
  call(x: Tensor): Tensor {
    return x.add(this.param('bias', nn.ones, x.shape))
  }
}
class Linear extends nn.Module<{ features: number }> {
  call(x: Tensor): Tensor {
    return x.dot(this.param('kernel', nn.initializers.lecunNormal(), [x.shape.at(-1)!, this.props.features]))
  }
}
class MLP extends nn.Module {
  call(x: Tensor): Tensor {
    return this.layer(this.layer(x))
  }
  private layer(x: Tensor): Tensor {
    return new Linear({ features: 3 }).call(x)
  }
}
class Top extends nn.Module {
  call(x: Tensor): Tensor {
    const mlp = new MLP()
    return mlp.call(x).add(mlp.call(x))
  }
}

describe('a module on a scope', () => {
  test('makes parameters there, and a rewound scope gives the same output', () => {
    const scope = root()
    const y = new Bias({ parent: scope }).call(np.array([1]))
    expect(y.toArray()).toEqual([2])
    expect(scope.variables().params.bias?.toArray()).toEqual([1])
    expect(new Bias({ parent: scope.rewound() }).call(np.array([1])).toArray()).toEqual([2])
  })

  test.each([
    ['takes props', (scope: nn.Scope) => new Linear({ features: 3 }, { parent: scope }), { kernel: [10, 3] }],
    [
      'a method that is no entry point makes submodules of the compact method that calls it',
      (scope: nn.Scope) => new MLP({ parent: scope }),
      { Linear_0: { kernel: [10, 3] }, Linear_1: { kernel: [3, 3] } },
    ],
    [
      'a submodule that is called twice has its parameters once',
      (scope: nn.Scope) => new Top({ parent: scope }),
      { MLP_0: { Linear_0: { kernel: [10, 3] }, Linear_1: { kernel: [3, 3] } } },
    ],
  ] as const)('%s', (_, make, expected) => {
    const x = np.ones([10])
    const scope = root()
    const y = make(scope).call(x)
    expect(shapes(scope.variables().params)).toEqual(expected)
    expect(make(scope.rewound()).call(x).toArray()).toEqual(y.toArray())
  })

  test('may be cloned before its setup has run', () => {
    class Lazy extends nn.Module {
      declare dense: Linear
      setup(): void {
        this.dense = new Linear({ features: 3 })
      }
    }
    const clone = new Lazy({ parent: root() }).clone()
    expect(clone.scope).toBeUndefined()
  })

  test('parameters that setup declares are there for every method', () => {
    class Declared extends nn.Module<{ shape: readonly number[] }> {
      declare bias: Tensor
      setup(): void {
        this.bias = this.param('bias', nn.ones, this.props.shape)
      }
      call(x: Tensor): Tensor {
        return x.add(this.bias)
      }
    }
    const scope = root()
    expect(new Declared({ shape: [1] }, { parent: scope }).call(np.array([1])).toArray()).toEqual([2])
    expect(shapes(scope.variables().params)).toEqual({ bias: [1] })
    expect(new Declared({ shape: [1] }, { parent: scope.rewound() }).call(np.array([1])).toArray()).toEqual([2])
  })

  test('a submodule in an attribute stays at that level when another submodule has it in a prop', () => {
    class Inner extends nn.Module {
      call(): Tensor {
        return this.param('x', () => np.array(40))
      }
    }
    class Outer extends nn.Module<{ inner: Inner }> {
      call(): Tensor {
        return this.props.inner.call()
      }
    }
    class Wrapper extends nn.Module {
      declare inner: Inner
      declare outer: Outer
      setup(): void {
        this.inner = new Inner()
        this.outer = new Outer({ inner: this.inner })
      }
      call(): Tensor {
        return this.outer.call()
      }
    }
    const scope = root()
    expect(new Wrapper({ parent: scope }).call().item()).toBe(40)
    expect(shapes(scope.variables().params)).toEqual({ inner: { x: [] } })
  })

  test('has the path of the scope', () => {
    expect(new Bias({ parent: root() }).path).toEqual([])
    const child = root().push('root')
    expect(new Bias({ parent: child }).path).toEqual(['root'])
    expect(new Bias({ parent: child.rewound() }).path).toEqual(['root'])
  })
})
