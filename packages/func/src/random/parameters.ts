/** What samplers with parameters share: their parameters in one dtype, the shape of the draw, and keys. */
import type { Shape } from '../aval'
import type { DType } from '../dtype'
import { ShapeError } from '../error'
import { unstack } from '../numpy/join'
import { asType, broadcastShapes, shapeOf, type TensorLike } from '../numpy/promote'
import type { Tensor } from '../tensor'
import type { ShapeArg } from './bits'
import { split } from './key'

/** Parameters in the dtype of a draw, and the shape: given, or that of the parameters. */
export const parameters = (
  where_: string,
  shape: ShapeArg | null | undefined,
  dtype: DType,
  xs: readonly TensorLike[],
): { ts: Tensor[]; sizes: Shape } => {
  const ts = xs.map((x) => asType(x, dtype, where_))
  const types = ts.map((t) => ({ shape: t.shape, dtype }))
  if (shape === undefined || shape === null) return { ts, sizes: broadcastShapes(where_, types) }
  const sizes = shapeOf(where_, shape)
  const common = broadcastShapes(where_, [{ shape: sizes }, ...types])
  if (common.length !== sizes.length || common.some((n, i) => n !== sizes[i]))
    throw new ShapeError(
      where_,
      ts.map((t) => t.aval),
      `parameters must broadcast to the shape [${sizes.join(',')}]`,
    )
  return { ts, sizes }
}
export const keys = (key: Tensor, n = 2): Tensor[] => unstack(split(key, n))
