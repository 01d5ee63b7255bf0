/** Layers with settings that are not their defaults. */
import { np, type Tensor } from '@heddle/func'
import * as nn from '@heddle/linen'
import { moduleCase, type Case } from './case'

const { initializers: I } = nn

type RnnOptions = Omit<nn.RNNProps, 'cell'>

class RNNWith extends nn.Module<{ options: RnnOptions }> {
  call(x: Tensor, call?: nn.RNNCall): unknown {
    return new nn.RNN({ cell: new nn.GRUCell({ features: 4 }), ...this.props.options }).call(x, call)
  }
}

class Twice extends nn.Module<{ update: boolean }> {
  call(x: Tensor): Tensor {
    const layer = new nn.SpectralNorm({ layerInstance: new nn.Dense({ features: 3 }), nSteps: 2 })
    return layer.call([x], { updateStats: this.props.update })
  }
}

class Tied extends nn.Module {
  declare embed: nn.Embed
  setup(): void {
    this.embed = new nn.Embed({ numEmbeddings: 7, features: 4 })
  }
  call(ids: Tensor): Tensor {
    return this.embed.attend(this.embed.call(ids))
  }
}

class Block extends nn.Module<{ inner: nn.Dense }> {
  declare first: nn.Dense
  declare rest: readonly [nn.Dense, nn.Dense, { readonly a: nn.Dense }]
  setup(): void {
    const dense = (): nn.Dense => new nn.Dense({ features: 4 })
    this.first = dense()
    this.rest = [dense(), this.first, { a: dense() }]
  }
  call(x: Tensor): Tensor {
    const { inner } = this.props
    const h = inner.call(this.first.call(x))
    return this.rest[2].a.call(this.rest[1].call(this.rest[0].call(h))).add(inner.call(h))
  }
}

const lengths = () => np.array([2, 3], 'int32')
const rnn = (options: RnnOptions) => () => new RNNWith({ options })

export const cases: readonly Case[] = [
  moduleCase('more_prelu', () => new nn.PReLU()),
  moduleCase('more_instance_norm', () => new nn.InstanceNorm()),
  moduleCase('more_group_norm_size', () => new nn.GroupNorm({ numGroups: null, groupSize: 1 })),
  moduleCase(
    'more_layer_norm_axes',
    () => new nn.LayerNorm({ reductionAxes: [1, 2], featureAxes: 1, useFastVariance: false, useBias: false }),
  ),
  moduleCase('more_rms_norm_epsilon', () => new nn.RMSNorm({ epsilon: 1e-3, reductionAxes: [1, 2] })),
  moduleCase('more_weight_norm', () => new nn.WeightNorm({ layerInstance: new nn.Dense({ features: 3 }) })),
  moduleCase(
    'more_weight_norm_whole',
    () => new nn.WeightNorm({ layerInstance: new nn.Dense({ features: 3 }), featureAxes: null, useScale: false }),
  ),
  moduleCase('more_spectral_norm', () => new Twice({ update: true }), { mutable: ['batch_stats'] }),
  moduleCase('more_spectral_norm_eval', () => new Twice({ update: false }), { mutable: ['batch_stats'] }),
  moduleCase('more_conv_circular', () => new nn.Conv({ features: 3, kernelSize: [3, 3], padding: 'CIRCULAR' })),
  moduleCase('more_conv_reflect', () => new nn.Conv({ features: 3, kernelSize: [3, 3], padding: 'REFLECT', kernelDilation: 2 })),
  moduleCase(
    'more_conv_pads',
    () => new nn.Conv({ features: 3, kernelSize: [3, 2], strides: [1, 2], padding: [[1, 0], 2], useBias: false }),
  ),
  moduleCase('more_conv_input_dilation', () => new nn.Conv({ features: 3, kernelSize: 3, padding: 2, inputDilation: 2 })),
  moduleCase('more_conv_3d', () => new nn.Conv({ features: 2, kernelSize: [2, 2, 2] })),
  moduleCase('more_conv_unbatched', () => new nn.Conv({ features: 3, kernelSize: [3, 3] })),
  moduleCase(
    'more_conv_transpose_valid',
    () => new nn.ConvTranspose({ features: 3, kernelSize: [2, 3], strides: [2, 1], padding: 'VALID', kernelDilation: [1, 2] }),
  ),
  moduleCase(
    'more_conv_transpose_kernel',
    () => new nn.ConvTranspose({ features: 3, kernelSize: [3, 3], strides: [2, 2], transposeKernel: true }),
  ),
  moduleCase(
    'more_conv_transpose_circular',
    () => new nn.ConvTranspose({ features: 3, kernelSize: [3, 3], strides: [2, 2], padding: 'CIRCULAR' }),
  ),
  moduleCase('more_conv_local', () => new nn.ConvLocal({ features: 3, kernelSize: [3], padding: 'VALID' })),
  moduleCase(
    'more_conv_local_2d',
    () => new nn.ConvLocal({ features: 3, kernelSize: [3, 2], strides: [1, 2], padding: [[1, 0], 2], useBias: false }),
  ),
  moduleCase(
    'more_conv_local_dilated',
    () =>
      new nn.ConvLocal({
        features: 2,
        kernelSize: [2, 2],
        padding: 'CIRCULAR',
        kernelDilation: [1, 2],
        mask: np.tril(np.ones([6, 6, 8, 2])),
      }),
  ),
  moduleCase('more_conv_local_input_dilation', () => new nn.ConvLocal({ features: 3, kernelSize: [3], padding: 2, inputDilation: 2 })),
  moduleCase('more_dense_general_batch', () => new nn.DenseGeneral({ features: 3, batchDims: [0] })),
  moduleCase('more_dense_inits', () => new nn.Dense({ features: 3, kernelInit: I.normal(0.1), biasInit: I.onesInit() })),
  moduleCase('more_embed_attend', () => new Tied()),
  moduleCase('more_dropout_broadcast', () => new nn.Dropout({ rate: 0.5, broadcastDims: [1], deterministic: false })),
  moduleCase('more_conv_lstm', () => new nn.RNN({ cell: new nn.ConvLSTMCell({ features: 2, kernelSize: [3] }) })),
  moduleCase('more_rnn_carry', rnn({ returnCarry: true }), { more: () => [{ seqLengths: lengths() }] }),
  moduleCase('more_rnn_reverse', rnn({ reverse: true, keepOrder: true }), { more: () => [{ seqLengths: lengths() }] }),
  moduleCase('more_rnn_time_major', rnn({ timeMajor: true, reverse: true, unroll: 2 })),
  moduleCase(
    'more_attention_cross',
    () => new nn.MultiHeadDotProductAttention({ numHeads: 2, qkvFeatures: 4, outFeatures: 6, normalizeQk: true, useBias: false }),
  ),
  moduleCase(
    'more_attention_dropout',
    () => new nn.MultiHeadDotProductAttention({ numHeads: 2, dropoutRate: 0.3, deterministic: false }),
  ),
  moduleCase('more_setup_tree', () => new Block({ inner: new nn.Dense({ features: 4 }) })),
  {
    name: 'linen/more_attention_decode',
    run: ({ args: [given], rngs }) => {
      const q = given as unknown as Tensor
      const module = new nn.MultiHeadDotProductAttention({ numHeads: 2, decode: true })
      const variables = module.init(rngs, [q])
      const [y1, s1] = module.apply(variables, [q.at(':', '0:1')], { mutable: ['cache'] })
      const [y2, s2] = module.apply({ ...variables, ...s1 }, [q.at(':', '1:2')], { mutable: ['cache'] })
      return { variables, output: [y1, y2], mutated: s2 }
    },
  },
  {
    name: 'linen/more_pool',
    run: ({ args: [given] }) => {
      const image = given as unknown as Tensor
      return {
        avg: nn.avgPool(image, [3, 3], { padding: 'SAME', countIncludePad: false }),
        max: nn.maxPool(image, [2, 2], {
          strides: [2, 1],
          padding: [
            [1, 0],
            [0, 1],
          ],
        }),
        single: nn.avgPool(image.at(0), [2, 2]),
      }
    },
  },
  {
    name: 'linen/more_masks',
    run: ({ args: [given] }) => {
      const x = (given as unknown as Tensor).at('...', 0)
      const padding = nn.makeAttentionMask(
        np.ones([2, 3]),
        np.array([
          [1, 0, 1],
          [1, 1, 0],
        ]),
      )
      return {
        causal: nn.makeCausalMask(x, { extraBatchDims: 1 }),
        padding: nn.makeAttentionMask(np.array([[1, 1, 0]]), np.array([[1, 0, 1, 1]])),
        combined: nn.combineMasks([nn.makeCausalMask(x), undefined, padding]),
      }
    },
  },
]
