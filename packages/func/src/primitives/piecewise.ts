/**
 * Functions that are constant or linear in pieces: rounding, the remainder, comparisons, max and min, choice. At a kink the derivative is
 * JAX's: max and min share it evenly at a tie, abs has 1 at 0, clamp 0 at its bounds.
 */
import { aval, sameShape } from '../aval'
import { defineLeaf, isLinear, type Primitive } from '../primitive'
import type { NoParams, PiecewiseParams } from '../table'
import type { Tensor } from '../tensor'
import { bind1 } from '../trace'
import { div, mul, neg } from './arithmetic'
import { and } from './bitwise'
import {
  alignPointwise,
  anything,
  binary,
  constant,
  dtypeFault,
  floats,
  noParams,
  notLinear,
  numbers,
  pointwiseAval,
  signedNumbers,
  spread,
  sumTangents,
  unary,
} from './pointwise'

/** |x|, of signed numbers. Source: jax.lax.abs. */
export const abs = (x: Tensor): Tensor => bind1(absP, [x], noParams)
/** -1, 0 or 1; NaN and -0 stay. Source: jax.lax.sign. */
export const sign = (x: Tensor): Tensor => bind1(signP, [x], noParams)
/** The integer below. Source: jax.lax.floor. */
export const floor = (x: Tensor): Tensor => bind1(floorP, [x], noParams)
/** The integer above. Source: jax.lax.ceil. */
export const ceil = (x: Tensor): Tensor => bind1(ceilP, [x], noParams)
/** The nearest integer; ties away from zero (0) or to even (1). Source: jax.lax.round. */
export const round = (x: Tensor, params: PiecewiseParams['round']): Tensor => bind1(roundP, [x], params)
/** Remainder of x / y with the sign of x. Source: jax.lax.rem. */
export const rem = (x: Tensor, y: Tensor): Tensor => bind1(remP, [x, y], noParams)
/** The larger; NaN wins. Source: jax.lax.max. */
export const max = (x: Tensor, y: Tensor): Tensor => bind1(maxP, [x, y], noParams)
/** The smaller; NaN wins. Source: jax.lax.min. */
export const min = (x: Tensor, y: Tensor): Tensor => bind1(minP, [x, y], noParams)
/** x held between `lo` and `hi`, scalars or of the shape of x. Source: jax.lax.clamp. */
export const clamp = (lo: Tensor, x: Tensor, hi: Tensor): Tensor => bind1(clampP, [lo, x, hi], noParams)
/** Neither infinite nor NaN. Source: jax.lax.is_finite. */
export const isFinite = (x: Tensor): Tensor => bind1(isFiniteP, [x], noParams)
/** x == y. Source: jax.lax.eq. */
export const eq = (x: Tensor, y: Tensor): Tensor => bind1(eqP, [x, y], noParams)
/** x != y. Source: jax.lax.ne. */
export const ne = (x: Tensor, y: Tensor): Tensor => bind1(neP, [x, y], noParams)
/** x < y. Source: jax.lax.lt. */
export const lt = (x: Tensor, y: Tensor): Tensor => bind1(ltP, [x, y], noParams)
/** x <= y. Source: jax.lax.le. */
export const le = (x: Tensor, y: Tensor): Tensor => bind1(leP, [x, y], noParams)
/** x > y. Source: jax.lax.gt. */
export const gt = (x: Tensor, y: Tensor): Tensor => bind1(gtP, [x, y], noParams)
/** x >= y. Source: jax.lax.ge. */
export const ge = (x: Tensor, y: Tensor): Tensor => bind1(geP, [x, y], noParams)
/**
 * `cases[which]`, element by element. `which` is bool with two cases (false, true) or int32 with any number.
 *
 * Shapes: `which` is a scalar or has the shape of the cases; scalar cases beside larger ones are repeated.
 * Source: jax.lax.select_n.
 */
export const selectN = (which: Tensor, ...cases: readonly Tensor[]): Tensor => {
  const shape = [...cases, which].find((x) => x.ndim > 0)?.shape ?? []
  return bind1(selectP, [which, ...cases.map((c) => spread(c, shape))], noParams)
}
/** x, with derivative zero. Source: jax.lax.stop_gradient. */
export const stopGradient = (x: Tensor): Tensor => bind1(stopGradientP, [x], noParams)
/** x, in memory of its own. Source: jax.lax.copy_p. */
export const copy = (x: Tensor): Tensor => bind1(copyP, [x], noParams)

const absP = unary('abs', signedNumbers, (t, _out, x) => selectN(ge(x, constant(x, 0)), neg(t), t))
const signP = unary('sign', numbers, 'zero')
const floorP = unary('floor', floats, 'zero')
const ceilP = unary('ceil', floats, 'zero')
const roundP = unary('round', floats, 'zero', {
  check: (_x, { roundingMethod }) => (roundingMethod === 0 || roundingMethod === 1 ? undefined : 'roundingMethod must be 0 or 1'),
})
const isFiniteP = unary('is_finite', floats, 'zero', { result: 'bool' })
const stopGradientP = unary('stop_gradient', anything, 'zero')
const copyP = unary('copy', anything, (t) => copy(t), { transpose: (ct) => ct })

/** Toward zero, with the sign of x. */
export const trunc = (x: Tensor): Tensor => selectN(lt(x, constant(x, 0)), floor(x), ceil(x))
const remP = binary('rem', numbers, [(t) => t, (t, _z, x, y) => mul(neg(t), trunc(div(x, y)))])

/** The share of x in the derivative of an extremum z of x and y: 1, 0, or 1/2 at a tie. */
export const share = (x: Tensor, z: Tensor, y: Tensor): Tensor => {
  const one = constant(z, 1)
  return div(selectN(eq(x, z), constant(z, 0), one), selectN(eq(y, z), one, constant(z, 2)))
}
const maxP = binary('max', anything, [(t, z, x, y) => mul(t, share(x, z, y)), (t, z, x, y) => mul(t, share(y, z, x))])
const minP = binary('min', anything, [(t, z, x, y) => mul(t, share(x, z, y)), (t, z, x, y) => mul(t, share(y, z, x))])

const comparison = (name: 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge'): Primitive<NoParams> =>
  binary(name, anything, 'zero', { result: 'bool' })
const eqP = comparison('eq')
const neP = comparison('ne')
const ltP = comparison('lt')
const leP = comparison('le')
const gtP = comparison('gt')
const geP = comparison('ge')

const keep = (mask: Tensor, t: Tensor): Tensor => selectN(mask, constant(t, 0), t)
const clampP: Primitive<NoParams> = defineLeaf('clamp', {
  abstractEval: (ins) => {
    const out = pointwiseAval(ins, 3, anything)
    if (typeof out === 'string') return out
    return out[0]!.shape.length === ins[1]!.shape.length ? out : 'the bounds must be scalars or have the shape of the operand'
  },
  jvp: ([lo, x, hi], [tl, t, th]) => {
    const out = clamp(lo!, x!, hi!)
    const parts = [
      tl ? keep(and(gt(lo!, x!), lt(lo!, hi!)), tl) : null,
      t ? keep(and(gt(x!, lo!), lt(x!, hi!)), t) : null,
      th ? keep(lt(hi!, x!), th) : null,
    ]
    return [[out], [parts.reduce((s, p) => sumTangents(s, p && spread(p, out.shape)), null)]]
  },
  transpose: notLinear,
  batch: (axis, xs, dims) => {
    const [[lo, x, hi], dim] = alignPointwise(axis.size, xs, dims)
    const shape = [lo!, x!, hi!].find((a) => a.ndim > 0)!.shape
    return [[clamp(lo!, spread(x!, shape), hi!)], [dim]]
  },
})

const selectP: Primitive<NoParams> = defineLeaf('select_n', {
  abstractEval: (ins) => {
    const [which, ...cases] = ins
    if (which === undefined || cases.length === 0) return 'takes a selector and at least one case'
    if (which.dtype !== 'bool' && which.dtype !== 'int32') return `the selector must be bool or int32, not ${which.dtype}`
    if (which.dtype === 'bool' && cases.length !== 2) return 'a bool selector takes two cases (false, true)'
    const fault = dtypeFault(cases, anything)
    if (fault !== undefined) return fault
    const { shape, dtype } = cases[0]!
    const fits = cases.every((c) => sameShape(c.shape, shape)) && (which.shape.length === 0 || sameShape(which.shape, shape))
    if (!fits) return 'cases must have equal shapes, and the selector that shape or none (broadcast them first)'
    const weak = cases.every((c) => c.weakType)
    return [aval(shape, dtype, weak)]
  },
  jvp: ([which, ...cases], [, ...ts]) => {
    const out = selectN(which!, ...cases)
    if (ts.every((t) => t === null)) return [[out], [null]]
    const zero = constant(out, 0)
    return [[out], [selectN(which!, ...ts.map((t) => t ?? zero))]]
  },
  transpose: ([ct], [which, ...cases]) => {
    if (!ct) return [undefined, ...cases.map(() => null)]
    const selector = which as Tensor
    const zero = constant(ct, 0)
    const part = (i: number): Tensor =>
      selector.dtype !== 'bool'
        ? selectN(eq(selector, constant(selector, i)), zero, ct)
        : i === 0
          ? selectN(selector, ct, zero)
          : selectN(selector, zero, ct)
    return [undefined, ...cases.map((c, i) => (isLinear(c) ? part(i) : undefined))]
  },
  batch: (axis, xs, dims) => {
    const [[which, ...cases], dim] = alignPointwise(axis.size, xs, dims)
    return [[selectN(which!, ...cases)], [dim]]
  },
})
