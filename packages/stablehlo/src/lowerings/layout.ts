/** Layout: slices, joins, padding, reversal, and counting. */
import type { LayoutParams } from '@heddle/func/backend'
import type { Lowerings } from './row'
import { concatenate, iota, slice } from '../text/ops'
import { functionType, list, tensorType } from '../text/type'

export const layout: Lowerings<keyof LayoutParams> = {
  slice: (b, { params, ins: [x] }) => [slice(b, x!, params.startIndices, params.limitIndices, params.strides)],
  concatenate: (b, { params, ins }) => [concatenate(b, ins, params.dimension)],
  pad: (b, { params: { paddingConfig }, ins: [x, value], outs: [out] }) => {
    if (paddingConfig.length === 0) return [x!]
    const [low, high, interior] = ([0, 1, 2] as const).map((k) => list(paddingConfig.map((c) => c[k])))
    return [
      b.op(
        `stablehlo.pad ${x!.name}, ${value!.name}, low = ${low}, high = ${high}, interior = ${interior} : ${functionType([x!, value!], [out!])}`,
        out!,
      ),
    ]
  },
  rev: (b, { params, ins: [x] }) => [b.op(`stablehlo.reverse ${x!.name}, dims = ${list(params.dimensions)} : ${tensorType(x!)}`, x!)],
  iota: (b, { params }) => [iota(b, params.shape, params.dtype, params.dimension)],
}
