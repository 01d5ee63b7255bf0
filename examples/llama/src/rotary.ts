/** Rotary embeddings (Su et al. 2021): pairs of features are turned by an angle that grows with the position. */
import { np, type Tensor } from '@heddle/func'
import type { LlamaConfig } from './config'

/** Turns a position, in radians, for each pair of features. Long waves are stretched, as Llama 3.1 does. */
const frequencies = ({ headDim, theta, scaling }: Pick<LlamaConfig, 'headDim' | 'theta' | 'scaling'>): readonly number[] =>
  Array.from({ length: headDim / 2 }, (_, i) => {
    const frequency = theta ** ((-2 * i) / headDim)
    if (scaling === undefined) return frequency
    const { factor, lowFreqFactor, highFreqFactor, positions } = scaling
    const turns = (positions * frequency) / (2 * Math.PI)
    if (turns < lowFreqFactor) return frequency / factor
    if (turns > highFreqFactor) return frequency
    const share = (turns - lowFreqFactor) / (highFreqFactor - lowFreqFactor)
    return share * frequency + ((1 - share) * frequency) / factor
  })

/**
 * Turns queries or keys: feature i and feature i + half are a pair.
 *
 * x `[batch, n, heads, headDim]`, positions `[n]` -> as x.
 */
export const rotate = (x: Tensor, positions: Tensor, config: Pick<LlamaConfig, 'headDim' | 'theta' | 'scaling'>): Tensor => {
  const angle = np.outer(positions.astype('float32'), np.array(frequencies(config)))
  const [cos, sin] = [np.expandDims(np.cos(angle), 1), np.expandDims(np.sin(angle), 1)]
  const [a, b] = np.split(x, 2, -1) as [Tensor, Tensor]
  return np.concatenate([a.mul(cos).sub(b.mul(sin)), b.mul(cos).add(a.mul(sin))], -1)
}
