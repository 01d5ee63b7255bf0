/**
 * Running sums, products, extrema: one result for each prefix along an axis (suffix if `reverse`), its own element included.
 *
 * cumsum is linear. The others are differentiated as a parallel prefix scan of pairs (value, tangent), which is where JAX's
 * derivatives at ties come from, and which keeps products exact where factors are zero.
 */
import { type Aval, aval, otherAxes } from '../aval'
import { defineLeaf, type Primitive } from '../primitive'
import type { CumulativeParams } from '../table'
import type { Tensor } from '../tensor'
import { bind1 } from '../trace'
import { add, mul, sub } from './arithmetic'
import { concatenate, pad, rev, sliceAxis } from './layout'
import { eq, ge, max, min, ne, selectN, share } from './piecewise'
import { constant, dtypeFault, floats, type Kind, notLinear, numbers } from './pointwise'
import { exp, log1p } from './transcendental'

type Params = CumulativeParams['cumsum']
/** Source: jax.lax.cumsum. */
export const cumsum = (x: Tensor, params: Params): Tensor => bind1(cumsumP, [x], params)
/** Source: jax.lax.cumprod. */
export const cumprod = (x: Tensor, params: Params): Tensor => bind1(cumprodP, [x], params)
/** Source: jax.lax.cummax. */
export const cummax = (x: Tensor, params: Params): Tensor => bind1(cummaxP, [x], params)
/** Source: jax.lax.cummin. */
export const cummin = (x: Tensor, params: Params): Tensor => bind1(cumminP, [x], params)
/** The logarithm of the running sum of exponentials. Source: jax.lax.cumlogsumexp. */
export const cumlogsumexp = (x: Tensor, params: Params): Tensor => bind1(cumlogsumexpP, [x], params)

/** A value and its tangent. */
type Dual = readonly [x: Tensor, t: Tensor]
type Combine = (a: Dual, b: Dual) => Dual

const both = (a: Dual, f: (x: Tensor) => Tensor): Dual => [f(a[0]), f(a[1])]
const interleave = (even: Tensor, odd: Tensor, axis: number): Tensor => {
  const surplus = even.shape[axis]! - odd.shape[axis]!
  const spaced = (x: Tensor, low: number, high: number): Tensor =>
    pad(x, constant(x, 0), { paddingConfig: x.shape.map((_, i) => (i === axis ? [low, high, 1] : [0, 0, 0])) })
  return add(spaced(even, 0, 1 - surplus), spaced(odd, 1, surplus))
}
/** All prefixes in 2 log n combinations. Source: Blelloch 1990, in the order of jax.lax.associative_scan. */
const prefixes = (a: Dual, axis: number, combine: Combine): Dual => {
  const n = a[0].shape[axis]!
  if (n < 2) return a
  const every2nd = (from: number, to: number): Dual => both(a, (x) => sliceAxis(x, axis, from, to, 2))
  const odd = prefixes(combine(every2nd(0, n - 1), every2nd(1, n)), axis, combine)
  const first = both(a, (x) => sliceAxis(x, axis, 0, 1))
  if (n === 2) return [concatenate([first[0], odd[0]], { dimension: axis }), concatenate([first[1], odd[1]], { dimension: axis })]
  const used = Math.ceil(n / 2) - 1
  const later = combine(
    both(odd, (x) => sliceAxis(x, axis, 0, used)),
    every2nd(2, n),
  )
  const even = ([0, 1] as const).map((i) => concatenate([first[i], later[i]], { dimension: axis }))
  return [interleave(even[0]!, odd[0], axis), interleave(even[1]!, odd[1], axis)]
}

const products: Combine = ([x, s], [y, t]) => [mul(x, y), add(mul(s, y), mul(x, t))]
const extrema =
  (f: (x: Tensor, y: Tensor) => Tensor): Combine =>
  ([x, s], [y, t]) => {
    const z = f(x, y)
    return [z, add(mul(s, share(x, z, y)), mul(t, share(y, z, x)))]
  }
/**
 * log(e ** x + e ** y), whose tangents are weighted by the share of each; infinities stay. By choice rather than by max and
 * abs, so that the value has the right derivative also where x = y. Source: jax.numpy.logaddexp.
 */
const logSums: Combine = ([x, s], [y, t]) => {
  const first = ge(x, y)
  const [high, low] = [selectN(first, y, x), selectN(first, x, y)]
  const difference = sub(low, high)
  const z = selectN(ne(difference, difference), add(high, log1p(exp(difference))), add(x, y))
  const capped = (v: Tensor): Tensor => selectN(eq(v, constant(v, Number.POSITIVE_INFINITY)), v, constant(v, 0))
  const weight = (v: Tensor): Tensor => exp(sub(capped(v), capped(z)))
  return [z, add(mul(s, weight(x)), mul(t, weight(y)))]
}

const typeOf = (ins: readonly Aval[], kind: Kind, { axis }: Params): readonly Aval[] | string =>
  dtypeFault(ins, kind) ??
  (Number.isInteger(axis) && axis >= 0 && axis < ins[0]!.shape.length
    ? [aval(ins[0]!.shape, ins[0]!.dtype, ins[0]!.weakType)]
    : `the operand has no axis ${axis}`)

const cumulative = (name: keyof CumulativeParams, kind: Kind, combine: Combine | 'linear'): Primitive<Params> => {
  const self: Primitive<Params> = defineLeaf(name, {
    abstractEval: (ins, params) => typeOf(ins, kind, params),
    jvp: ([x], [t], params) => {
      const run = (y: Tensor): Tensor => bind1(self, [y], params)
      if (!t) return [[run(x!)], [null]]
      if (combine === 'linear') return [[run(x!)], [run(t)]]
      const { axis, reverse } = params
      const turn = (a: Dual): Dual => (reverse ? both(a, (y) => rev(y, { dimensions: [axis] })) : a)
      const [out, tangent] = turn(prefixes(turn([x!, t]), axis, combine))
      return [[out], [tangent]]
    },
    transpose:
      combine === 'linear' ? ([ct], _xs, { axis, reverse }) => [ct ? bind1(self, [ct], { axis, reverse: !reverse }) : null] : notLinear,
    batch: (_axis, [x], [d], { axis, reverse }) => [[bind1(self, [x!], { axis: otherAxes(x!.ndim, [d!])[axis]!, reverse })], [d!]],
  })
  return self
}
const cumsumP = cumulative('cumsum', numbers, 'linear')
const cumprodP = cumulative('cumprod', numbers, products)
const cummaxP = cumulative('cummax', numbers, extrema(max))
const cumminP = cumulative('cummin', numbers, extrema(min))
const cumlogsumexpP = cumulative('cumlogsumexp', floats, logSums)
