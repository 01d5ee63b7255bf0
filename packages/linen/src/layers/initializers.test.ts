/** Initializers: when they run, what a value is held against, and what is said when they throw. */
import { hostBackend } from '@heddle/backend-host'
import { jit, np, random, setDefaultBackend, type Tensor } from '@heddle/func'
import { describe, expect, it } from 'vitest'
import * as nn from '../index'

setDefaultBackend(hostBackend())

const key = random.key(0)
const x = np.ones([3])

/** A class whose initializers are written where they are declared, and count how often they run. */
const counting = () => {
  const runs = { bare: 0, keyed: 0, shaped: 0, inner: 0 }
  class Child extends nn.Module {
    call(y: Tensor): Tensor {
      return y.mul(this.param('w', () => (runs.inner++, np.ones(y.shape))))
    }
  }
  class Model extends nn.Module<{ features: number; child?: Child }> {
    call(y: Tensor): Tensor {
      const bare = this.param('bare', () => (runs.bare++, np.ones([this.props.features])))
      const keyed = this.param('keyed', (k) => (runs.keyed++, random.normal(k, y.shape)))
      const shaped = this.param('shaped', (_, shape: readonly number[]) => (runs.shaped++, np.ones(shape)), y.shape)
      return (this.props.child ?? new Child()).call(y).add(bare).add(keyed).add(shaped)
    }
  }
  return { runs, Model, Child }
}
const once = { bare: 1, keyed: 1, shaped: 1, inner: 1 }

describe('an initializer', () => {
  it('runs once for init, and no more where its values are used', () => {
    const { runs, Model } = counting()
    const variables = new Model({ features: 3 }).init(key, [x])
    for (let i = 0; i < 10; i++) new Model({ features: 3 }).apply(variables, [x])
    expect(runs).toEqual(once)
  })

  it('is asked once for its shape, where values are loaded', () => {
    const { runs, Model, Child } = counting()
    const params = { bare: x, keyed: x, shaped: x, Child_0: { w: x } }
    const model = new Model({ features: 3 })
    for (let i = 0; i < 10; i++) model.apply({ params }, [x])
    for (let i = 0; i < 3; i++) jit((v: nn.Variables, y: Tensor) => new Model({ features: 3 }).apply(v, [y]))({ params } as never, x)
    expect(runs).toEqual(once)
    const { Child_0: child, ...rest } = params
    for (let i = 0; i < 3; i++) new Model({ features: 3, child: new Child() }).apply({ params: { ...rest, child } }, [x])
    expect(runs.inner).toBe(1)
  })

  it('is asked once inside of transformations', () => {
    const { runs, Model } = counting()
    const Mapped = nn.vmap(Model, { variableAxes: { params: null }, splitRngs: { params: false } })
    const variables = new Mapped({ features: 3 }).init(key, [np.ones([2, 3])])
    const before = { ...runs }
    for (let i = 0; i < 5; i++) new Mapped({ features: 3 }).apply(variables, [np.ones([2, 3])])
    expect(runs).toEqual(before)
  })

  it('is asked again where settings, inputs or values differ', () => {
    const { Model } = counting()
    const variables = new Model({ features: 3 }).init(key, [x])
    expect(() => new Model({ features: 4 }).apply(variables, [x])).toThrow(/parameter "bare".*gives shape \[4\].*has shape \[3\]/)
    expect(() => new Model({ features: 3 }).apply(variables, [np.ones([1])])).toThrow(
      /parameter "keyed".*gives shape \[1\].*has shape \[3\]/,
    )
    const params = { ...variables.params, shaped: np.ones([1]) }
    expect(() => new Model({ features: 3 }).apply({ params }, [x])).toThrow(nn.ScopeParamShapeError)
    expect(() => new Model({ features: 3 }).apply(variables, [x])).not.toThrow()
  })

  it('may depend on what else it closes over: what differs is asked again', () => {
    let size = 3
    class Open extends nn.Module {
      call(): Tensor {
        return this.param('w', () => np.ones([size]))
      }
    }
    const variables = new Open().init(key, [])
    size = 4
    expect(new Open().apply({ params: { w: np.ones([4]) } }, []).shape).toEqual([4])
    expect(() => new Open().apply({ params: { w: np.ones([5]) } }, [])).toThrow(nn.ScopeParamShapeError)
    expect(variables.params).toBeDefined()
  })

  it('leaves no trace when it is asked', () => {
    class Draws extends nn.Module {
      call(): Tensor {
        const w = this.param('w', () => random.normal(this.makeRng('noise'), [2]))
        return w.add(random.normal(this.makeRng('noise'), [2]))
      }
    }
    const variables = { params: { w: np.zeros([2]) } }
    const draw = () => new Draws().apply(variables, [], { rngs: { noise: key } }).toArray()
    expect(draw()).toEqual(draw())
  })
})

describe('an initializer that throws, or reads values', () => {
  class Own extends Error {}
  class Throws extends nn.Module {
    call(): Tensor {
      return this.param('w', (): Tensor => {
        throw new Own('no file')
      })
    }
  }
  class Reads extends nn.Module {
    call(): Tensor {
      return this.param('w', (k) => np.ones([Number(k.at(0).item()) + 2]))
    }
  }
  class Wrong extends nn.Module {
    call(y: Tensor): Tensor {
      return y.add(this.param('w', () => np.ones([2]).add(np.ones([3]))))
    }
  }
  class Outer extends nn.Module {
    call(): Tensor {
      return new Throws({ name: 'inner' }).call()
    }
  }

  it('is not needed where the values are there', () => {
    const variables = { params: { w: np.array([1, 2]) } }
    for (const Model of [Throws, Reads]) expect(new Model().apply(variables, []).toArray()).toEqual([1, 2])
    expect(new Wrong().apply(variables, [np.ones([2])]).toArray()).toEqual([2, 3])
  })

  it('is named by its parameter, and the error stays what it was', () => {
    const errorOf = (run: () => unknown): Error => {
      try {
        run()
      } catch (e) {
        return e as Error
      }
      throw new Error('nothing was thrown')
    }
    const own = errorOf(() => new Outer().init(key, []))
    expect(own).toBeInstanceOf(Own)
    expect(own.message).toBe('no file\n  in the initializer of param "w" in scope "/inner"')
    expect(own).toMatchObject({ initializerOf: 'inner/w' })
    const wrong = errorOf(() => new Wrong().init(key, [np.ones([2])]))
    expect(wrong.message).toMatch(/in the initializer of param "w" in scope "\/"\n {2}in Wrong/)
    class State extends nn.Module {
      call(): Tensor {
        return this.variable('state', 'n', () => np.ones([2]).add(np.ones([3]))).value
      }
    }
    expect(errorOf(() => new State().init(key, [])).message).toContain('in the initializer of variable "n"')
    const inLoop = nn.vmap(Throws, { variableAxes: { params: 0 }, splitRngs: { params: true }, axisSize: 2 })
    expect(errorOf(() => new inLoop().init(key, [])).message).toBe('no file\n  in the initializer of param "w" in scope "/vmap()"')
  })
})
