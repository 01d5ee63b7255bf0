/** Layers that compute in one dtype and keep parameters in another: dtypes, values and gradients. */
import { isFloating, type DType, type Tensor, valueAndGrad } from '@heddle/func'
import * as nn from '@heddle/linen'
import { map } from '@heddle/tree'
import { lossOf, type Case, type Parts } from './case'

interface Dtypes {
  readonly dtype: DType | undefined
  readonly paramDtype: DType
}
/** Dtypes of the input, of the computation and of parameters, by the names that the goldens give them. */
const settings: Readonly<Record<string, readonly [input: DType, dtype: DType | undefined, paramDtype: DType]>> = {
  bf16_f32: ['float32', 'bfloat16', 'float32'],
  bf16_bf16: ['float32', 'bfloat16', 'bfloat16'],
  bf16_f16: ['float32', 'bfloat16', 'float16'],
  none_bf16: ['float32', undefined, 'bfloat16'],
  none_bf16_input_bf16: ['bfloat16', undefined, 'bfloat16'],
  none_f16_input_bf16: ['bfloat16', undefined, 'float16'],
  none_f32_input_bf16: ['bfloat16', undefined, 'float32'],
}

interface MixedOptions {
  readonly mutable?: readonly string[]
  readonly rtol?: number
}
const mixedCase = (name: string, make: (dtypes: Dtypes) => nn.Module, { mutable, rtol = 0.02 }: MixedOptions = {}): Case => ({
  name: `linen/mixed_${name}`,
  // bfloat16 has 8 bits: about 0.4% each time that a value is rounded
  tolerance: { rtol, atol: 0.004 },
  run: ({ args, rngs }) => {
    const parts = ([input, dtype, paramDtype]: (typeof settings)[string]): Parts => {
      const xs = map<readonly never[]>((x: Tensor) => (isFloating(x.dtype) ? x.astype(input) : x), args)
      const module = make({ dtype, paramDtype })
      const variables = module.init(rngs, xs)
      const run = (params: object): [loss: Tensor, Parts] => {
        if (mutable === undefined) {
          const output: unknown = module.apply({ ...variables, params }, xs)
          return [lossOf(output), { output }]
        }
        const [output, mutated] = module.apply({ ...variables, params }, xs, { mutable })
        return [lossOf(output), { output, mutated }]
      }
      const [[loss, outputs], grads] = valueAndGrad(run, { hasAux: true })(variables.params as object)
      const result = { variables, grads, ...outputs }
      return { dtypes: map((x: Tensor) => x.dtype, result), values: map((x: Tensor) => x.astype('float32'), result), loss }
    }
    return Object.fromEntries(Object.entries(settings).map(([name, setting]) => [name, parts(setting)]))
  },
})

export const cases: readonly Case[] = [
  mixedCase('dense', (d) => new nn.Dense({ features: 5, ...d })),
  // XLA rounds on the way of a sum over 72 places: the gradients of the bias are 1.7% off, in JAX too, this way or that
  mixedCase('conv', (d) => new nn.Conv({ features: 3, kernelSize: [3, 3], ...d }), { rtol: 0.04 }),
  mixedCase('layer_norm', (d) => new nn.LayerNorm(d)),
  mixedCase('batch_norm', (d) => new nn.BatchNorm({ useRunningAverage: false, ...d }), { mutable: ['batch_stats'] }),
  mixedCase('embed', (d) => new nn.Embed({ numEmbeddings: 7, features: 4, ...d })),
  mixedCase('attention', (d) => new nn.MultiHeadDotProductAttention({ numHeads: 2, ...d })),
  mixedCase(
    'lstm_cell',
    (d) => new nn.LSTMCell({ features: 4, recurrentKernelInit: nn.initializers.lecunNormal(), ...d }),
  ),
]
