/** What approximations are made of: polynomials, Chebyshev sums, and series and fractions that run until every element has settled. */
import { range } from '../aval'
import { RuleUnsupportedError } from '../error'
import { literal } from '../literal'
import { finfo } from '../numpy/dtypes'
import * as E from '../numpy/elementwise'
import { less, logicalAnd, where } from '../numpy/logic'
import { reduceOr } from '../primitives/reduction'
import type { Tensor } from '../tensor'
import { foriLoop, whileLoop } from '../transforms/while-loop'

/** A constant of the dtype of `x`. */
export const like = (x: Tensor, value: number): Tensor => literal(value, x.dtype)
/** What rounds to 1 when it is added to 1. */
export const epsilon = (x: Tensor): number => finfo(x.dtype).eps
/** By Horner's rule, the highest power first. */
export const polynomial = (coefficients: readonly number[], x: Tensor): Tensor =>
  coefficients.slice(1).reduce<Tensor>((y, c) => E.add(E.multiply(y, x), c), like(x, coefficients[0]!))
/** The coefficients of a quotient of polynomials. */
export type Rational = readonly [above: readonly number[], below: readonly number[]]
/** A quotient of polynomials. */
export const rational = ([above, below]: Rational, x: Tensor): Tensor => E.divide(polynomial(above, x), polynomial(below, x))

/** At the latest a series ends here. */
const most = 20000
/**
 * Steps of a series or fraction, in each element until `step` says that it has settled. `step` answers whether an element goes on, and the
 * next state; `k` counts from 1.
 */
export const settle = <S extends readonly [Tensor, ...Tensor[]]>(
  start: S,
  enabled: Tensor,
  step: (k: Tensor, state: S) => readonly [going: Tensor, next: Readonly<S>],
): S => {
  const turn = ([k, on, ...state]: readonly Tensor[]): readonly Tensor[] => {
    const count = E.add(k!, 1)
    const [going, next] = step(count, state as unknown as S)
    return [count, logicalAnd(on!, going), ...next.map((n, i) => where(on!, n, state[i]!))]
  }
  const goesOn = ([k, on]: readonly Tensor[]): Tensor => logicalAnd(less(k!, most), reduceOr(on!, { axes: range(on!.ndim) }))
  const [, , ...last] = whileLoop<readonly Tensor[]>(goesOn, turn, [like(start[0], 0), enabled, ...start])
  return last as unknown as S
}
/** So many steps, which need no value to be read. `k` counts from 1. */
export const repeat = <S extends readonly [Tensor, ...Tensor[]]>(
  times: number,
  start: S,
  step: (k: Tensor, state: S) => Readonly<S>,
): S => {
  const [, ...last] = foriLoop<readonly Tensor[]>(0, times, (_, [k, ...state]) => [E.add(k!, 1), ...step(k!, state as unknown as S)], [
    like(start[0], 1),
    ...start,
  ])
  return last as unknown as S
}

/** In place of a derivative that is not there. */
export const notDifferentiated = (name: string, operand: string): never => {
  throw new RuleUnsupportedError(
    `special.${name}`,
    'derivative',
    `its derivative by ${operand} is not known (as in JAX); differentiate by its other operands, or take ${operand} through lax.stopGradient`,
  )
}
