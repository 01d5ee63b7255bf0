/** Rows of convolution: layouts, strides, dilations, paddings and groups. */
import { convGeneralDilated } from '../../primitives/convolution'
import type { ConvDimensionNumbers, ConvolutionParams } from '../../table'
import type { Tensor } from '../../tensor'
import { num, type Row, type Rows, rough, smooth, typed } from '../row'
import { normal } from '../sample'

type Params = ConvolutionParams['conv_general_dilated']
const nch: ConvDimensionNumbers = { lhsSpec: [0, 1, 2], rhsSpec: [0, 1, 2], outSpec: [0, 1, 2] }
const nhwc: ConvDimensionNumbers = { lhsSpec: [0, 3, 1, 2], rhsSpec: [3, 2, 0, 1], outSpec: [0, 3, 1, 2] }
const hwcn: ConvDimensionNumbers = { lhsSpec: [3, 2, 0, 1], rhsSpec: [0, 1, 2, 3], outSpec: [2, 0, 3, 1] }
const conv =
  (spatial: number, given: Partial<Params>) =>
  (x: Tensor, w: Tensor): Tensor => {
    const ones = Array.from({ length: spatial }, () => 1)
    return convGeneralDilated(x, w, {
      windowStrides: ones,
      padding: ones.map(() => [0, 0] as const),
      lhsDilation: ones,
      rhsDilation: ones,
      dimensionNumbers: nch,
      featureGroupCount: 1,
      batchGroupCount: 1,
      preferredElementType: null,
      ...given,
    })
  }
/** One spatial axis: x [n, c, w], kernel [o, i, w]. */
const line = (about: string, x: readonly number[], w: readonly number[], given: Partial<Params> = {}): Row =>
  smooth(about, conv(1, given), [num(x), num(w)])
const plane = (about: string, x: readonly number[], w: readonly number[], given: Partial<Params>): Row =>
  smooth(about, conv(2, { dimensionNumbers: nhwc, ...given }), [num(x), num(w)])

export const convolutionRows: { readonly [N in keyof ConvolutionParams]: Rows } = {
  conv_general_dilated: [
    line('valid', [2, 3, 6], [4, 3, 3]),
    line('padded unevenly', [1, 2, 5], [3, 2, 3], { padding: [[2, 1]] }),
    line('negative padding', [1, 2, 7], [2, 2, 2], { padding: [[-1, -2]] }),
    line('strides', [1, 2, 8], [2, 2, 3], { windowStrides: [2], padding: [[1, 1]] }),
    line('stride that does not divide', [1, 1, 9], [2, 1, 2], { windowStrides: [3] }),
    line('dilated input', [1, 2, 4], [2, 2, 3], { lhsDilation: [2], padding: [[1, 2]] }),
    line('dilated kernel', [1, 2, 8], [2, 2, 3], { rhsDilation: [2], padding: [[2, 0]] }),
    line('strides and both dilations', [1, 2, 5], [2, 2, 3], { windowStrides: [2], lhsDilation: [3], rhsDilation: [2], padding: [[1, 0]] }),
    line('feature groups', [2, 4, 5], [6, 2, 2], { featureGroupCount: 2 }),
    line('depthwise', [1, 3, 5], [6, 1, 2], { featureGroupCount: 3, padding: [[1, 0]] }),
    line('batch groups', [4, 3, 5], [4, 3, 2], { batchGroupCount: 2 }),
    line('batch groups, strided', [2, 2, 6], [4, 2, 2], { batchGroupCount: 2, windowStrides: [2] }),
    line('feature groups, strided and dilated', [1, 4, 6], [4, 2, 2], {
      featureGroupCount: 2,
      windowStrides: [2],
      rhsDilation: [2],
      padding: [[1, 1]],
    }),
    line('kernel as large as the input', [2, 2, 3], [2, 2, 3], {}),
    smooth('no spatial axes', conv(0, { dimensionNumbers: { lhsSpec: [0, 1], rhsSpec: [0, 1], outSpec: [0, 1] } }), [
      num([2, 3]),
      num([4, 3]),
    ]),
    plane('two axes, channels last', [1, 4, 3, 2], [2, 2, 2, 3], {}),
    plane('two axes, uneven', [2, 4, 5, 1], [2, 3, 1, 2], {
      windowStrides: [2, 1],
      padding: [
        [1, 0],
        [0, 2],
      ],
    }),
    plane('two axes, another layout', [4, 3, 2, 2], [3, 2, 2, 2], { dimensionNumbers: hwcn, rhsDilation: [2, 1] }),
    plane('two axes, depthwise', [1, 4, 4, 2], [2, 2, 1, 4], { featureGroupCount: 2, windowStrides: [2, 2] }),
    plane('two axes, transposed convolution', [1, 3, 2, 2], [3, 3, 2, 2], {
      lhsDilation: [2, 2],
      padding: [
        [2, 1],
        [2, 1],
      ],
    }),
    rough('result type', conv(1, { preferredElementType: 'float32' }), [
      typed('float32', [1, 2, 4], normal),
      typed('float32', [2, 2, 2], normal),
    ]),
  ],
}
