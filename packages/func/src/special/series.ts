/** What approximations are made of: polynomials, Chebyshev sums, and series and fractions that run until every element has settled. */
import { range } from '../aval'
import { RuleUnsupportedError } from '../error'
import { literal } from '../literal'
import { finfo } from '../numpy/dtypes'
import * as E from '../numpy/elementwise'
import { less, logicalAnd, where } from '../numpy/logic'
import { customJvpCall, type CustomJvpParams } from '../primitives/call/custom-jvp'
import { reduceOr } from '../primitives/reduction'
import type { Tensor } from '../tensor'
import { whileLoop } from '../transforms/while-loop'

/** A constant of the dtype of `x`. */
export const like = (x: Tensor, value: number): Tensor => literal(value, x.dtype)
/** What rounds to 1 when it is added to 1. */
export const epsilon = (x: Tensor): number => finfo(x.dtype).eps
/** By Horner's rule, the highest power first. */
export const polynomial = (coefficients: readonly number[], x: Tensor): Tensor =>
  coefficients.slice(1).reduce<Tensor>((y, c) => E.add(E.multiply(y, x), c), like(x, coefficients[0]!))
/** A quotient of two. */
export const rational = (above: readonly number[], below: readonly number[], x: Tensor): Tensor =>
  E.divide(polynomial(above, x), polynomial(below, x))

/**
 * Steps of a series or fraction, in each element until `step` says that it has settled, `most` at the latest. `step` answers whether an
 * element goes on, and the next state; `k` counts from 1.
 */
export const settle = <S extends readonly Tensor[]>(
  most: number,
  enabled: Tensor,
  start: S,
  step: (k: Tensor, state: S) => readonly [going: Tensor, next: S],
): S => {
  const x = start[0]!
  const turn = ([k, on, ...state]: readonly Tensor[]): readonly Tensor[] => {
    const count = E.add(k!, 1)
    const [going, next] = step(count, state as unknown as S)
    return [count, logicalAnd(on!, going), ...next.map((n, i) => where(on!, n, state[i]!))]
  }
  const goesOn = ([k, on]: readonly Tensor[]): Tensor => logicalAnd(less(k!, most), reduceOr(on!, { axes: range(on!.ndim) }))
  const [, , ...last] = whileLoop<readonly Tensor[]>(goesOn, turn, [like(x, 0), enabled, ...start])
  return last as unknown as S
}

/** An operand by which a function has no derivative. Errors: RuleUnsupportedError where one is asked for. */
export const undifferentiated = (name: string, operand: string): ((x: Tensor) => Tensor) => {
  const params: CustomJvpParams = {
    fn: (xs) => xs,
    jvp: () => {
      throw new RuleUnsupportedError(
        `special.${name}`,
        'derivative',
        `its derivative by ${operand} is not known (as in JAX); differentiate by its other operands, or take ${operand} through lax.stopGradient`,
      )
    },
    numConsts: 0,
    selfContained: true,
  }
  return (x) => customJvpCall([x], params)[0]!
}
