// Where modules are in a model: their paths, those that messages show, and all of them in a table.
import { hostBackend } from '@heddle/backend-host'
import { np, random, setDefaultBackend, type Tensor } from '@heddle/func'
import { beforeAll, describe, expect, test } from 'vitest'
import { classOf } from '../src/module/class-name'
import * as nn from '../src/index'

beforeAll(() => setDefaultBackend(hostBackend()))

const key = random.key(0)
const dense = (features: number): nn.Dense => new nn.Dense({ features })

test('paths in a model, with the transformations around modules in those of messages', () => {
  const seen: (readonly [path: string, text: string])[] = []
  const note = (m: nn.Module): void => void seen.push([m.path.join('/'), m.scope!.pathText])
  class C extends nn.Module {
    setup(): void {
      note(this)
    }
    call(x: Tensor): Tensor {
      return x
    }
  }
  class B extends nn.Module {
    declare c1: C
    declare c2: C
    setup(): void {
      this.c1 = new (nn.remat(nn.remat(C)))()
      this.c2 = new C()
      note(this)
    }
    call(x: Tensor): Tensor {
      return this.c1.call(x).add(this.c2.call(x))
    }
  }
  class A extends nn.Module {
    declare b1: B
    declare b2: B
    declare c1: C
    setup(): void {
      this.b1 = new B()
      this.b2 = new B()
      this.c1 = new C()
      note(this)
    }
    call(x: Tensor): Tensor {
      return this.b1.call(x).add(this.b2.call(x)).add(this.c1.call(x))
    }
  }
  new A().init(key, [np.ones([2])])
  expect(seen).toEqual([
    ['', '/'],
    ['b1', '/b1'],
    ['b1/c1', '/b1/remat(remat(c1))'],
    ['b1/c2', '/b1/c2'],
    ['b2', '/b2'],
    ['b2/c1', '/b2/remat(remat(c1))'],
    ['b2/c2', '/b2/c2'],
    ['c1', '/c1'],
  ])
})

test('the parent of a submodule is the module that made it, or has it in a prop or attribute', () => {
  class Outer extends nn.Module<{ given: nn.Dense }> {
    declare made: nn.Dense
    setup(): void {
      this.made = dense(2)
    }
    call(): readonly boolean[] {
      return [this.props.given, this.made, dense(1)].map((m) => m.parent === this)
    }
  }
  expect(new Outer({ given: dense(1) }).apply({}, [])).toEqual([true, true, true])
})

describe('modulePaths', () => {
  class Bar extends nn.Module {
    call(x: Tensor): Tensor {
      return dense(4).call(dense(3).call(x))
    }
  }
  class Foo extends nn.Module {
    call(x: Tensor): Tensor {
      const h = new Bar().call(x)
      return dense(5).call(h)
    }
  }

  test('modules without variables, by path', () => {
    const paths = new Foo().modulePaths(key, [np.ones([1, 2])])
    expect(Object.entries(paths).map(([path, m]) => [path, classOf(m)])).toEqual([
      ['', 'Foo'],
      ['Bar_0', 'Bar'],
      ['Bar_0/Dense_1', 'Dense'],
      ['Bar_0/Dense_0', 'Dense'],
      ['Dense_0', 'Dense'],
    ])
    for (const m of Object.values(paths)) expect(m.scope).toBeUndefined()
    expect(paths['Bar_0/Dense_1']!.props).toMatchObject({ features: 3 })
  })

  test('computes nothing: types are enough', () => {
    const huge = { shape: [1024 ** 3, 2], dtype: 'float32' } as const
    expect(Object.keys(new Foo().modulePaths(key, [huge]))).toHaveLength(5)
  })
})
