/** The models of the comparison with JAX, as in python/worker.py. */
import { jit, nn as fn, random, type Tensor, valueAndGrad } from '@heddle/func'
import * as nn from '@heddle/linen'
import { adam, applyUpdates, type GradientTransformation, sgd, softmaxCrossEntropyWithIntegerLabels } from '@heddle/optim'

/** A network of one input and one output. */
abstract class Net extends nn.Module {
  abstract call(x: Tensor): Tensor
}
class MLP extends Net {
  call(x: Tensor): Tensor {
    let y = x
    for (const features of [512, 512]) y = nn.relu(new nn.Dense({ features }).call(y))
    return new nn.Dense({ features: 10 }).call(y)
  }
}
const ScanLSTM = nn.scan(nn.LSTMCell, { variableBroadcast: 'params', splitRngs: { params: false }, inAxes: 1, outAxes: 1 })
class LSTM extends Net {
  call(x: Tensor): Tensor {
    const lstm = new ScanLSTM({ features: 128 })
    const [, y] = lstm.call(lstm.initializeCarry(random.key(0), [x.shape[0]!, x.shape[2]!]), x)
    return new nn.Dense({ features: 64 }).call(y)
  }
}
class Block extends nn.Module {
  call(x: Tensor): Tensor {
    const h = new nn.LayerNorm().call(x)
    const mask = nn.makeCausalMask(x.at('...', 0))
    const y = x.add(new nn.MultiHeadDotProductAttention({ numHeads: 4 }).call(h, { mask }))
    const z = fn.gelu(new nn.Dense({ features: 512 }).call(new nn.LayerNorm().call(y)))
    return y.add(new nn.Dense({ features: 128 }).call(z))
  }
}
class Transformer extends Net {
  call(ids: Tensor): Tensor {
    let x = new nn.Embed({ numEmbeddings: 96, features: 128 })
      .call(ids)
      .add(this.param('positions', nn.initializers.normal(0.02), [64, 128]))
    for (let i = 0; i < 12; i++) x = new Block().call(x)
    return new nn.Dense({ features: 96 }).call(new nn.LayerNorm().call(x))
  }
}
class ConvNet extends Net {
  call(x: Tensor): Tensor {
    let y = x
    for (const features of [16, 32])
      y = nn.maxPool(nn.relu(new nn.Conv({ features, kernelSize: [3, 3] }).call(y)), [2, 2], { strides: [2, 2] })
    y = y.reshape([y.shape[0]!, -1])
    return new nn.Dense({ features: 10 }).call(nn.relu(new nn.Dense({ features: 64 }).call(y)))
  }
}
const rows = (...shape: number[]): Tensor => random.normal(random.key(1), shape)
const labels = (shape: number[], n: number): Tensor => random.randint(random.key(2), shape, 0, n)

interface Case {
  readonly model: () => Net
  readonly data: () => [x: Tensor, y: Tensor]
  readonly optimizer: () => GradientTransformation
}
export const cases: Readonly<Record<string, Case>> = {
  mlp: { model: () => new MLP(), data: () => [rows(128, 784), labels([128], 10)], optimizer: () => sgd(0.1) as GradientTransformation },
  lstm: {
    model: () => new LSTM(),
    data: () => [rows(32, 64, 64), labels([32, 64], 64)],
    optimizer: () => adam(1e-3) as GradientTransformation,
  },
  transformer: {
    model: () => new Transformer(),
    data: () => [labels([8, 64], 96), labels([8, 64], 96)],
    optimizer: () => adam(1e-3) as GradientTransformation,
  },
  conv: {
    model: () => new ConvNet(),
    data: () => [rows(64, 28, 28, 1), labels([64], 10)],
    optimizer: () => adam(1e-3) as GradientTransformation,
  },
}

type State = readonly [params: nn.Variables, optimizer: unknown]
export interface Trainer {
  readonly step: (state: State, x: Tensor, y: Tensor) => readonly [State, loss: Tensor]
  /** The same, not compiled: for tracing. */
  readonly plain: (state: State, x: Tensor, y: Tensor) => readonly [State, loss: Tensor]
  readonly state: State
  readonly x: Tensor
  readonly y: Tensor
}
export const build = (name: string): Trainer => {
  const { model, data, optimizer } = cases[name]!
  const [x, y] = data()
  const m = model()
  const opt = optimizer()
  const params = m.init(random.key(0), [x])
  const plain = (state: State, xs: Tensor, ys: Tensor): readonly [State, Tensor] => {
    const loss = (p: nn.Variables): Tensor => softmaxCrossEntropyWithIntegerLabels(m.apply(p, [xs]), ys).mean()
    const [value, grads] = valueAndGrad(loss)(state[0])
    const [updates, next] = opt.update(grads, state[1], state[0])
    return [[applyUpdates(state[0], updates), next], value]
  }
  return { step: jit(plain, { donateArgnums: 0 }), plain, state: [params, opt.init(params)], x, y }
}
