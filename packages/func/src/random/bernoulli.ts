/** Draws of two outcomes. Source: the jax.random functions of the same names. */
import { multiply, subtract } from '../numpy/elementwise'
import { less } from '../numpy/logic'
import { promoteInexact, type TensorLike } from '../numpy/promote'
import { convert } from '../primitives/structural'
import type { Tensor } from '../tensor'
import { type DrawOptions, drawOptions, type ShapeArg, uniform } from './bits'
import { parameters } from './parameters'
import { asProgram, keyArgument, shapeArgument, parameter } from './program'

/** Booleans that are true with probability `p` (0.5). */
export const bernoulli = asProgram(
  'bernoulli',
  [keyArgument, parameter('p'), shapeArgument],
  (key: Tensor, p: TensorLike = 0.5, shape?: ShapeArg | null): Tensor => {
    const [given] = promoteInexact('random.bernoulli', [p])
    const { ts, sizes } = parameters('random.bernoulli', shape, given.dtype, [given])
    return less(uniform(key, sizes, { dtype: given.dtype }), ts[0]!)
  },
)
/** -1 or 1, int32 by default. */
export const rademacher = asProgram(
  'rademacher',
  [keyArgument, shapeArgument, drawOptions],
  (key: Tensor, shape: ShapeArg = [], { dtype = 'int32' }: DrawOptions = {}): Tensor =>
    convert(subtract(multiply(convert(bernoulli(key, 0.5, shape), dtype), 2), 1), dtype),
)
