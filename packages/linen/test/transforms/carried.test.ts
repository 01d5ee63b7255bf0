/** Collections that loops carry: made in the first iteration, passed on, or handed through where they may not be written. */
import { hostBackend } from '@heddle/backend-host'
import { grad, lax, np, random, setDefaultBackend, type Tensor } from '@heddle/func'
import { close, shapes } from '@heddle/testing'
import { describe, expect, it } from 'vitest'
import * as nn from '../../src/index'

setDefaultBackend(hostBackend())

const key = random.key(0)
const xs = random.normal(random.key(1), [4, 5, 3])
const start = np.ones([5, 3])

/** Averages over time, counts, and normalizes by what it has so far: each iteration depends on the one before. */
class Body extends nn.Module {
  call(c: Tensor, x: Tensor): readonly [Tensor, Tensor] {
    const mean = this.variable('batch_stats', 'mean', () => np.full([3], 0.5))
    const n = this.variable('batch_stats', 'n', () => np.zeros([]))
    const h = nn.tanh(new nn.Dense({ features: 3 }).call(c.add(x)).sub(mean.value))
    if (this.isMutableCollection('batch_stats')) {
      mean.value = mean.value.mul(0.5).add(np.mean(h, 0))
      n.value = n.value.add(1)
    }
    return [h, h.sum().add(n.value)]
  }
}

/** The same as a loop in JavaScript. */
class Loop extends nn.Module<{ readonly reverse?: boolean; readonly shared?: boolean; readonly steps?: number }> {
  call(first: Tensor, all: Tensor): readonly [Tensor, Tensor] {
    const { reverse = false, steps = 4 } = this.props
    const body = new Body({ name: 'body' })
    let c = first
    const ys: Tensor[] = []
    for (let i = 0; i < steps; i++) {
      const [next, y] = body.call(c, all.at(reverse ? steps - 1 - i : i))
      c = next
      ys.push(y)
    }
    return [c, np.stack(reverse ? ys.toReversed() : ys)]
  }
}

const carry = { variableBroadcast: 'params', variableCarry: 'batch_stats', splitRngs: { params: false } } as const

class Scanned extends nn.Module<{ readonly reverse?: boolean; readonly unroll?: number }> {
  call(first: Tensor, all: Tensor): readonly [Tensor, Tensor] {
    const Repeated = nn.scan(Body, { ...carry, ...this.props })
    return new Repeated({ name: 'body' }).call(first, all)
  }
}

describe('variables that a scan carries', () => {
  it.each([
    ['forwards', {}, 4],
    ['backwards', { reverse: true }, 4],
    ['unrolled', { unroll: 3 }, 4],
    ['two steps', {}, 2],
    ['one step', {}, 1],
    ['one step backwards', { reverse: true }, 1],
  ])('are made in the first iteration: %s', (_, props, steps) => {
    const args = [start, lax.sliceInDim(xs, 0, steps)] as const
    const byHand = new Loop({ steps, reverse: 'reverse' in props }).initWithOutput(key, args as never)
    close(new Scanned(props).initWithOutput(key, args as never), byHand)
    const params = { params: byHand[1].params! }
    const applied = new Loop({ steps, reverse: 'reverse' in props }).apply(params, args as never, { mutable: ['batch_stats'] })
    close(new (nn.jit(Scanned))(props).apply(params, args as never, { mutable: ['batch_stats'] }), applied)
  })

  it('are made beside parameters of each iteration', () => {
    const Stack = nn.scan(Body, { variableAxes: { params: 0 }, variableCarry: 'batch_stats', splitRngs: { params: true } })
    const [[c, ys], variables] = new Stack().initWithOutput(key, [start, xs])
    expect(shapes(variables)).toEqual({
      params: { Dense_0: { kernel: [4, 3, 3], bias: [4, 3] } },
      batch_stats: { mean: [3], n: [] },
    })
    const { kernel } = (variables.params as unknown as { Dense_0: { kernel: Tensor } }).Dense_0
    expect(kernel.at(0).toArray()).not.toEqual(kernel.at(1).toArray())
    const fresh = { mean: np.full([3], 0.5), n: np.zeros([]) }
    close(new Stack().apply({ ...variables, batch_stats: fresh } as never, [start, xs], { mutable: ['batch_stats'] }), [
      [c, ys],
      { batch_stats: variables.batch_stats },
    ])
  })

  it('are made in a collection that is absent when applied', () => {
    const { params, batch_stats } = new Scanned({}).init(key, [start, xs])
    const [, updated] = new Scanned({}).apply({ params: params! }, [start, xs], { mutable: ['batch_stats'] })
    close(updated, { batch_stats: batch_stats! })
  })

  it('are made inside of vmap', () => {
    const Many = nn.vmap(Scanned, { variableAxes: { params: null, batch_stats: 0 }, splitRngs: { params: false } })
    const many = np.stack([xs, xs.mul(2)])
    const one = new Scanned({}).init(key, [start, xs.mul(2)])
    const all = new Many({}).init(key, [np.stack([start, start]), many])
    close(
      (all.batch_stats as unknown as { body: { mean: Tensor } }).body.mean.at(1),
      (one.batch_stats as unknown as { body: { mean: Tensor } }).body.mean,
    )
  })

  it('may not change their types after the first iteration, nor may the carry in it', () => {
    class Grows extends nn.Module {
      call(c: Tensor, x: Tensor): readonly [Tensor, null] {
        this.sow('batch_stats', 'seen', x)
        return [c, null]
      }
    }
    expect(() => new (nn.scan(Grows, carry))().init(key, [start, xs])).toThrow(nn.CarryMismatchError)
    expect(() => new Scanned({}).init(key, [np.ones([3]), xs])).toThrow(/the carry: expected float32\[3\].*got float32\[5,3\]/)
  })
})

describe('a carried collection that is not mutable goes through unchanged', () => {
  const variables = new Loop({}).init(key, [start, xs])

  it('in scan', () => {
    close(new Scanned({}).apply(variables, [start, xs]), new Loop({}).apply(variables, [start, xs]))
    const scanned = grad((v: nn.Variables) => new Scanned({}).apply(v, [start, xs])[1].sum())
    const byHand = grad((v: nn.Variables) => new Loop({}).apply(v, [start, xs])[1].sum())
    close(scanned(variables), byHand(variables))
    const bothWays = new Scanned({}).apply(variables, [start, xs], { mutable: ['params'] })
    close(bothWays[0], new Loop({}).apply(variables, [start, xs]))
    close(bothWays[1], { params: variables.params! })
  })

  it('in whileLoop', () => {
    class While extends nn.Module {
      call(first: Tensor): Tensor {
        const body = new Body({ name: 'body' })
        if (this.isInitializing()) return body.call(first, xs.at(0))[0]
        const condition = (_: Body, [i]: readonly [Tensor, Tensor]): Tensor => i.less(3)
        const step = (m: Body, [i, c]: readonly [Tensor, Tensor]) => [i.add(1), m.call(c, xs.at(0))[0]] as const
        return nn.whileLoop(condition, step, body, [np.array(0), first] as const, { carryVariables: 'batch_stats' })[1]
      }
    }
    const same = np.broadcastTo(xs.at(0), [3, 5, 3])
    close(new While().apply(variables, [start]), new Loop({ steps: 3 }).apply(variables, [start, same])[0])
    const [y, updated] = new While().apply(variables, [start], { mutable: ['batch_stats'] })
    const byHand = new Loop({ steps: 3 }).apply(variables, [start, same], { mutable: ['batch_stats'] })
    close([y, updated], [byHand[0][0], byHand[1]])
  })

  class Layer extends nn.Module {
    call(c: Tensor): Tensor {
      return new Body({ name: 'body' }).call(c, np.zeros([3]))[0]
    }
  }
  const Deep = nn.rematScan(Layer, {
    lengths: [2, 2],
    variableCarry: 'batch_stats',
    variableBroadcast: 'params',
    variableAxes: {},
    splitRngs: { params: false },
  })

  it('in rematScan, where it is made in the first layer', () => {
    const zeros = np.zeros([4, 5, 3])
    const [y, made] = new Deep().initWithOutput({ params: key }, [start])
    const byHand = new Loop({}).apply({ params: made.params! }, [start, zeros], { mutable: ['batch_stats'] })
    close([y, made.batch_stats], [byHand[0][0], byHand[1].batch_stats])
    close(new Deep().apply(made, [start]), new Loop({}).apply(made, [start, zeros])[0])
  })

  class Cell extends nn.RNNCellBase<object, Tensor> {
    call(c: Tensor, x: Tensor): readonly [Tensor, Tensor] {
      const [h] = new Body({ name: 'body' }).call(c, x)
      return [h, h]
    }
    initializeCarry(_: unknown, shape: readonly number[]): Tensor {
      return np.ones(shape)
    }
  }

  it('in RNN, where it is made in the first step', () => {
    class Net extends nn.Module {
      call(x: Tensor): Tensor {
        return new nn.RNN({ cell: new Cell({ name: 'cell' }), variableCarry: 'batch_stats', timeMajor: true }).call(x)
      }
    }
    const [y, made] = new Net().initWithOutput(key, [xs])
    const inner = (v: nn.Variables): never =>
      Object.fromEntries(Object.entries(v).map(([k, c]) => [k, (c as unknown as { cell: unknown }).cell])) as never
    const byHand = new Loop({}).apply({ params: (inner(made) as nn.Variables).params! }, [start, xs], { mutable: ['batch_stats'] })
    close([y.at(3), (inner(made) as nn.Variables).batch_stats], [byHand[0][0], byHand[1].batch_stats])
    close(new Net().apply(made, [xs]).at(3), new Loop({}).apply(inner(made), [start, xs])[0])
  })
})
