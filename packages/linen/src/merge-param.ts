/**
 * Settings that may be given to the constructor or to the call.
 */
import { MergeParamError } from './error'

/** The one that is given. Errors: MergeParamError when both or none are. Source: `flax.linen.merge_param`. */
export const mergeParam = <T>(name: string, a: T | null | undefined, b: T | null | undefined): T => {
  const [first, second] = [a ?? undefined, b ?? undefined]
  if (first === undefined && second === undefined) throw new MergeParamError(name, 'never')
  if (first !== undefined && second !== undefined) throw new MergeParamError(name, 'twice')
  return (first ?? second) as T
}
