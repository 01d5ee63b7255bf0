// What a model leaves behind: no traced values after a transformation, and no tensors in the memory of the backend.
import { hostBackend } from '@heddle/backend-host'
import { jit, np, random, setDefaultBackend, tidy, vmap, type Tensor } from '@heddle/func'
import { beforeAll, expect, test } from 'vitest'
import * as nn from './index'

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
