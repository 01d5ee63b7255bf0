/**
 * Convolutions in canonical order, [batch, height, width, feature], whatever the layout of their operands: sizes and strides of each
 * axis, and the geometry of the window.
 */
import { type ParamsOf, type Shape, stridesOf } from '@heddle/func/backend'

type Params = ParamsOf['conv_general_dilated']
export type Four = readonly [number, number, number, number]
type Pair = readonly [number, number]
/** An array's axes in canonical order; spatial axes that it lacks have size 1. */
export interface Canonical {
  readonly shape: Four
  readonly strides: Four
}
export const canonical = (shape: Shape, order: readonly (number | undefined)[]): Canonical => {
  const own = stridesOf(shape)
  return {
    shape: order.map((axis) => (axis === undefined ? 1 : shape[axis]!)) as unknown as Four,
    strides: order.map((axis) => (axis === undefined ? 0 : own[axis]!)) as unknown as Four,
  }
}
/** The height's and width's axes of a spec [batch, feature, ...spatial]; one spatial axis is the width. */
export const spatialOf = <A>(spec: readonly A[], at: number): readonly [A | undefined, A | undefined] =>
  spec.length - at === 2 ? [spec[at], spec[at + 1]] : [undefined, spec[at]]
const pairOf = (values: Shape): Pair => [values.length === 2 ? values[0]! : 1, values[values.length - 1] ?? 1]
export const isDense = ({ shape, strides }: Canonical): boolean => {
  const dense = stridesOf(shape)
  return shape.every((n, i) => n === 1 || strides[i] === dense[i])
}

export interface Geometry {
  readonly strides: Pair
  readonly dilation: Pair
  /** Of the input, by height and width. */
  readonly pads: readonly [readonly [number, number], readonly [number, number]]
  readonly inputDilation: Pair
}
export const geometryOf = (params: Params): Geometry => ({
  strides: pairOf(params.windowStrides),
  dilation: pairOf(params.rhsDilation),
  inputDilation: pairOf(params.lhsDilation),
  pads: params.padding.length === 2 ? [params.padding[0]!, params.padding[1]!] : [[0, 0], params.padding[0] ?? [0, 0]],
})
const dilated = (n: number, dilation: number, [low, high]: readonly [number, number]): number =>
  (n === 0 ? 0 : (n - 1) * dilation + 1) + low + high

/** An input's shape with its holes and its padding in. */
export const paddedShape = ([n, h, w, c]: Four, { inputDilation, pads }: Geometry): Four => [
  n,
  dilated(h, inputDilation[0], pads[0]),
  dilated(w, inputDilation[1], pads[1]),
  c,
]
/** The same as parameters of a `pad`. */
export const paddingConfig = ({ inputDilation: [dh, dw], pads: [h, w] }: Geometry): ParamsOf['pad']['paddingConfig'] => [
  [0, 0, 0],
  [h[0], h[1], dh - 1],
  [w[0], w[1], dw - 1],
  [0, 0, 0],
]
