/** Bessel functions. Source: the jax.scipy.special functions of the same names. */
import { range } from '../aval'
import { count, forTensors, optionsOf, readArgument, type OptionsOf } from '../options'
import * as E from '../numpy/elementwise'
import { stack, unstack } from '../numpy/join'
import { where } from '../numpy/logic'
import { besselI0, scaledI0, scaledI1 } from '../numpy/bessel'
import { withTangent } from '../numpy/with-tangent'
import { floatOperand, type TensorLike } from '../numpy/promote'
import { fullLike } from '../literal'
import type { Tensor } from '../tensor'
import { jit } from '../transforms/jit'
import { foriLoop } from '../transforms/while-loop'
import { pointwise } from './program'
import { like } from './series'

/** The modified Bessel function of order 0, times `exp(-|x|)`. */
export const i0e = pointwise('i0e', scaledI0)
/** The modified Bessel function of order 0. */
export const i0 = pointwise('i0', besselI0)
/** The modified Bessel function of order 1, times `exp(-|x|)`. */
export const i1e = pointwise('i1e', scaledI1)
/** The modified Bessel function of order 1. */
export const i1 = pointwise(
  'i1',
  withTangent(
    (x: Tensor) => x.abs().exp().mul(scaledI1(x)),
    ([t], _out, x) => {
      const tiny = x.abs().le(1e-7)
      const at = where(tiny, 1, x)
      return t.mul(
        where(
          tiny,
          0.5,
          at
            .abs()
            .exp()
            .mul(scaledI0(at).sub(scaledI1(at).div(at))),
        ),
      )
    },
  ),
)

const besselOptions = optionsOf({
  /** How many orders the recurrence begins above 0: more than |z| and v; 50. */
  nIter: count,
})
/** Options of `besselJn`. */
export interface BesselOptions extends OptionsOf<typeof besselOptions> {}
const order = { ...count, hint: forTensors('it is the size of the result: a number of JavaScript') }
/** Miller's recurrence, from high orders down, with what was found made smaller where it grows large. */
const downward = (z: Tensor, v: number, nIter: number): Tensor => {
  const small = z.abs().lt(1e-3)
  const at = where(small, 1, z)
  type State = readonly [f0: Tensor, f1: Tensor, even: Tensor]
  const step = (k: Tensor, [f0, f1, even]: State): readonly [State, scale: Tensor] => {
    const f = k.add(1).mul(2).mul(f1).div(at).sub(f0)
    const sum = where(E.mod(k, 2).eq(0), even.add(f.mul(2)), even)
    const scale = where(f.abs().gt(1e10), like(z, 1e-10), like(z, 1))
    return [[f1.mul(scale), f.mul(scale), sum.mul(scale)], scale]
  }
  const zero = fullLike(z, 0)
  const start: State = [zero, fullLike(z, 1e-10), zero]
  const rest = Math.max(0, nIter - v)
  let state: State = rest === 0 ? start : foriLoop<State>(0, rest, (i, s) => step(i.neg().add(nIter).astype(z.dtype), s)[0], start)
  let values: readonly Tensor[] = []
  for (let k = Math.min(v, nIter); k >= 0; k--) {
    const [next, scale] = step(like(z, k), state)
    state = next
    values = [next[1], ...values.map((x) => x.mul(scale))]
  }
  const whole = state[2].sub(state[1])
  // the first two terms of the power series
  const half = z.div(2)
  const series = range(v + 1).map((k) => {
    const power = range(k).reduce<Tensor>((p, i) => p.mul(half).div(i + 1), fullLike(z, 1))
    return power.mul(
      half
        .square()
        .div(-(k + 1))
        .add(1),
    )
  })
  return stack(values.map((x, k) => where(small, series[k]!, x.div(whole))))
}
/**
 * Bessel functions of the first kind of the orders 0 to `v`: `[v + 1, ...]`. Exact where `nIter` is well above |z|.
 * Errors: ArgumentError. Source: jax.scipy.special.bessel_jn.
 */
export const besselJn = (z: TensorLike, v: number, options?: BesselOptions): Tensor => {
  readArgument('special.besselJn', 'v', order, v)
  const { nIter = 50 } = besselOptions('special.besselJn', options)
  const times = Math.max(nIter, v + 1)
  const orders: (z: Tensor) => Tensor = withTangent(
    (x: Tensor) => downward(x, v, times),
    ([t], _out, x) => {
      const values = unstack(downward(x, v + 1, times))
      return stack(range(v + 1).map((k) => t.mul(k === 0 ? values[1]!.neg() : values[k - 1]!.sub(values[k + 1]!).div(2))))
    },
  )
  return jit(orders, { name: 'besselJn' })(floatOperand('special.besselJn', z))
}
