// What a model leaves behind: no traced values after a transformation, and no tensors in the memory of the backend.
import { hostBackend } from '@heddle/backend-host'
import { checkpoint, grad, jit, np, random, setDefaultBackend, tidy, vmap, type Tensor } from '@heddle/func'
import { beforeAll, describe, expect, test } from 'vitest'
import * as nn from '../src/index'

const backend = hostBackend()
beforeAll(() => setDefaultBackend(backend))

const model = new nn.Sequential({ layers: [new nn.Dense({ features: 5 })] })
const sample = (rng: Tensor, x: Tensor): Tensor => model.apply(model.init(rng, [np.zeros([2, 3])]), [x])

test('a model that is initialized and applied under vmap and jit keeps nothing of it', () => {
  const run = jit(vmap(sample, { inAxes: [0, null] }))
  const x = np.ones([4, 3])
  const once = (): number => {
    tidy(() => {
      const rngs = random.split(random.key(23), 10)
      return run(rngs, x).sum().item()
    })
    return backend.storage.memory().buffers
  }
  const after = once()
  for (let i = 0; i < 5; i++) expect(once()).toBe(after)
  expect(run.traceCount()).toBe(1)
  expect([model.scope, model.name, Object.keys(model)]).toEqual([undefined, undefined, []])
  expect(sample(random.key(0), x).shape).toEqual([4, 5])
})

test('a bound module, its variables and streams end with the scope of apply', () => {
  const kept: nn.Dense[] = []
  class Leaky extends nn.Module {
    call(x: Tensor): Tensor {
      const layer = new nn.Dense({ features: 2 })
      kept.push(layer)
      return layer.call(x)
    }
  }
  const x = np.ones([3])
  const variables = new Leaky().init(random.key(0), [x])
  expect(() => kept[0]!.call(x)).toThrow(nn.InvalidScopeError)
  expect(() => kept[0]!.call(x)).toThrow(/scope "\/Dense_0" is no longer valid/)
  new Leaky().apply(variables, [x])
  expect(() => kept[1]!.putVariable('params', 'a', x)).toThrow(nn.InvalidScopeError)
})

describe('a transformation of functions inside of a module', () => {
  class Inside extends nn.Module<{ around: (f: (x: Tensor) => Tensor) => (x: Tensor) => Tensor }> {
    call(x: Tensor): Tensor {
      const count = (): Tensor => this.getVariable<Tensor>('state', 'count', np.zeros([]))
      const layer = (y: Tensor): Tensor => {
        if (this.isMutableCollection('state')) this.putVariable('state', 'count', count().add(y.sum()))
        return new nn.Dense({ features: 2, name: 'layer' }).call(y)
      }
      return this.props.around(layer)(x)
    }
  }
  const key = random.key(0)
  const x = (): Tensor => np.ones([2, 3])

  test.each([
    ['jit', jit, 'layer'],
    ['checkpoint', checkpoint, 'checkpoint'],
  ] as const)('%s: variables that are made there are refused, and nn has the like of it', (_, around, name) => {
    const run = (): unknown => new Inside({ around }).init(key, [x()], { mutable: 'params' })
    expect(run).toThrow(nn.JaxTransformError)
    expect(run).toThrow(`variable "params/layer/bias" was made or written inside of ${name}, which has ended`)
    expect(run).toThrow(/take that of modules: nn.jit, nn.vmap, nn.remat/)
  })

  test('vmap, where they depend on what is mapped', () => {
    const model = new Inside({ around: (f) => vmap(f) })
    expect(Object.keys(model.init(key, [x()], { mutable: 'params' }).params!)).toEqual(['layer'])
    expect(() => model.init(key, [x()])).toThrow(/variable "state\/count" was made or written inside of vmap/)
    const variables = model.init(key, [x()], { mutable: 'params' })
    expect(() => model.apply(variables, [x()], { mutable: 'state' })).toThrow(nn.JaxTransformError)
  })

  test('is welcome where it only reads', () => {
    const variables = new Inside({ around: (f) => f }).init(key, [x()], { mutable: 'params' })
    const y = new Inside({ around: (f) => f }).apply(variables, [x()])
    for (const around of [jit, checkpoint, (f: (x: Tensor) => Tensor) => vmap(f)] as const)
      expect(new Inside({ around }).apply(variables, [x()]).toArray()).toEqual(y.toArray())
    const slope = new Inside({ around: (f) => grad((z: Tensor) => f(z).sum()) }).apply(variables, [x()])
    expect(slope.shape).toEqual([2, 3])
  })
})
