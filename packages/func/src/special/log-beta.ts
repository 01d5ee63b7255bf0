/** The logarithm of the beta function, also of large operands. Source: cdflib's betaln and algdiv, also those of
 * jax.scipy.special.betaln, which has another x in the series. */
import * as E from '../numpy/elementwise'
import { where } from '../numpy/logic'
import { withSlopes } from '../numpy/with-tangent'
import * as T from '../primitives/transcendental'
import type { Tensor } from '../tensor'
import { like, polynomial } from './series'

/** Of Stirling's series of log Γ. */
const coefficients = [
  0.0833333333333333, -0.00277777777760991, 0.00079365066682539, -0.00059520293135187, 0.000837308034031215, -0.00165322962780713,
]
/** `log(Γ(b) / Γ(a + b))` for a at most b, b at least 8. */
const logRatio = (a: Tensor, b: Tensor): Tensor => {
  const h = a.div(b)
  const [c, x] = [h.div(h.add(1)), E.reciprocal(h.add(1))]
  const x2 = x.square()
  // (1 - x^n) / (1 - x) for n = 1, 3, 5, ...
  const powers = [like(a, 1)]
  for (let i = 1; i < coefficients.length; i++) powers.push(x.add(x2.mul(powers.at(-1)!)).add(1))
  const t = E.reciprocal(b).square()
  const series = coefficients.reduceRight<Tensor>((sum, k, i) => sum.mul(t).add(powers[i]!.mul(k)), like(a, 0))
  const u = b.add(a.sub(0.5)).mul(E.log1p(h))
  const v = a.mul(b.log().sub(1))
  const w = series.mul(c.div(b))
  return where(u.le(v), w.sub(v).sub(u), w.sub(u).sub(v))
}
/** Of x^-2, x^-4, ... in the series of log x - 1 / 2x - digamma(x). */
const differences = [1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132, -691 / 32760]
/** `digamma(x) - digamma(x + y)`, without cancellation where x is large. */
const digammaFrom = (x: Tensor, y: Tensor): Tensor => {
  const large = x.ge(8)
  const from = where(large, x, 8)
  const by = where(large, y, 1)
  const to = from.add(by)
  const tail = (z: Tensor): Tensor => polynomial([...[...differences].reverse(), 0], E.reciprocal(z).square())
  const ratio = by.div(from)
  const far = E.log1p(ratio)
    .neg()
    .sub(ratio.div(to.mul(2)))
    .sub(tail(from).sub(tail(to)))
  return where(large, far, T.digamma(x).sub(T.digamma(x.add(y))))
}
/** log |B(a, b)|. */
export const betalnOf = withSlopes<readonly [Tensor, Tensor]>(
  (x, y) => {
    const [a, b] = [E.minimum(x, y), E.maximum(x, y)]
    const large = b.ge(8)
    const from = where(large, b, 8)
    const small = T.lgamma(a).add(T.lgamma(b).sub(T.lgamma(a.add(b))))
    return where(large, T.lgamma(a).add(logRatio(a, from)), small)
  },
  [(_out, x, y) => digammaFrom(x, y), (_out, x, y) => digammaFrom(y, x)],
)
