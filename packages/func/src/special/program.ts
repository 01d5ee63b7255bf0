/**
 * Special functions as programs: each is compiled as a whole, so that one is a call of a backend and not one for each of its operations.
 *
 * Operands are promoted to floats and broadcast against each other. 16-bit floats are computed in float32 and rounded once.
 */
import { dtypes, type DType } from '../dtype'
import { broadcastTo, broadcastShapes, promoteInexact, floatOperand, type TensorLike } from '../numpy/promote'
import { convertElementType } from '../primitives/structural'
import type { Tensor } from '../tensor'
import { jit } from '../transforms/jit'

type Operands<Xs extends readonly Tensor[]> = { [K in keyof Xs]: TensorLike }
type Answer = Tensor | readonly [Tensor, Tensor]
const as = (x: Tensor, dtype: DType, weakType: boolean): Tensor =>
  x.dtype === dtype && x.aval.weakType === weakType ? x : convertElementType(x, { newDtype: dtype, weakType })

/** A function of floats of one shape, which are its operands promoted and broadcast. Errors: ShapeError. */
export const pointwise = <Xs extends readonly Tensor[], R extends Answer>(
  name: string,
  f: (...xs: Xs) => R,
): ((...xs: Operands<Xs>) => R) => {
  const where = `special.${name}`
  const program = jit(
    (xs: readonly Tensor[]): Answer => {
      const shape = broadcastShapes(
        where,
        xs.map((x) => x.aval),
      )
      const dtype = xs[0]!.dtype
      const weak = xs.every((x) => x.aval.weakType)
      const work = dtypes[dtype].bits < 32 ? 'float32' : dtype
      const answer = f(...(xs.map((x) => broadcastTo(as(x, work, false), shape, where)) as unknown as Xs))
      return Array.isArray(answer) ? [as(answer[0], dtype, weak), as(answer[1], dtype, weak)] : as(answer as Tensor, dtype, weak)
    },
    { name },
  )
  return (...xs) => {
    const floats = promoteInexact(where, xs as readonly TensorLike[])
    broadcastShapes(
      where,
      floats.map((x) => x.aval),
    )
    return program(floats) as R
  }
}
/** A function that is one operation. */
export const operation =
  (name: string, f: (x: Tensor) => Tensor) =>
  (x: TensorLike): Tensor =>
    f(floatOperand(`special.${name}`, x))
