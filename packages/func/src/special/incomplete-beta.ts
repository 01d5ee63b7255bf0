/** The regularized incomplete beta function, by Lentz's method for its continued fraction. Source: jax.lax.betainc; DLMF 8.17.22. */
import * as E from '../numpy/elementwise'
import { isinf, isnan, where } from '../numpy/logic'
import { withSlopes } from '../numpy/with-tangent'
import type { Tensor } from '../tensor'
import { betalnOf } from './log-beta'
import { epsilon, like, settle, notDifferentiated } from './series'

const value = (a: Tensor, b: Tensor, x: Tensor): Tensor => {
  const eps = epsilon(x)
  const inside = [a.gt(0), b.gt(0), x.gt(0), x.lt(1), isinf(a).logicalNot(), isinf(b).logicalNot()].reduce((p, q) => p.logicalAnd(q))
  const [of, to, at] = [where(inside, a, 1), where(inside, b, 1), where(inside, x, 0.5)]
  // where the fraction converges slowly, that of the complement
  const swap = at.ge(of.add(1).div(of.add(to).add(2)))
  const [p, q, y] = [where(swap, to, of), where(swap, of, to), where(swap, like(x, 1).sub(at), at)]
  const smallest = like(x, x.dtype === 'float64' ? 1e-300 : 1e-30)
  const whole = (t: Tensor): Tensor => where(t.abs().lt(smallest), smallest, t)
  const sum = p.add(q)
  const one = p.mul(0).add(1)
  const first = E.reciprocal(whole(like(x, 1).sub(sum.mul(y).div(p.add(1)))))
  const [, , h] = settle([one, first, first], inside, (m, [c, d, total]) => {
    const twice = p.add(m.mul(2))
    const step = (k: Tensor, [c0, d0, h0]: readonly [Tensor, Tensor, Tensor]) => {
      const [c1, d1] = [whole(k.div(c0).add(1)), E.reciprocal(whole(k.mul(d0).add(1)))]
      return [c1, d1, h0.mul(c1.mul(d1))] as const
    }
    const even = m.mul(q.sub(m)).mul(y).div(twice.sub(1).mul(twice))
    const odd = p
      .add(m)
      .mul(sum.add(m))
      .mul(y)
      .div(twice.mul(twice.add(1)))
      .neg()
    const next = step(odd, step(even, [c, d, total]))
    return [next[0].mul(next[1]).sub(1).abs().gt(eps), next]
  })
  const [log, logOfRest] = [at.log(), E.log1p(at.neg())]
  const weight = of.mul(log).add(to.mul(logOfRest)).sub(betalnOf(of, to)).exp().div(p)
  const part = weight.mul(h)
  const whole1 = where(swap, like(x, 1).sub(part), part)

  const toZero = a.eq(0).logicalOr(isinf(b))
  const toOne = b.eq(0).logicalOr(isinf(a))
  const edge = where(
    toZero.logicalAnd(x.ne(0)).logicalOr(x.eq(1)),
    like(x, 1),
    where(toOne.logicalOr(x.eq(0)), like(x, 0), like(x, Number.NaN)),
  )
  const outside = [a.lt(0), b.lt(0), x.lt(0), x.gt(1), isnan(a), isnan(b), isnan(x), toZero.logicalAnd(toOne)]
  return where(
    outside.reduce((s, t) => s.logicalOr(t)),
    Number.NaN,
    where(inside, whole1, edge),
  )
}
/** I(a, b, x). Errors: RuleUnsupportedError where it is differentiated by a or b. */
export const incompleteBeta = withSlopes<readonly [Tensor, Tensor, Tensor]>(value, [
  () => notDifferentiated('betainc', 'a'),
  () => notDifferentiated('betainc', 'b'),
  (_out, a, b, x) => {
    const log = b.sub(1).mul(E.log1p(x.neg())).add(a.sub(1).mul(x.log()))
    return log.sub(betalnOf(a, b)).exp()
  },
])
