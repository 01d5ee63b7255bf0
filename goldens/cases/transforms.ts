/** Transformations of modules, with the examples of their documentation. */
import { grad, np, random, tree, type Tensor } from '@heddle/func'
import * as nn from '@heddle/linen'
import { moduleCase, type Case } from './case'

const { initializers: I } = nn

class NormMLP extends nn.Module {
  call(x: Tensor, train = true): Tensor {
    const h = new nn.Dense({ features: 4 }).call(x)
    return nn.relu(new nn.BatchNorm({ useRunningAverage: !train, momentum: 0.9, axisName: 'batch' }).call(h))
  }
}

export class LSTM extends nn.Module<{ features: number }> {
  call(x: Tensor): Tensor {
    const ScanLSTM = nn.scan(nn.LSTMCell, { variableBroadcast: 'params', splitRngs: { params: false }, inAxes: 1, outAxes: 1 })
    const lstm = new ScanLSTM({ features: this.props.features })
    const carry = lstm.initializeCarry(random.key(0), x.at(':', 0).shape)
    return lstm.call(carry, x)[1]
  }
}

class LSTMFn extends nn.Module<{ features: number }> {
  call(x: Tensor): Tensor {
    const cell = new nn.LSTMCell({ features: this.props.features })
    const scan = nn.scan((c: nn.LSTMCell, carry: nn.LSTMCarry, xs: Tensor) => c.call(carry, xs), {
      variableBroadcast: 'params',
      splitRngs: { params: false },
      inAxes: 1,
      outAxes: 1,
    })
    return scan(cell, cell.initializeCarry(random.key(0), x.at(':', 0).shape), x)[1]
  }
}

class Block extends nn.Module {
  call(x: Tensor, _slice: null): readonly [Tensor, null] {
    return [x.add(nn.relu(new nn.Dense({ features: 2 }).call(x))), null]
  }
}

export class ResidualMLP extends nn.Module<{ layers: number }> {
  call(x: Tensor): Tensor {
    const ScanMLP = nn.scan(Block, {
      variableAxes: { params: 0 },
      variableBroadcast: false,
      splitRngs: { params: true },
      length: this.props.layers,
    })
    return new ScanMLP().call(x, null)[0]
  }
}

type Counted = readonly [Tensor, readonly [Tensor, Tensor]]

class Counter extends nn.Module {
  call(c: Tensor, x: Tensor, b: Tensor): Counted {
    const n = this.variable('state', 'n', () => np.zeros([], 'int32'))
    const s = this.param('s', I.normal(1), [3])
    n.value = n.value.add(1)
    if (!this.isInitializing()) this.sow('trace', 'seen', x.mul(2))
    const noise = random.uniform(this.makeRng('noise'), [3])
    const next = c.add(s.mul(x)).add(noise).add(b)
    return [next, [next.mul(2), n.value]]
  }
}

export class CounterScan extends nn.Module {
  call(c: Tensor, xs: Tensor, b: Tensor): Counted {
    const cell = new Counter({ name: 'cell' })
    if (this.isInitializing()) return cell.call(c, xs.at(0), b)
    const scan = nn.scan((m: Counter, carry: Tensor, x: Tensor, shared: Tensor) => m.call(carry, x, shared), {
      variableAxes: { trace: 1 },
      variableBroadcast: 'params',
      variableCarry: 'state',
      splitRngs: { params: false, noise: true },
      inAxes: [0, nn.broadcast],
      outAxes: [0, 0],
      reverse: true,
      unroll: 2,
    })
    return scan(cell, c, xs, b)
  }
}

export class JitMLP extends nn.Module {
  call(x: Tensor): Tensor {
    const h = new (nn.jit(nn.Dense))({ features: 4 }).call(x)
    return new (nn.jit(nn.Dense))({ features: 3 }).call(nn.relu(h))
  }
}

export class CheckpointedMLP extends nn.Module {
  call(x: Tensor): Tensor {
    const CheckpointDense = nn.checkpoint(nn.Dense)
    const h = nn.relu(new CheckpointDense({ features: 128 }).call(x))
    return new CheckpointDense({ features: 1 }).call(h)
  }
}

export class BigModel extends nn.Module {
  call(x: Tensor): Tensor {
    return new (nn.rematScan(nn.Dense, { lengths: [10, 10] }))({ features: 8 }, { name: 'dense_stack' }).call(x)
  }
}

export class CausalDense extends nn.Module<{ features: number }> {
  declare dense: nn.Dense
  applyMask(variables: nn.Variables): nn.Variables {
    return this.isInitializing() ? variables : tree.map((x: Tensor) => np.triu(x), variables)
  }
  setup(): void {
    const Causal = nn.mapVariables(nn.Dense, 'params', { transInFn: (v) => this.applyMask(v), init: this.isInitializing() })
    this.dense = new Causal({ features: this.props.features, useBias: false })
  }
  call(x: Tensor): Tensor {
    return this.dense.call(x)
  }
}

class Scale extends nn.Module {
  call(x: Tensor): Tensor {
    return this.param('test', I.onesInit(), []).mul(x)
  }
}

export class Jvp extends nn.Module {
  call(x: Tensor): readonly [Tensor, Tensor] {
    const scale = new Scale()
    const params = tree.map((p: Tensor) => np.onesLike(p), scale.variables.params ?? {})
    return nn.jvp((m: Scale, y: Tensor) => m.call(y), scale, [x], [np.onesLike(x).mul(2)], { variableTangents: { params } })
  }
}

class Learn2 extends nn.Module {
  call(x: Tensor, y: Tensor): Tensor {
    return this.param('scale', I.constant(1.5), []).mul(x).mul(y)
  }
}

export class Vjp extends nn.Module {
  call(x: Tensor, y: Tensor): readonly unknown[] {
    const [z, backward] = nn.vjp((m: Learn2, a: Tensor, b: Tensor) => m.call(a, b), new Learn2(), [x, y])
    return [z, ...backward(np.ones(z.shape))]
  }
}

export class VjpAux extends nn.Module {
  call(x: Tensor, y: Tensor): readonly unknown[] {
    const f = (m: Learn2, a: Tensor, b: Tensor) => [m.call(a, b), { xx: a.mul(a) }] as const
    const [z, backward, aux] = nn.vjp(f, new Learn2(), [x, y], { hasAux: true })
    return [z, backward(np.ones(z.shape).mul(2)), aux]
  }
}

class SignGrad extends nn.Module {
  call(x: Tensor): Tensor {
    const f = (m: nn.Dense, y: Tensor): Tensor => m.call(y)
    const signGrad = nn.customVjp(f, {
      forwardFn: (m, y) => nn.vjp(f, m, [y]),
      backwardFn: (backward, cotangent) => {
        const [params, ...inputs] = backward(cotangent)
        return [tree.map((t: Tensor) => np.sign(t), params), ...inputs]
      },
    })
    return signGrad(new nn.Dense({ features: 1 }), x).reshape([])
  }
}

export class While extends nn.Module {
  call(x: Tensor): Tensor {
    const below = (m: While): Tensor => (m.variables.state!.acc as Tensor).less(10)
    const step = (m: While, c: Tensor): Tensor => {
      const acc = m.variable('state', 'acc', () => np.array(0, 'int32'))
      acc.value = acc.value.add(1)
      return new nn.Dense({ features: c.shape[1]! }).call(c)
    }
    if (this.isMutableCollection('params')) return step(this, x)
    return nn.whileLoop(below, step, this, x, { carryVariables: 'state' })
  }
}

const countedDense =
  (name: string, factor: number) =>
  (m: nn.Module, x: Tensor): Tensor => {
    const count = m.variable<Tensor>('state', name)
    count.value = count.value.add(1)
    return new nn.Dense({ features: 2 }, { name: 'dense' }).call(x).mul(factor)
  }

export class Cond extends nn.Module {
  call(x: Tensor, pred: boolean): Tensor {
    for (const name of ['true_count', 'false_count']) this.variable('state', name, () => np.array(0, 'int32'))
    return nn.cond(pred, countedDense('true_count', 1), countedDense('false_count', -1), this, [x])
  }
}

export class Switch extends nn.Module {
  call(x: Tensor, index: number): Tensor {
    for (const name of ['a', 'b', 'c']) this.variable('state', `${name}_count`, () => np.array(0, 'int32'))
    return nn.switch(index, [countedDense('a_count', 1), countedDense('b_count', 2), countedDense('c_count', -1)], this, [x])
  }
}

export class MultiHead extends nn.Module {
  declare heads: readonly { call(x: Tensor): Tensor }[]
  setup(): void {
    const dense = (features: number): nn.Dense => new nn.Dense({ features })
    this.heads = [
      new nn.Sequential({ layers: [dense(10), dense(7), dense(5)] }),
      new nn.Sequential({ layers: [dense(11), dense(5)] }),
      dense(5),
    ]
  }
  call(x: Tensor, index: number): Tensor {
    const branches = [0, 1, 2].map((i) => (m: MultiHead, y: Tensor) => m.heads[i]!.call(y))
    if (this.isMutableCollection('params')) for (const branch of branches) branch(this, x)
    return nn.switch(index, branches, this, [x])
  }
}

/** A case of init and apply that leaves state, without a loss. */
const stateful = (name: string, make: () => nn.Module, mutable: string | undefined, initArgs?: (args: readonly unknown[]) => readonly unknown[]): Case => ({
  name: `linen/${name}`,
  run: ({ args, rngs }) => {
    const module = make()
    const variables = module.init(rngs, initArgs?.(args) ?? args)
    if (mutable === undefined) return { variables, output: module.apply(variables, args) }
    const [output, mutated] = module.apply(variables, args, { mutable })
    return { variables, output, mutated }
  },
})

class TransformerBlock extends nn.Module {
  call(x: Tensor): Tensor {
    const mask = nn.makeCausalMask(x.at('...', 0))
    const normed = new nn.LayerNorm().call(x)
    const attended = x.add(new nn.MultiHeadDotProductAttention({ numHeads: 2 }).call(normed, { mask }))
    const h = nn.gelu(new nn.Dense({ features: 32 }).call(new nn.LayerNorm().call(attended)))
    return attended.add(new nn.Dense({ features: 8 }).call(h))
  }
}

class Layer extends nn.Module {
  call(x: Tensor, _slice: null): readonly [Tensor, null] {
    return [new TransformerBlock().call(x), null]
  }
}

class LM extends nn.Module {
  call(ids: Tensor): Tensor {
    const x = new nn.Embed({ numEmbeddings: 11, features: 8 }).call(ids)
    const Stack = nn.scan(nn.remat(Layer), { variableAxes: { params: 0 }, splitRngs: { params: true }, length: 3 })
    const [y] = new Stack({ name: 'blocks' }).call(x, null)
    return new nn.Dense({ features: 11 }).call(new nn.LayerNorm().call(y))
  }
}

export const cases: readonly Case[] = [
  moduleCase('vmap_batch_dense', () => new (nn.vmap(nn.Dense, { variableAxes: { params: 0 }, splitRngs: { params: true } }))({ features: 5 })),
  moduleCase('vmap_shared_dense', () => new (nn.vmap(nn.Dense, { variableAxes: { params: null }, splitRngs: { params: false } }))({ features: 5 })),
  moduleCase(
    'vmap_axes',
    () => new (nn.vmap(nn.Dense, { inAxes: 1, outAxes: 2, variableAxes: { params: 1 }, splitRngs: { params: true } }))({ features: 5 }),
  ),
  moduleCase(
    'vmap_axis_name_batchnorm',
    () =>
      new (nn.vmap(NormMLP, {
        variableAxes: { params: null, batch_stats: null },
        splitRngs: { params: false },
        axisName: 'batch',
      }))(),
    // The gradient through a normalization cancels: the golden itself is up to 3e-5 from a float64 computation.
    { mutable: ['batch_stats'], tolerance: { rtol: 2e-4, atol: 1e-5 } },
  ),
  moduleCase('scan_lstm_class', () => new LSTM({ features: 6 })),
  moduleCase('scan_lstm_function', () => new LSTMFn({ features: 6 })),
  moduleCase('scan_residual_mlp', () => new ResidualMLP({ layers: 4 })),
  moduleCase('scan_carry_sow_reverse', () => new CounterScan(), { mutable: ['state', 'trace'] }),
  moduleCase('jit_dense', () => new JitMLP()),
  moduleCase('checkpoint_mlp', () => new CheckpointedMLP()),
  moduleCase('remat_scan_big_model', () => new BigModel()),
  moduleCase('map_variables_causal_dense', () => new CausalDense({ features: 5 })),
  moduleCase('jvp_learn_scale', () => new Jvp(), { grad: false }),
  moduleCase('vjp_learn_scale', () => new Vjp(), { grad: false }),
  moduleCase('vjp_aux', () => new VjpAux(), { grad: false }),
  {
    name: 'linen/custom_vjp_sign_grad',
    run: ({ args: [x], rngs }) => {
      const module = new SignGrad()
      const variables = module.init(rngs, [x!])
      return {
        variables,
        output: module.apply(variables, [x!]),
        grads: grad((v: nn.Variables) => module.apply(v, [x!]))(variables),
        grads_x: grad((y: Tensor) => module.apply(variables, [y]))(x!),
      }
    },
  },
  stateful('while_loop', () => new While(), 'state'),
  stateful('cond_true', () => new Cond(), 'state', ([x]) => [x, true]),
  stateful('cond_false', () => new Cond(), 'state', ([x]) => [x, true]),
  ...[0, 1, 2].map((i) => stateful(`switch_${i}`, () => new Switch(), 'state', ([x]) => [x, 0])),
  ...[0, 1, 2].map((i) => stateful(`switch_multihead_${i}`, () => new MultiHead(), undefined, ([x]) => [x, 0])),
  // Gradients through layers of attention and gelu; on wasm, whose exponentials are XNNPACK's, two of them are 2e-5 off.
  moduleCase('transformer_scan_remat', () => new LM(), { tolerance: { rtol: 3e-5, atol: 1e-6 } }),
]
