// Random streams of modules: which keys they get, when they are equal, and what is refused.
import { hostBackend } from '@heddle/backend-host'
import { np, random, setDefaultBackend, tree, type Tensor } from '@heddle/func'
import { beforeAll, describe, expect, test } from 'vitest'
import * as nn from '../src/index'

beforeAll(() => setDefaultBackend(hostBackend()))

const key = random.key(0)
const values = (x: unknown): unknown => tree.map((leaf: Tensor) => leaf.toArray(), x)

describe('keys of init and apply', () => {
  class Model extends nn.Module {
    call(x: Tensor, { dropout = false, noise = false } = {}): Tensor {
      const h = new nn.Dense({ features: 16 }).call(x)
      const y = new nn.Dropout({ rate: 0.5 }).call(h, { deterministic: !dropout })
      return noise ? y.add(random.normal(this.makeRng('params'), [])) : y
    }
  }
  const inputs = () => {
    const [key0, key1, key2] = random.split(key, 3) as unknown as [Tensor, Tensor, Tensor]
    return { x: random.normal(key0, [10, 8]), key1, key2 }
  }

  test('one key is the stream params', () => {
    const { x, key1, key2 } = inputs()
    const model = new Model()
    const variables = model.init({ params: key1 }, [x])
    expect(values(variables)).toEqual(values(model.init(key1, [x])))
    for (const options of [{ dropout: true }, { noise: true }, { dropout: true, noise: true }]) {
      const y = model.apply(variables, [x, options], { rngs: { params: key2 } })
      expect(values(model.apply(variables, [x, options], { rngs: key2 }))).toEqual(values(y))
    }
    expect(() => model.init(key1, [x, { dropout: true }])).not.toThrow()
  })

  test.each([
    ['a string', 'test', /rngs must be a key, or an object of keys by stream name: expected a key.*got "test"/],
    ['a string in a stream', { params: 'test' }, /at params expected a key: a uint32 tensor of shape \[2\].*got "test"/],
    ['a batch of keys', random.split, /expected a key/],
  ])('what is no key is refused: %s', (_, bad, message) => {
    const { x } = inputs()
    const rngs = (typeof bad === 'function' ? { params: bad(key, 3) } : bad) as nn.Rngs
    const variables = new Model().init(key, [x])
    for (const run of [() => new Model().init(rngs, [x]), () => new Model().apply(variables, [x], { rngs })]) {
      expect(run).toThrow(nn.InvalidRngError)
      expect(run).toThrow(message)
    }
  })

  test('a missing stream: the message names the scope and the stream', () => {
    class Foo extends nn.Module {
      call(x: Tensor): Tensor {
        return new nn.Dense({ features: 2 }).call(x)
      }
    }
    class Bar extends nn.Module {
      call(x: Tensor): Tensor {
        return x.add(random.normal(this.makeRng(), x.shape))
      }
    }
    const x = np.ones([1, 3])
    const rngs = { other: key }
    expect(() => new Foo().init(rngs, [x])).toThrow(nn.InvalidRngError)
    expect(() => new Foo().init(rngs, [x])).toThrow(
      /scope "\/Dense_0" needs a random stream "params", but has "other" \(pass rngs: \{ params: key \}/,
    )
    expect(() => new Bar().init(rngs, [x])).toThrow(/scope "\/" needs a random stream "params", but has "other"/)
  })
})

describe('streams', () => {
  class Sub extends nn.Module {
    call(x: Tensor, dropout: boolean): Tensor {
      const h = new nn.Dropout({ rate: 0.8 }).call(new nn.Dense({ features: 8 }).call(x), { deterministic: !dropout })
      const p = this.param('parameter', (k: Tensor, shape: readonly number[]) => random.normal(k, shape), h.shape)
      return h.mul(p).add(random.normal(this.makeRng('noise'), h.shape))
    }
  }
  class Model extends nn.Module {
    call(x: Tensor, dropout: boolean): Tensor {
      const h = new Sub().call(new nn.Dense({ features: 16 }).call(x), dropout)
      const y = new nn.Dropout({ rate: 0.5 }).call(h, { deterministic: !dropout })
      const v = this.variable('var_collection', 'variable', () => random.normal(this.makeRng('var_rng'), y.shape))
      return y.mul(v.value).add(random.normal(this.makeRng('noise'), y.shape))
    }
  }
  const [key0, key1, key2] = [random.key(3), random.key(4), random.key(5)]
  const input = (): Tensor => random.normal(key0, [10, 4])

  test('in init: one without a key of its own uses that of params', () => {
    const x = input()
    const model = new Model()
    const init = (rngs: nn.Rngs): unknown => values(model.init(rngs, [x, false]))
    const plain = init({ params: key1 })
    const keys = { params: key1, var_rng: key1, noise: key1 }
    expect(init(keys)).toEqual(plain)
    for (const name of ['params', 'var_rng']) expect(init({ ...keys, [name]: key2 })).not.toEqual(plain)
  })

  test('in apply too', () => {
    const x = input()
    const model = new Model()
    const variables = model.init({ params: key1 }, [x, false])
    const apply = (rngs: nn.Rngs): unknown => values(model.apply(variables, [x, true], { rngs }))
    const plain = apply({ params: key1 })
    const keys = { dropout: key1, noise: key1 }
    expect(apply(keys)).toEqual(plain)
    for (const name of ['dropout', 'noise']) expect(apply({ ...keys, [name]: key2 })).not.toEqual(plain)
  })

  test('makeRng without a name is that of params', () => {
    const noisy = (...name: [string?]) => {
      class Inner extends nn.Module {
        call(x: Tensor): Tensor {
          return x.add(random.normal(this.makeRng(...name), x.shape))
        }
      }
      class Outer extends nn.Module {
        call(x: Tensor): Tensor {
          const y = new Inner().call(x)
          return y.add(random.normal(this.makeRng(...name), x.shape))
        }
      }
      return values(new Outer().apply({}, [input()], { rngs: { params: key1 } }))
    }
    expect(noisy()).toEqual(noisy('params'))
  })

  test('goes on where a second call of a submodule begins', () => {
    class C extends nn.Module {
      call(): Tensor {
        return this.makeRng('dropout')
      }
    }
    class A extends nn.Module {
      call(): Tensor {
        return new C().call()
      }
    }
    class B extends nn.Module {
      call(): readonly Tensor[] {
        const a = new A()
        return [a.call(), a.call()]
      }
    }
    const [first, second] = new B().apply({}, [], { rngs: { dropout: key } })
    expect(first!.toArray()).not.toEqual(second!.toArray())
  })

  test('is there one?', () => {
    class Foo extends nn.Module {
      call(): boolean {
        return this.hasRng('bar')
      }
    }
    expect([{ bar: key }, { baz: key }].map((rngs) => new Foo().apply({}, [], { rngs: rngs as nn.Rngs }))).toEqual([true, false])
  })

  test('a compiled module draws what one with folded streams draws', () => {
    const init = (Class: typeof nn.Dense): unknown => values(new Class({ features: 1, useBias: false }).init(key, [np.ones([1, 1])]))
    expect(init(nn.jit(nn.Dense))).toEqual(init(nn.foldRngs(nn.Dense)))
  })
})
