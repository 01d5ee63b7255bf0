/** Layers. */
import { grad, np, type Tensor } from '@heddle/func'
import * as nn from '@heddle/linen'
import { moduleCase, type Case } from './case'

const cells = { LSTMCell: nn.LSTMCell, OptimizedLSTMCell: nn.OptimizedLSTMCell, GRUCell: nn.GRUCell, SimpleCell: nn.SimpleCell, MGUCell: nn.MGUCell }

/** Activations by Flax's name. */
const activations = {
  relu: nn.relu,
  gelu: nn.gelu,
  silu: nn.silu,
  swish: nn.swish,
  elu: nn.elu,
  selu: nn.selu,
  celu: nn.celu,
  leaky_relu: nn.leakyRelu,
  sigmoid: nn.sigmoid,
  log_sigmoid: nn.logSigmoid,
  softplus: nn.softplus,
  soft_sign: nn.softSign,
  tanh: nn.tanh,
  hard_tanh: nn.hardTanh,
  hard_sigmoid: nn.hardSigmoid,
  hard_swish: nn.hardSwish,
  relu6: nn.relu6,
  softmax: nn.softmax,
  log_softmax: nn.logSoftmax,
  standardize: nn.standardize,
} as const

export const cases: readonly Case[] = [
  moduleCase('dense', () => new nn.Dense({ features: 5 })),
  moduleCase('mlp', () => new nn.Sequential({ layers: [new nn.Dense({ features: 8 }), nn.relu, new nn.Dense({ features: 3 })] })),
  moduleCase('dense_general', () => new nn.DenseGeneral({ features: [2, 3], axis: [-2, -1] })),
  moduleCase('einsum', () => new nn.Einsum({ shape: [4, 2, 5], einsumStr: 'abc,cde->abde' })),
  moduleCase('conv_same', () => new nn.Conv({ features: 4, kernelSize: [3, 3] })),
  moduleCase('conv_valid_strided', () => new nn.Conv({ features: 4, kernelSize: [3, 3], strides: 2, padding: 'VALID' })),
  moduleCase('conv_dilated_grouped', () => new nn.Conv({ features: 6, kernelSize: [3, 3], kernelDilation: 2, featureGroupCount: 3 })),
  moduleCase('conv1d_causal', () => new nn.Conv({ features: 4, kernelSize: [3], padding: 'CAUSAL' })),
  moduleCase('conv_transpose', () => new nn.ConvTranspose({ features: 4, kernelSize: [3, 3], strides: [2, 2] })),
  moduleCase('embed', () => new nn.Embed({ numEmbeddings: 7, features: 4 })),
  // The variance is computed as E[x^2] - E[x]^2: the golden itself is up to 1.6e-5 from a float64 computation.
  moduleCase('layer_norm', () => new nn.LayerNorm(), { tolerance: { rtol: 5e-5 } }),
  moduleCase('rms_norm', () => new nn.RMSNorm()),
  moduleCase('group_norm', () => new nn.GroupNorm({ numGroups: 2 })),
  moduleCase('batch_norm_train', () => new nn.BatchNorm({ useRunningAverage: false }), { mutable: ['batch_stats'] }),
  moduleCase('batch_norm_eval', () => new nn.BatchNorm({ useRunningAverage: true })),
  moduleCase('dropout', () => new nn.Dropout({ rate: 0.4, deterministic: false })),
  moduleCase('attention', () => new nn.MultiHeadDotProductAttention({ numHeads: 2 }), {
    more: ({ args: [q] }) => [{ mask: nn.makeCausalMask((q as unknown as Tensor).at('...', 0)) }],
    // Scores are large here, and JAX's softmax loses what is left beside a probability near 1: the golden itself is up to 4e-5 from a
    // float64 computation (0.13304381 for 0.13300393 in the keys' kernel), from which heddle is 1e-7.
    tolerance: { rtol: 2e-4, atol: 4.5e-5 },
  }),
  ...Object.entries(cells).map(([name, Cell]) => moduleCase(`rnn_${name}`, () => new nn.RNN({ cell: new Cell({ features: 4 }) }))),
  moduleCase(
    'bidirectional',
    () => {
      const rnn = (): nn.RNN => new nn.RNN({ cell: new nn.GRUCell({ features: 4 }) })
      return new nn.Bidirectional({ forwardRnn: rnn(), backwardRnn: rnn() })
    },
    { more: () => [{ seqLengths: np.array([2, 3], 'int32') }] },
  ),
  {
    name: 'linen/pool',
    run: ({ args: [image] }) => ({
      max: nn.maxPool(image!, [2, 2], { strides: [2, 2] }),
      avg: nn.avgPool(image!, [3, 3], { strides: [2, 2], padding: 'SAME' }),
    }),
  },
  {
    name: 'linen/activations',
    // 1 - tanh(4)^2 cancels: the golden itself is up to 3e-6 from a float64 computation.
    tolerance: { atol: 5e-6 },
    run: ({ args: [x] }) =>
      Object.fromEntries(
        Object.entries(activations).map(([name, f]) => [name, [f(x!), grad((z: Tensor) => f(z).mul(np.arange(17).astype('float32')).sum())(x!)]]),
      ),
  },
]
