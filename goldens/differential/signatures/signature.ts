/** A function's random calls. */
import type { Call } from '../call'
import type { Random } from '../draw'

export interface Signature {
  readonly fn: string
  readonly draw: (r: Random) => Omit<Call, 'fn'>
}
export const signature = (fn: string, draw: Signature['draw']): Signature => ({ fn, draw })
