/**
 * Sums and extrema of small windows as shifted slices, added or compared, along one axis after the other.
 *
 * For devices whose pooling drops a NaN (TensorFlow's MaxPool, tfjs's) or leaves the padding out of an average's count.
 */
import type { ParamsOf, Shape } from '@heddle/func/backend'

type Params = ParamsOf['reduce_window_sum']

/** Windows with sides longer than this in all are not cut up. */
const MAX_SLICES = 16

interface StridedPart {
  readonly begin: Shape
  readonly end: Shape
  readonly strides: Shape
}
export interface WindowSlices {
  /** Padding of each axis; undefined where there is none. */
  readonly padding: readonly (readonly [number, number])[] | undefined
  /** For each axis the window extends over: the slices of the array as it then is, which are folded into one. */
  readonly axes: readonly (readonly StridedPart[])[]
}
/** How to cut a window up; undefined where it is better not done. */
export const windowSlices = (shape: Shape, result: Shape, p: Params): WindowSlices | undefined => {
  const { windowDimensions: sides, windowStrides: strides, padding } = p
  if (p.baseDilation.some((d) => d !== 1) || padding.some(([low, high]) => low < 0 || high < 0)) return undefined
  const over = shape.map((_, i) => i).filter((i) => sides[i] !== 1 || strides[i] !== 1)
  if (over.length === 0 || over.reduce((n, i) => n + sides[i]!, 0) > MAX_SLICES) return undefined
  const sizes = shape.map((n, i) => n + padding[i]![0] + padding[i]![1])
  const axes = over.map((axis) => {
    const before = [...sizes]
    const [to, step] = [result[axis]!, strides[axis]!]
    sizes[axis] = to
    return Array.from({ length: sides[axis]! }, (_, k): StridedPart => {
      const from = k * p.windowDilation[axis]!
      return {
        begin: before.map((_, i) => (i === axis ? from : 0)),
        end: before.map((n, i) => (i === axis ? from + (to - 1) * step + 1 : n)),
        strides: before.map((_, i) => (i === axis ? step : 1)),
      }
    })
  })
  return { padding: padding.some(([low, high]) => low > 0 || high > 0) ? padding : undefined, axes }
}
/** Whether a window is one of image pooling: over the two middle axes of four, without holes. */
export const isPooling = (p: Params, padded: 'padded' | 'unpadded' = 'padded'): boolean =>
  p.windowDimensions.length === 4 &&
  [p.windowDimensions, p.windowStrides].every((v) => v[0] === 1 && v[3] === 1) &&
  p.windowDimensions[1]! * p.windowDimensions[2]! > 1 &&
  p.padding.every(([low, high], i) =>
    i === 0 || i === 3 || padded === 'unpadded'
      ? low === 0 && high === 0
      : low >= 0 && high >= 0 && Math.max(low, high) < p.windowDimensions[i]!,
  ) &&
  [...p.baseDilation, ...p.windowDilation].every((d) => d === 1)
