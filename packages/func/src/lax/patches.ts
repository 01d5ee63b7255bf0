/** Convolution with a kernel of its own at each place. Source: jax.lax.conv_general_dilated_patches, conv_general_dilated_local. */
import { range, type Shape, sizeOf } from '../aval'
import { tile } from '../numpy/join'
import { precisionOf } from '../numpy/precision'
import { asTensor, type TensorLike } from '../numpy/promote'
import { eye } from '../numpy/sequences'
import { moveaxis } from '../numpy/shape'
import { optionsOf, type OptionsOf, readArgument, shape as shapeKind } from '../options'
import { dotGeneral } from '../primitives/contraction'
import { reshape } from '../primitives/structural'
import type { Tensor } from '../tensor'
import { convDimensionNumbers, convGeneralDilated, convKinds } from './convolution'
import type { Padding } from './padding'

/** Options of `convGeneralDilatedPatches`. */
export interface PatchesOptions extends OptionsOf<typeof patchesOptions> {}
const patchesOptions = optionsOf({
  lhsDilation: convKinds.rhsDilation,
  rhsDilation: convKinds.rhsDilation,
  dimensionNumbers: convKinds.dimensionNumbers,
  precision: convKinds.precision,
})
/** The elements under each window as features: feature `c * windowSize + k` is element k of the window in channel c. */
export const convGeneralDilatedPatches = (
  lhs: TensorLike,
  filterShape: Shape,
  windowStrides: Shape,
  padding: Padding,
  given?: PatchesOptions,
): Tensor => {
  const options = patchesOptions('lax.convGeneralDilatedPatches', given)
  readArgument('lax.convGeneralDilatedPatches', 'filterShape', shapeKind, filterShape)
  const x = asTensor(lhs, 'lax.convGeneralDilatedPatches')
  const dimensionNumbers = convDimensionNumbers(x.ndim, options.dimensionNumbers)
  const channels = x.shape[dimensionNumbers.lhsSpec[1]!]!
  const size = sizeOf(filterShape)
  const one = reshape(eye(size, null, x.dtype), { newSizes: [...filterShape, 1, size] })
  const kernel = tile(one, [...range(filterShape.length + 1).map(() => 1), channels])
  const [o, i, ...spatial] = dimensionNumbers.rhsSpec as [number, number, ...number[]]
  const rhs = moveaxis(kernel, range(kernel.ndim), [...spatial, i, o])
  return convGeneralDilated(x, rhs, windowStrides, padding, { ...options, dimensionNumbers, featureGroupCount: channels })
}
/** A convolution whose kernel has a value for each output place: its spatial axes are those of the result, its input features patches. */
export const convGeneralDilatedLocal = (
  lhs: TensorLike,
  rhs: TensorLike,
  windowStrides: Shape,
  padding: Padding,
  filterShape: Shape,
  given?: PatchesOptions,
): Tensor => {
  const options = patchesOptions('lax.convGeneralDilatedLocal', given)
  const patches = convGeneralDilatedPatches(lhs, filterShape, windowStrides, padding, options)
  const { rhsSpec, outSpec } = convDimensionNumbers(patches.ndim, options.dimensionNumbers)
  const order = range(filterShape.length).sort((p, q) => outSpec[p + 2]! - outSpec[q + 2]!)
  const out = dotGeneral(patches, asTensor(rhs, 'lax.convGeneralDilatedLocal'), {
    dimensionNumbers: [
      [[outSpec[1]!], [rhsSpec[1]!]],
      [order.map((k) => outSpec[k + 2]!), order.map((k) => rhsSpec[k + 2]!)],
    ],
    precision: precisionOf('lax.convGeneralDilatedLocal', options.precision),
    preferredElementType: null,
  })
  return moveaxis(out, [-2, -1], [outSpec[0]!, outSpec[1]!])
}
