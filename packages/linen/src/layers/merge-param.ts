/**
 * Settings that may be given to the constructor or to the call.
 */
import { isTensor } from '@heddle/func'
import { LayerError, MergeParamError } from '../error'

/**
 * The one that is given. Errors: MergeParamError when both or none are; LayerError for a tensor of booleans, which would count as true
 * whatever it holds. Source: `flax.linen.merge_param`.
 */
export const mergeParam = <T>(name: string, a: T | null | undefined, b: T | null | undefined): T => {
  const [first, second] = [a ?? undefined, b ?? undefined]
  if (first === undefined && second === undefined) throw new MergeParamError(name, 'never')
  if (first !== undefined && second !== undefined) throw new MergeParamError(name, 'twice')
  const given = (first ?? second) as T
  if (isTensor(given) && given.dtype === 'bool')
    throw new LayerError(
      'mergeParam',
      `${name} is a tensor: it decides what is computed, so it must be known when the function is traced (pass a boolean; booleans are static in every transformation)`,
    )
  return given
}
