// Values that a model keeps aside: sow, captured outputs, and perturbations, whose gradients are those of what they are added to.
import { hostBackend } from '@heddle/backend-host'
import { grad, np, random, setDefaultBackend, tree, type Tensor } from '@heddle/func'
import { beforeAll, describe, expect, test } from 'vitest'
import * as nn from '../src/index'

beforeAll(() => setDefaultBackend(hostBackend()))

const key = random.key(0)
const shapes = (variables: object): unknown => tree.map((leaf: Tensor) => leaf.shape, variables)

describe('sow', () => {
  class Foo extends nn.Module {
    call(x: number, options?: nn.SowOptions<number, number>): number {
      for (const value of [x, 2 * x])
        if (options === undefined) this.sow('intermediates', 'h', value)
        else this.sow('intermediates', 'h', value, options)
      return 3 * x
    }
  }

  test('in init not among the variables, unless asked for', () => {
    expect(new Foo().init(key, [1])).toEqual({})
    expect(new Foo().init(key, [1], { mutable: true })).toEqual({ intermediates: { h: [1, 2] } })
  })

  test('in an array, or as the options reduce; where the collection is mutable', () => {
    expect(new Foo().apply({}, [1], { mutable: ['intermediates'] })).toEqual([3, { intermediates: { h: [1, 2] } }])
    const sum = { init: () => 0, reduce: (a: number, b: number) => a + b }
    expect(new Foo().apply({}, [1, sum], { mutable: ['intermediates'] })).toEqual([3, { intermediates: { h: 3 } }])
    expect(new Foo().apply({}, [1])).toBe(3)
  })

  test('says whether it kept the value, and adds to what was given', () => {
    class Told extends nn.Module {
      call(): boolean {
        return this.sow('stats', 'h', 2)
      }
    }
    expect(new Told().apply({}, [])).toBe(false)
    expect(new Told().apply({ stats: { h: [1] } }, [], { mutable: 'stats' })).toEqual([true, { stats: { h: [1, 2] } }])
  })
})

describe('captureIntermediates', () => {
  class Bar extends nn.Module {
    test(x: number): number {
      return x + 1
    }
  }
  class Foo extends nn.Module {
    call(x: number): number {
      return new Bar().test(x) + 1
    }
  }

  test('true: what each call answers', () => {
    expect(new Foo().apply({}, [1], { captureIntermediates: true })).toEqual([3, { intermediates: { __call__: [3] } }])
  })

  test('a filter of modules and methods', () => {
    const [, ofBar] = new Foo().apply({}, [1], { captureIntermediates: (m) => m instanceof Bar })
    expect(ofBar).toEqual({ intermediates: { Bar_0: { test: [2] } } })
    const [, all] = new Foo().apply({}, [1], { captureIntermediates: () => true })
    expect(all).toEqual({ intermediates: { __call__: [3], Bar_0: { test: [2] } } })
  })

  test('in init too, and beside other mutable collections', () => {
    expect(new Foo().init(key, [1], { captureIntermediates: true })).toEqual({ intermediates: { __call__: [3] } })
    const [, after] = new Foo().apply({ state: { a: 1 } }, [1], { captureIntermediates: true, mutable: 'state' })
    expect(after).toEqual({ intermediates: { __call__: [3] }, state: { a: 1 } })
  })

  test('false keeps nothing', () => {
    expect(new Foo().apply({}, [1], { captureIntermediates: false })).toBe(3)
  })
})

describe('perturb', () => {
  class Compact extends nn.Module {
    call(x: Tensor): Tensor {
      const h = this.perturb('before_multiply', new nn.Dense({ features: 10 }).call(x))
      return this.perturb('after_multiply', h.mul(4))
    }
  }
  class Setup extends nn.Module {
    declare a: nn.Dense
    setup(): void {
      this.a = new nn.Dense({ features: 10 })
    }
    call(x: Tensor): Tensor {
      const h = this.perturb('before_multiply', this.a.call(x))
      return this.perturb('after_multiply', h.mul(4))
    }
  }
  type Perturbations = Readonly<Record<'before_multiply' | 'after_multiply', Tensor>>
  const inputs = (): readonly Tensor[] => [random.uniform(random.key(1), [10]), random.uniform(random.key(2), [10])]

  test.each([
    ['in a compact method', Compact],
    ['in a method, with submodules of setup', Setup],
  ])('gradients of what lies between: %s', (_, Class) => {
    const [x, target] = inputs()
    const model = new Class()
    const { params, perturbations } = model.init(key, [x!])
    expect(shapes(perturbations!)).toEqual({ before_multiply: [10], after_multiply: [10] })
    const loss = (p: Perturbations): Tensor => np.mean(np.square(model.apply({ params, perturbations: p }, [x!]).sub(target!)))
    const grads = grad(loss)(perturbations as unknown as Perturbations)
    expect(grads.after_multiply.mul(4).toArray()).toEqual(grads.before_multiply.toArray())
    expect(np.any(grads.after_multiply.notEqual(0)).item()).toBe(true)
  })

  test('does nothing where there are no perturbations, and needs each where there are some', () => {
    const [x] = inputs()
    const model = new Compact()
    const variables = model.init(key, [x!])
    const { params, perturbations } = variables
    const y = model.apply({ params }, [x!])
    expect(model.apply({ params, perturbations }, [x!]).toArray()).toEqual(y.toArray())
    const run =
      (given: object): (() => unknown) =>
      () =>
        model.apply({ params, perturbations: given }, [x!])
    expect(run({})).toThrow(nn.ScopeCollectionNotFound)
    expect(run({})).toThrow(/"before_multiply" was looked up in collection "perturbations" in scope "\/"/)
    expect(run({ before_multiply: (perturbations as unknown as Perturbations).before_multiply })).toThrow(nn.ScopeVariableNotFoundError)
  })

  test('takes its name', () => {
    class Clash extends nn.Module {
      call(x: Tensor): Tensor {
        const y = this.perturb('h', x)
        return new nn.Dense({ features: 2, name: 'h' }).call(y)
      }
    }
    expect(() => new Clash().init(key, [np.ones([2])])).toThrow(nn.NameInUseError)
  })

  test('trees, and a collection of another name', () => {
    class Trees extends nn.Module {
      call(x: Tensor): Tensor {
        const { a, b } = this.perturb('both', { a: x, b: [x.mul(2)] }, 'noise')
        return a.add(b[0]!)
      }
    }
    const x = np.ones([2])
    const variables = new Trees().init(key, [x])
    expect(shapes(variables)).toEqual({ noise: { both: { a: [2], b: [[2]] } } })
    const shifted = new Trees().apply({ noise: { both: { a: np.ones([2]), b: [np.zeros([2])] } } }, [x])
    expect(shifted.toArray()).toEqual([4, 4])
  })
})
