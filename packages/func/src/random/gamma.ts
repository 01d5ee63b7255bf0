/**
 * Draws from the gamma distribution and what is made of it. Source: the jax.random functions of the same names; the method is
 * Marsaglia and Tsang, "A simple method for generating gamma variables" (2000).
 *
 * A draw repeats until it is accepted, so its derivative by the shape is implicit (`gamma-grad.ts`). Reverse mode takes it once: the
 * derivative of that derivative is there in forward mode alone.
 */
import { ArgumentError } from '../error'
import { literal } from '../literal'
import { count } from '../options'
import * as E from '../numpy/elementwise'
import { unstack } from '../numpy/join'
import { equal, greaterEqual, lessEqual, logicalAnd, logicalOr, where } from '../numpy/logic'
import { asTensor, asType, broadcastTo, shapeOf, type TensorLike } from '../numpy/promote'
import { max, sum } from '../numpy/reduce'
import { customJvpCall, type CustomJvpParams } from '../primitives/call/custom-jvp'
import { reshape } from '../primitives/structural'
import type { Tensor } from '../tensor'
import { vmap } from '../transforms/vmap'
import { whileLoop } from '../transforms/while-loop'
import { type DrawOptions, drawOptions, floatDtype, type ShapeArg, uniform } from './bits'
import { rademacher } from './bernoulli'
import { exponential, normal } from './continuous'
import { gammaGrad, logGammaGrad } from './gamma-grad'
import { split } from './key'
import { keys, parameters } from './parameters'
import { asProgram, keyArgument, shapeArgument, parameter } from './program'

type State = readonly [key: Tensor, x: Tensor, v: Tensor, u: Tensor]
/** One draw for a scalar alpha, or its logarithm. */
const gammaOne = (key: Tensor, alpha: Tensor, logSpace: boolean): Tensor => {
  const { dtype } = alpha
  const c = (x: number): Tensor => literal(x, dtype)
  const large = greaterEqual(alpha, c(1))
  const raised = where(large, alpha, E.add(alpha, c(1)))
  const d = E.subtract(raised, c(1 / 3))
  const scale = E.divide(c(1 / 3), E.sqrt(d))
  const rejected = ([, x, v, u]: State): Tensor => {
    const squeeze = greaterEqual(u, E.subtract(c(1), E.multiply(c(0.0331), E.square(x))))
    const bound = E.add(E.multiply(x, c(0.5)), E.multiply(d, E.add(E.subtract(c(1), v), E.log(v))))
    return logicalAnd(squeeze, greaterEqual(E.log(u), bound))
  }
  const draw = ([k]: State): State => {
    const [next, forX, forU] = unstack(split(k, 3)) as [Tensor, Tensor, Tensor]
    const [, x, v] = whileLoop(
      ([, , tried]) => lessEqual(tried, c(0)),
      ([kx]) => {
        const [again, sub] = keys(kx) as [Tensor, Tensor]
        const drawn = normal(sub, [], { dtype })
        return [again, drawn, E.add(c(1), E.multiply(drawn, scale))] as [Tensor, Tensor, Tensor]
      },
      [forX, c(0), c(-1)] as [Tensor, Tensor, Tensor],
    )
    return [next, E.square(x), E.multiply(E.multiply(v, v), v), uniform(forU, [], { dtype })]
  }
  const [start, boostKey] = keys(key) as [Tensor, Tensor]
  const [, , v] = whileLoop(rejected, draw, [start, c(0), c(1), c(2)] as State)
  if (!logSpace) {
    const share = E.subtract(1, uniform(boostKey, [], { dtype }))
    return E.multiply(E.multiply(d, v), where(large, c(1), E.power(share, E.divide(c(1), alpha))))
  }
  const logShare = E.negative(exponential(boostKey, [], { dtype }))
  const boost = where(logicalOr(large, equal(logShare, 0)), c(0), E.multiply(logShare, E.divide(c(1), alpha)))
  return E.add(E.add(E.log(d), E.log(v)), boost)
}
const sample =
  (name: string, logSpace: boolean) =>
  (key: Tensor, a: TensorLike, shape?: ShapeArg | null, { dtype }: DrawOptions = {}): Tensor => {
    const to = floatDtype(name, dtype, a)
    const { ts, sizes } = parameters(name, shape, to, [a])
    const alpha = broadcastTo(ts[0]!, sizes)
    const flat = reshape(alpha, { newSizes: [alpha.size] })
    const each = vmap((k: Tensor, x: Tensor) => gammaOne(k, x, logSpace))
    const slope = logSpace ? logGammaGrad : gammaGrad
    const draw = (k: Tensor, x: Tensor): Tensor => customJvpCall([k, x], rule)[0]!
    const rule: CustomJvpParams = {
      fn: ([k, x]) => [each(k!, x!)],
      jvp: ([k, x], [, dx]) => {
        const out = draw(k!, x!)
        return [[out], [E.multiply(dx!, slope(x!, out))]]
      },
      numConsts: 0,
      selfContained: true,
    }
    return reshape(draw(split(key, alpha.size), flat), { newSizes: sizes })
  }
/** Gamma floats of shape `a` and scale 1. */
export const gamma = asProgram('gamma', [keyArgument, parameter('a'), shapeArgument, drawOptions], sample('random.gamma', false))
/** Logarithms of gamma floats, precise for small `a`. */
export const loggamma = asProgram('loggamma', [keyArgument, parameter('a'), shapeArgument, drawOptions], sample('random.loggamma', true))

/** Beta floats. */
export const beta = asProgram(
  'beta',
  [keyArgument, parameter('a'), parameter('b'), shapeArgument, drawOptions],
  (key: Tensor, a: TensorLike, b: TensorLike, shape?: ShapeArg | null, { dtype }: DrawOptions = {}): Tensor => {
    const to = floatDtype('random.beta', dtype, a, b)
    const { ts, sizes } = parameters('random.beta', shape, to, [a, b])
    const [ka, kb] = keys(key) as [Tensor, Tensor]
    const [x, y] = [loggamma(ka, ts[0]!, sizes, { dtype: to }), loggamma(kb, ts[1]!, sizes, { dtype: to })]
    const top = E.maximum(x, y)
    const [p, q] = [E.exp(E.subtract(x, top)), E.exp(E.subtract(y, top))]
    return E.divide(p, E.add(p, q))
  },
)
/** Probability vectors with concentrations `alpha` `[..., n]`. */
export const dirichlet = asProgram(
  'dirichlet',
  [keyArgument, parameter('alpha'), shapeArgument, drawOptions],
  (key: Tensor, alpha: TensorLike, shape?: ShapeArg | null, { dtype }: DrawOptions = {}): Tensor => {
    const to = floatDtype('random.dirichlet', dtype, alpha)
    const a = asType(asTensor(alpha), to)
    if (a.ndim === 0) throw new ArgumentError('random.dirichlet', 'concentrations must have at least one axis')
    const sizes = shape === undefined || shape === null ? a.shape.slice(0, -1) : shapeOf('random.dirichlet', shape)
    const logs = loggamma(key, a, [...sizes, a.shape.at(-1)!], { dtype: to })
    const weights = E.exp(E.subtract(logs, max(logs, { axis: -1, keepdims: true })))
    return E.divide(weights, sum(weights, { axis: -1, keepdims: true }))
  },
)
/** Student's t floats of `df` degrees of freedom. */
export const t = asProgram(
  't',
  [keyArgument, parameter('df'), shapeArgument, drawOptions],
  (key: Tensor, df: TensorLike, shape?: ShapeArg | null, { dtype }: DrawOptions = {}): Tensor => {
    const to = floatDtype('random.t', dtype, df)
    const { ts, sizes } = parameters('random.t', shape, to, [df])
    const [kn, kg] = keys(key) as [Tensor, Tensor]
    const half = E.divide(ts[0]!, 2)
    return E.multiply(normal(kn, sizes, { dtype: to }), E.sqrt(E.divide(half, gamma(kg, half, sizes, { dtype: to }))))
  },
)
/** Chi-square floats of `df` degrees of freedom. */
export const chisquare = asProgram(
  'chisquare',
  [keyArgument, parameter('df'), shapeArgument, drawOptions],
  (key: Tensor, df: TensorLike, shape?: ShapeArg | null, { dtype }: DrawOptions = {}): Tensor => {
    const to = floatDtype('random.chisquare', dtype, df)
    const { ts, sizes } = parameters('random.chisquare', shape, to, [df])
    return E.multiply(E.exp(loggamma(key, E.divide(ts[0]!, 2), sizes, { dtype: to })), 2)
  },
)
/** F floats: a quotient of chi-squares over their degrees of freedom. */
export const f = asProgram(
  'f',
  [keyArgument, parameter('dfnum'), parameter('dfden'), shapeArgument, drawOptions],
  (key: Tensor, dfnum: TensorLike, dfden: TensorLike, shape?: ShapeArg | null, { dtype }: DrawOptions = {}): Tensor => {
    const to = floatDtype('random.f', dtype, dfnum, dfden)
    const { ts, sizes } = parameters('random.f', shape, to, [dfnum, dfden])
    const [kden, knum] = keys(key) as [Tensor, Tensor]
    const over = (k: Tensor, df: Tensor): Tensor => E.divide(chisquare(k, df, sizes, { dtype: to }), df)
    return E.divide(over(knum, ts[0]!), over(kden, ts[1]!))
  },
)
/** Floats with density proportional to `exp(-|x|^p)`. */
export const generalizedNormal = asProgram(
  'generalizedNormal',
  [keyArgument, parameter('p'), shapeArgument, drawOptions],
  (key: Tensor, p: TensorLike, shape: ShapeArg = [], { dtype }: DrawOptions = {}): Tensor => {
    const to = floatDtype('random.generalizedNormal', dtype, p)
    const [kg, kr] = keys(key) as [Tensor, Tensor]
    const inverse = typeof p === 'number' ? literal(1 / p, to) : E.reciprocal(asType(p, to))
    const g = gamma(kg, inverse, shape, { dtype: to })
    return E.multiply(rademacher(kr, shape, { dtype: to }), E.power(g, inverse))
  },
)
/** Points uniform in the unit ball of the p-norm: `[...shape, d]`. */
export const ball = asProgram(
  'ball',
  [keyArgument, ['d', count], parameter('p'), shapeArgument, drawOptions],
  (key: Tensor, d: number, p: TensorLike = 2, shape: ShapeArg = [], { dtype }: DrawOptions = {}): Tensor => {
    const to = floatDtype('random.ball', dtype, p)
    const sizes = shapeOf('random.ball', shape)
    const [k1, k2] = keys(key) as [Tensor, Tensor]
    const g = generalizedNormal(k1, p, [...sizes, d], { dtype: to })
    const e = exponential(k2, sizes, { dtype: to })
    const [power, inverse] = typeof p === 'number' ? [literal(p, to), literal(1 / p, to)] : [asType(p, to), E.reciprocal(asType(p, to))]
    const size = E.power(E.add(sum(E.power(E.absolute(g), power), -1), e), inverse)
    return E.divide(g, reshape(size, { newSizes: [...sizes, 1] }))
  },
)
