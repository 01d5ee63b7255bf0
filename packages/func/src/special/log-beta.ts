/** The logarithm of the beta function, also of large operands. Source: jax.scipy.special.betaln; cdflib's algdiv. */
import * as E from '../numpy/elementwise'
import { where } from '../numpy/logic'
import { withTangent } from '../numpy/with-tangent'
import * as T from '../primitives/transcendental'
import type { Tensor } from '../tensor'
import { like } from './series'

/** Of Stirling's series of log Γ. */
const coefficients = [
  0.0833333333333333, -0.00277777777760991, 0.00079365066682539, -0.00059520293135187, 0.000837308034031215, -0.00165322962780713,
]
/** `log(Γ(b) / Γ(a + b))` for a at most b, b at least 8. */
const logRatio = (a: Tensor, b: Tensor): Tensor => {
  const h = a.div(b)
  const c = h.div(h.add(1))
  const x2 = c.square()
  // (1 - x^n) / (1 - x) for n = 1, 3, 5, ...
  const powers = [like(a, 1)]
  for (let i = 1; i < coefficients.length; i++) powers.push(c.add(x2.mul(powers.at(-1)!)).add(1))
  const t = E.reciprocal(b).square()
  const series = coefficients.reduceRight<Tensor>((sum, k, i) => sum.mul(t).add(powers[i]!.mul(k)), like(a, 0))
  const u = b.add(a.sub(0.5)).mul(E.log1p(h))
  const v = a.mul(b.log().sub(1))
  const w = series.mul(c.div(b))
  return where(u.le(v), w.sub(v).sub(u), w.sub(u).sub(v))
}
/** log |B(a, b)|. */
export const betalnOf = withTangent(
  (x: Tensor, y: Tensor): Tensor => {
    const [a, b] = [E.minimum(x, y), E.maximum(x, y)]
    const large = b.ge(8)
    const from = where(large, b, 8)
    const small = T.lgamma(a).add(T.lgamma(b).sub(T.lgamma(a.add(b))))
    return where(large, T.lgamma(a).add(logRatio(a, from)), small)
  },
  ([dx, dy], _out, x, y) => {
    const both = T.digamma(x.add(y))
    return dx.mul(T.digamma(x).sub(both)).add(dy.mul(T.digamma(y).sub(both)))
  },
)
