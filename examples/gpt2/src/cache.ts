/** The cache of a decoder: keys and values of all positions, so that a new token costs the work of one. */
import { lax, np, type Tensor } from '@heddle/func'
import type * as nn from '@heddle/linen'

/**
 * Puts keys and values of new tokens where they stand in the text, and answers those of all positions, with a mask of what each new token sees:
 * itself and what is before it. What stands behind, from a longer text or from padding, is not seen.
 *
 * Shapes: `key`, `value` `[batch, n, heads, depth]`, `position` a scalar int32; answer `[batch, length, heads, depth]`, mask `[n, length]`.
 */
export const remember = (module: nn.Module, key: Tensor, value: Tensor, position: Tensor, length: number) => {
  const [batch, n, heads, depth] = key.shape as [number, number, number, number]
  const room = (): Tensor => np.zeros([batch, length, heads, depth], key.dtype)
  const keys = module.variable('cache', 'keys', room)
  const values = module.variable('cache', 'values', room)
  keys.value = lax.dynamicUpdateSliceInDim(keys.value, key, position, 1)
  values.value = lax.dynamicUpdateSliceInDim(values.value, value, position, 1)
  const now = np.expandDims(np.add(position, np.arange(n)), 1)
  return { keys: keys.value, values: values.value, mask: np.lessEqual(np.arange(length), now) }
}
