/** When a step is good: the loss is lower, and its slope flatter. */
import { np, type Tensor } from '@heddle/func'
import type { Scalar } from '../tree-math'

/** How much is asked for. */
export interface Criteria {
  readonly slopeRtol: Scalar
  readonly curvRtol: Scalar
  readonly approxDecRtol: Scalar | null
}
/** Loss and slope at a place. */
export interface Point {
  readonly value: Tensor
  readonly slope: Tensor
}
const lacking = (error: Tensor): Tensor => {
  const most = np.maximum(error, 0)
  return np.where(np.isnan(most), Number.POSITIVE_INFINITY, most)
}
/** By how much a step does not lower the loss enough, and its slope. Infinite where the loss is NaN. */
export const errorsOf = (
  { slopeRtol, curvRtol, approxDecRtol }: Criteria,
  from: Point,
  step: Tensor,
  { value, slope }: Point,
): { readonly decreaseError: Tensor; readonly curvatureError: Tensor } => {
  const gained = np.subtract(value, from.value)
  const exact = np.subtract(gained, np.multiply(np.multiply(slopeRtol, step), from.slope))
  const decrease = (): Tensor => {
    if (approxDecRtol === null) return exact
    // Hager and Zhang: where values are too close to compare, slopes tell.
    const bySlope = np.subtract(slope, np.multiply(np.subtract(np.multiply(2, slopeRtol), 1), from.slope))
    return np.minimum(np.maximum(bySlope, np.subtract(gained, np.multiply(approxDecRtol, np.abs(from.value)))), exact)
  }
  return {
    decreaseError: lacking(decrease()),
    curvatureError: lacking(np.subtract(np.abs(slope), np.multiply(curvRtol, np.abs(from.slope)))),
  }
}
