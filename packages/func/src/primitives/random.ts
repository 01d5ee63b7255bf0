/** threefry2x32, the counter-based generator that all random numbers come from. */
import { type Aval, aval } from '../aval'
import { defineLeaf, type Primitive } from '../primitive'
import type { NoParams } from '../table'
import type { Tensor } from '../tensor'
import { bind } from '../trace'
import { alignPointwise, noParams, pointwiseAval, zeroDerivative } from './pointwise'

/**
 * Two words of random bits from a key of two words and a counter of two, all uint32 and pointwise (scalars beside larger ones).
 * Source: jax.extend.random.threefry2x32_p; Salmon et al. 2011, 20 rounds.
 */
export const threefry2x32 = (k1: Tensor, k2: Tensor, x1: Tensor, x2: Tensor): [Tensor, Tensor] =>
  bind(threefryP, [k1, k2, x1, x2], noParams) as [Tensor, Tensor]

const uint32 = { what: 'uint32', has: (d: string) => d === 'uint32' }
const twice = (ins: readonly Aval[]): readonly Aval[] | string => {
  const out = pointwiseAval(ins, 4, uint32)
  if (typeof out === 'string') return out
  const word = aval(out[0]!.shape, 'uint32')
  return [word, word]
}
const threefryP: Primitive<NoParams> = defineLeaf('threefry2x32', {
  abstractEval: twice,
  jvp: (xs) => [bind(threefryP, xs, noParams), [null, null]],
  transpose: zeroDerivative,
  batch: (axis, xs, dims) => {
    const [ys, dim] = alignPointwise(axis.size, xs, dims)
    return [bind(threefryP, ys, noParams), [dim, dim]]
  },
})
