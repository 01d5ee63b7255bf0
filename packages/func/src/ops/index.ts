/** `ops`: jax.ops in camelCase: reductions of rows by the segment that each belongs to. */
import { range } from '../aval'
import { ConcreteTensor } from '../array'
import { type DType, isInteger } from '../dtype'
import { ArgumentError, DTypeError, ShapeError } from '../error'
import { full, iinfo, max } from '../numpy'
import { asTensor, type TensorLike } from '../numpy/promote'
import { boolean, count, oneOf, optionsOf, type OptionsOf } from '../options'
import { scatterAdd, scatterMax, scatterMin, scatterMul } from '../primitives/scatter'
import { expandDims } from '../primitives/structural'
import type { ScatterParams } from '../table'
import type { Tensor } from '../tensor'

const segmentOptions = optionsOf(
  {
    /** How many segments there are; needed where the ids are traced. By default 1 more than the greatest id. */
    numSegments: count,
    /** A promise, which devices may make use of. */
    indicesAreSorted: boolean,
    uniqueIndices: boolean,
    /** What becomes of rows whose id is no segment: dropped ('fill', 'drop'; the default), or added to the nearest ('clip'). */
    mode: oneOf('fill', 'drop', 'clip', 'promise_in_bounds'),
  },
  { alone: 'numSegments' },
)
/** Options of the segment reductions. `bucketSize` of JAX is not there: sums are as exact without. */
export interface SegmentOptions extends OptionsOf<typeof segmentOptions> {}

type Scatter = (x: Tensor, indices: Tensor, updates: Tensor, params: ScatterParams) => Tensor
const lowest = (dtype: DType): number | bigint | boolean =>
  dtype === 'bool' ? false : isInteger(dtype) ? iinfo(dtype).min : Number.NEGATIVE_INFINITY
const highest = (dtype: DType): number | bigint | boolean =>
  dtype === 'bool' ? true : isInteger(dtype) ? iinfo(dtype).max : Number.POSITIVE_INFINITY

const segments =
  (name: string, scatter: Scatter, identity: (dtype: DType) => number | bigint | boolean) =>
  (data: TensorLike, segmentIds: TensorLike, options?: number | SegmentOptions): Tensor => {
    const where = `ops.${name}`
    const { numSegments, indicesAreSorted = false, uniqueIndices = false, mode = 'fill' } = segmentOptions(where, options)
    const [x, ids] = [asTensor(data, where), asTensor(segmentIds, where)]
    if (!isInteger(ids.dtype)) throw new DTypeError(where, `segment ids are integers, not ${ids.dtype}; np.array(ids, 'int32') makes them`)
    if (ids.ndim > x.ndim || ids.shape.some((n, i) => n !== x.shape[i]))
      throw new ShapeError(
        where,
        [x.aval, ids.aval],
        'there must be an id for each row: the first axes of the data must be those of the ids',
      )
    if (numSegments === undefined && !(ids instanceof ConcreteTensor))
      throw new ArgumentError(where, 'how many segments there are is unknown where the ids are traced: give numSegments')
    const n = numSegments ?? (ids.size === 0 ? 0 : Math.max(0, Number(max(ids).item()) + 1))
    const out = full([n, ...x.shape.slice(ids.ndim)], identity(x.dtype) as number, x.dtype)
    const indices = expandDims(ids.dtype === 'uint32' ? ids : ids.astype('int32'), [ids.ndim])
    return scatter(out, indices, x, {
      dimensionNumbers: {
        updateWindowDims: range(x.ndim).slice(ids.ndim),
        insertedWindowDims: [0],
        scatterDimsToOperandDims: [0],
        operandBatchingDims: [],
        scatterIndicesBatchingDims: [],
      },
      indicesAreSorted,
      uniqueIndices,
      mode: mode === 'drop' ? 'fill' : mode,
    })
  }
/**
 * The sum of the rows of each segment: data `[n, ...]`, ids `[n]` -> `[numSegments, ...]`; 0 for a segment without rows. A row whose id is
 * negative or too large is dropped.
 *
 * Errors: ShapeError, DTypeError; ArgumentError where ids are traced and numSegments is not given. Source: jax.ops.segment_sum.
 */
export const segmentSum = segments('segmentSum', scatterAdd, () => 0)
/** The product of the rows of each segment; 1 for one without. Source: jax.ops.segment_prod. */
export const segmentProd = segments('segmentProd', scatterMul, () => 1)
/** The greatest of the rows of each segment; -Infinity, or the lowest integer, for one without. Source: jax.ops.segment_max. */
export const segmentMax = segments('segmentMax', scatterMax, lowest)
/** The least of the rows of each segment; Infinity, or the greatest integer, for one without. Source: jax.ops.segment_min. */
export const segmentMin = segments('segmentMin', scatterMin, highest)
