/** Parameters that branches and loops only read stay whole under vmap with shared parameters, and broadcast in scan. */
import { hostBackend } from '@heddle/backend-host'
import { jit, np, random, setDefaultBackend, type Tensor, tree } from '@heddle/func'
import { beforeEach, describe, expect, it } from 'vitest'
import * as nn from '../../src/index'

beforeEach(() => setDefaultBackend(hostBackend()))

class Heads extends nn.Module {
  declare heads: readonly nn.Dense[]
  setup(): void {
    this.heads = [0, 1].map(() => new nn.Dense({ features: 2 }))
  }
  /** As Flax has it: where parameters may be made, all branches run. */
  prepare(x: Tensor): void {
    if (this.isMutableCollection('params')) for (const head of this.heads) head.call(x)
  }
}
class Switched extends Heads {
  call(i: Tensor, x: Tensor): Tensor {
    this.prepare(x)
    return nn.switch(i, [(m: Switched, y: Tensor) => m.heads[0]!.call(y), (m: Switched, y: Tensor) => m.heads[1]!.call(y)], this, [x])
  }
}
class Chosen extends Heads {
  call(i: Tensor, x: Tensor): Tensor {
    this.prepare(x)
    return nn.cond(
      i.greater(0),
      (m: Chosen, y: Tensor) => m.heads[1]!.call(y),
      (m: Chosen, y: Tensor) => m.heads[0]!.call(y),
      this,
      [x],
    )
  }
}
class Repeated extends Heads {
  call(i: Tensor, x: Tensor): Tensor {
    this.prepare(x)
    return nn.whileLoop(
      (_m: Repeated, [k]: [Tensor, Tensor]) => k.less(2),
      (m: Repeated, [k, y]: [Tensor, Tensor]): [Tensor, Tensor] => [k.add(1), m.heads[0]!.call(y)],
      this,
      [i, x],
      {},
    )[1]
  }
}
const shared = { inAxes: 0, outAxes: 0, variableAxes: { params: null }, splitRngs: { params: false } } as const
const [index, xs] = [(): Tensor => np.array([0, 1, 1]).astype('int32'), (): Tensor => np.arange(6).reshape(3, 2).astype('float32')]
const shapes = (v: unknown): unknown => tree.map((x: Tensor) => x.shape.join(), v as { [k: string]: Tensor })
const heads = { bias: '2', kernel: '2,2' }

describe.each([
  ['switch', Switched],
  ['cond', Chosen],
  ['whileLoop', Repeated],
] as const)('%s', (_, C: new () => Switched) => {
  it('under vmap with shared parameters', () => {
    const V = nn.vmap(C, shared)
    const variables = new V().init(random.key(0), [index(), xs()])
    expect(shapes(variables)).toEqual({ params: { heads_0: heads, heads_1: heads } })
    const want = [0, 1, 2].map((k) => new C().apply(variables, [index().at(k), xs().at(k)]).toArray())
    expect(new V().apply(variables, [index(), xs()]).toArray()).toEqual(want)
    const [out, updated] = new V().apply(variables, [index(), xs()], { mutable: ['params'] })
    expect([out.toArray(), shapes(updated)]).toEqual([want, shapes(variables)])
    const [traced] = jit((v: typeof variables) => new V().apply(v, [index(), xs()], { mutable: ['params'] }))(variables)
    expect(traced.toArray()).toEqual(want)
  })
  it('in a scan with broadcast parameters', () => {
    class Step extends nn.Module {
      call(carry: Tensor, i: Tensor): [Tensor, null] {
        return [new C().call(i, carry), null]
      }
    }
    class Net extends nn.Module {
      call(x: Tensor): Tensor {
        return new (nn.scan(Step, { variableBroadcast: 'params', splitRngs: { params: false } }))().call(x, index())[0]
      }
    }
    const variables = new Net().init(random.key(0), [np.ones([2])])
    const out = new Net().apply(variables, [np.ones([2])])
    const [again] = new Net().apply(variables, [np.ones([2])], { mutable: ['params'] })
    expect(again.toArray()).toEqual(out.toArray())
  })
})
