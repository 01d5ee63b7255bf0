/** What takes part in the comparison: for each piece of work that it can do, one run of it, done when its result can be read. */
export type Work = 'matmul' | 'chain' | 'norms' | 'normal' | 'call' | 'mlp' | 'lstm' | 'conv' | 'transformer'

export interface Peer {
  readonly name: string
  readonly version: string
  /** Undefined where it can't: no such gradient, no loop, other random numbers. */
  readonly prepare: (work: Work) => (() => unknown) | undefined
}
/** Calls in a run of `call`, of which each is microseconds. */
export const CALLS = 1000
/** Side of the matrices of `matmul`; elements of `chain` and `normal`; rows and columns of `norms`. */
export const SIZES = { matmul: 512, chain: 1_000_000, normal: 1_000_000, norms: [4096, 512] } as const
