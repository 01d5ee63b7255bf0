/** `dot_general`: one operation. */
import type { ContractionParams } from '@heddle/func/backend'
import type { Lowerings } from './row'
import { dot } from '../text/ops'

export const contraction: Lowerings<keyof ContractionParams> = {
  dot_general: (b, { params: { dimensionNumbers, precision }, ins: [x, y], outs: [out] }) => [
    dot(b, x!, y!, dimensionNumbers[0], dimensionNumbers[1], out!, precision ?? undefined),
  ],
}
