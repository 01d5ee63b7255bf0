/** `conv_general_dilated`: one operation, whose layouts are named axis by axis. */
import type { ConvolutionParams } from '@heddle/func/backend'
import type { Lower, Lowerings } from './row'
import { functionType, list } from '../text/type'

/** The letters of an operand's axes: a spec gives the places of the first two roles, then of the spatial axes. */
const letters = (spec: readonly number[], first: string, second: string): string => {
  const axes = new Array<string>(spec.length)
  spec.forEach((axis, role) => {
    axes[axis] = role === 0 ? first : role === 1 ? second : String(role - 2)
  })
  return list(axes)
}
const convolve: Lower<ConvolutionParams['conv_general_dilated']> = (b, { params: p, ins: [x, w], outs: [out] }) => {
  const { lhsSpec, rhsSpec, outSpec } = p.dimensionNumbers
  const dims = `${letters(lhsSpec, 'b', 'f')}x${letters(rhsSpec, 'o', 'i')}->${letters(outSpec, 'b', 'f')}`
  const window = [
    `stride = ${list(p.windowStrides)}`,
    `pad = ${list(p.padding.map((pair) => list(pair)))}`,
    `lhs_dilate = ${list(p.lhsDilation)}`,
    `rhs_dilate = ${list(p.rhsDilation)}`,
  ].join(', ')
  const attributes = [
    `batch_group_count = ${p.batchGroupCount} : i64`,
    `feature_group_count = ${p.featureGroupCount} : i64`,
    ...(p.precision ? [`precision_config = ${list(p.precision.map((name) => `#stablehlo<precision ${name.toUpperCase()}>`))}`] : []),
  ].join(', ')
  return [
    b.op(
      `stablehlo.convolution(${x!.name}, ${w!.name}) dim_numbers = ${dims}, window = {${window}} {${attributes}} : ${functionType([x!, w!], [out!])}`,
      out!,
    ),
  ]
}
export const convolution: Lowerings<keyof ConvolutionParams> = { conv_general_dilated: convolve }
