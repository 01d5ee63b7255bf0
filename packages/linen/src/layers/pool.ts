/**
 * Pooling: windows of space reduced to one value.
 */
import { lax, np, type Shape, type Tensor } from '@heddle/func'
import { describe, listOf, positive, type OptionsOf, of } from '@heddle/func/options'
import { optionsOf } from '@heddle/lift'
import { LayerError } from '../error'
import { flag, padding as paddingKind } from './prop-kinds'

const sizeList = listOf(positive, 'a list of positive integers, one for each axis of space')

const poolOptions = optionsOf({
  /** Steps from window to window (default 1). */
  strides: sizeList,
  /** `VALID` by default; `SAME`, or low and high padding for each axis of space. */
  padding: of<'SAME' | 'VALID' | readonly (readonly [number, number])[]>()(paddingKind),
})
/** How windows lie. */
export interface PoolOptions extends OptionsOf<typeof poolOptions> {}
const avgPoolOptions = optionsOf({
  ...poolOptions.kinds,
  /** Count padding as zeros (default true). */
  countIncludePad: flag,
})
/** Options of `avgPool`. */
export interface AvgPoolOptions extends OptionsOf<typeof avgPoolOptions> {}

/**
 * Each window reduced, beginning with a value.
 *
 * Shapes: `[batch..., *space, n]` to `[batch..., *space', n]`, `windowShape` of space. Errors: LayerError. Source: `flax.linen.pool`.
 */
export const pool = (inputs: Tensor, init: number, reduce: 'add' | 'max' | 'min', windowShape: Shape, options?: PoolOptions): Tensor => {
  const { strides, padding = 'VALID' } = poolOptions('pool', options)
  if (!sizeList.is(windowShape))
    throw new LayerError('pool', `windowShape must be a list of positive integers, got ${describe(windowShape)}`)
  const rank = windowShape.length
  const steps = strides ?? windowShape.map(() => 1)
  const batch = inputs.ndim - rank - 1
  if (batch < 0 || steps.length !== rank)
    throw new LayerError(
      'pool',
      `window [${windowShape.join()}] and strides [${steps.join()}] must have an entry for each axis of space of [${inputs.shape.join()}]`,
    )
  if (typeof padding !== 'string' && padding.length !== rank)
    throw new LayerError('pool', `padding must have ${rank} entries, got ${padding.length}`)
  const ones = Array.from({ length: batch }, () => 1)
  const none = ones.map((): readonly [number, number] => [0, 0])
  const pads = typeof padding === 'string' ? padding : [...none, ...padding, [0, 0] as const]
  return lax.reduceWindow(inputs, init, reduce, [...ones, ...windowShape, 1], [...ones, ...steps, 1], pads)
}

/** The mean of each window. Shapes and errors: as `pool`. Source: `flax.linen.avg_pool`. */
export const avgPool = (inputs: Tensor, windowShape: Shape, given?: AvgPoolOptions): Tensor => {
  const { countIncludePad = true, ...options } = avgPoolOptions('avgPool', given)
  const sum = pool(inputs, 0, 'add', windowShape, options)
  if (countIncludePad) return sum.div(windowShape.reduce((a, b) => a * b, 1))
  return sum.div(pool(np.ones([...inputs.shape.slice(0, -1), 1]), 0, 'add', windowShape, options))
}

/** The largest element of each window. Shapes and errors: as `pool`. Source: `flax.linen.max_pool`. */
export const maxPool = (inputs: Tensor, windowShape: Shape, options?: PoolOptions): Tensor =>
  pool(inputs, Number.NEGATIVE_INFINITY, 'max', windowShape, options)

/** The smallest element of each window. Shapes and errors: as `pool`. Source: `flax.linen.min_pool`. */
export const minPool = (inputs: Tensor, windowShape: Shape, options?: PoolOptions): Tensor =>
  pool(inputs, Number.POSITIVE_INFINITY, 'min', windowShape, options)
