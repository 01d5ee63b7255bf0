/**
 * Convolutions of one or two spatial axes on wasm, all by XNNPACK's forward convolution.
 *
 * Everything is brought to [batch, height, width, feature] and [height, width, in, out]: other layouts by a copy, dilation of the
 * input (as in gradients of strided convolutions) and cropping by the same copy, groups by a loop. tfjs on wasm has no gradient of
 * a filter and a slow one of an input; both are again convolutions here, so a net trains at the speed of its forward pass.
 */
import { type ParamsOf, sizeOf, stridesOf } from '@heddle/func/backend'
import type { KernelPlan, KernelPlans } from '../device'
import { type Copy, copier } from '../strided'
import {
  type Canonical,
  canonical,
  type Four,
  type Geometry,
  geometryOf,
  isDense,
  paddedShape,
  paddingConfig,
  spatialOf,
} from './canonical'
import { type Buffer, type Context, isFloat32 } from './context'
import type { Block } from './heap'
import { padding } from './layout'
import { wideWindow } from './wide-window'

type Params = ParamsOf['conv_general_dilated']
/** Reads one group of an operand as a dense array; `made` says whether it has to be freed. */
type Read = (x: Buffer, group: number) => { readonly block: Block; readonly made: boolean }

/** The input: padded by the copy where XNNPACK can't (dilation, cropping). Answers its shape and what padding is left to do. */
const inputReader = (context: Context, x: Canonical, offset: number, g: Geometry, groups: number) => {
  const { store, heap } = context
  const [pt, pl] = g.pads
  const byCopy = g.inputDilation.some((d) => d > 1) || [...pt, ...pl].some((p) => p < 0)
  const shape: Four = byCopy ? paddedShape(x.shape, g) : x.shape
  const size = sizeOf(shape)
  const { copy, from, to } = byCopy
    ? padding(x.shape, shape, paddingConfig(g), x.strides)
    : { copy: copier(x.shape, x.strides, stridesOf(shape)), from: 0, to: 0 }
  const inPlace = !byCopy && groups === 1 && isDense(x)
  const read: Read = (buffer, group) => {
    if (inPlace) return { block: store.onDevice(buffer), made: false }
    const block = heap.alloc('float32', size)
    const out = heap.f32(block, size)
    if (byCopy) out.fill(0)
    copy(store.onHost(buffer) as Float32Array, from + group * offset, out, to)
    return { block, made: true }
  }
  return {
    read,
    shape,
    pads: byCopy
      ? ([
          [0, 0],
          [0, 0],
        ] as Geometry['pads'])
      : g.pads,
  }
}
const filterReader = (context: Context, w: Canonical, offset: number, groups: number): Read => {
  const { store, heap } = context
  const size = sizeOf(w.shape)
  if (groups === 1 && isDense(w)) return (buffer) => ({ block: store.onDevice(buffer), made: false })
  const copy = copier(w.shape, w.strides, stridesOf(w.shape))
  return (buffer, group) => {
    const block = heap.alloc('float32', size)
    copy(store.onHost(buffer) as Float32Array, group * offset, heap.f32(block, size), 0)
    return { block, made: true }
  }
}
/** With one axis out of several made smaller: its share of a group. */
const share = ({ shape, strides }: Canonical, axis: number, groups: number): Canonical => ({
  shape: shape.map((n, i) => (i === axis ? n / groups : n)) as unknown as Four,
  strides,
})

const convolution =
  (context: Context): KernelPlan<Block, Params> =>
  ({ ins, outs, params }) => {
    const { dimensionNumbers: d, featureGroupCount, batchGroupCount } = params
    if (!isFloat32(ins) || !isFloat32(outs) || params.windowStrides.length > 2 || params.windowStrides.length === 0) return undefined
    const { store, heap } = context
    const [lhs, rhs] = ins
    const type = outs[0]!
    const x = canonical(lhs!.shape, [d.lhsSpec[0], ...spatialOf(d.lhsSpec, 2), d.lhsSpec[1]])
    const w = canonical(rhs!.shape, [...spatialOf(d.rhsSpec, 2), d.rhsSpec[1], d.rhsSpec[0]])
    const out = canonical(type.shape, [d.outSpec[0], ...spatialOf(d.outSpec, 2), d.outSpec[1]])
    const features = x.shape[3]
    const depthwise = featureGroupCount > 1 && featureGroupCount === features && batchGroupCount === 1
    const groups = depthwise ? 1 : featureGroupCount * batchGroupCount
    const axis = batchGroupCount > 1 ? 0 : 3
    const g = geometryOf(params)

    const part = share(x, axis, groups)
    const input = inputReader(context, part, (x.shape[axis] / groups) * x.strides[axis], g, groups)
    const weights = share(w, 3, groups)
    const filter = filterReader(context, weights, weights.shape[3] * w.strides[3], groups)
    const result = share(out, 3, groups)
    const resultSize = sizeOf(result.shape)
    const direct = groups === 1 && isDense(out)
    const place: Copy = copier(result.shape, stridesOf(result.shape), out.strides)
    const c = heap.call(depthwise ? 'DepthwiseConv2dNative' : 'Conv2D')
    const [[top, bottom], [left, right]] = input.pads
    const [kh, kw] = w.shape
    const [n, height, width, channels] = input.shape

    const run = (xBlock: Block, wBlock: Block, o: Block): void =>
      c(
        xBlock.id,
        n,
        height,
        width,
        wBlock.id,
        kh,
        kw,
        top,
        right,
        bottom,
        left,
        0,
        ...g.dilation,
        ...g.strides,
        channels,
        result.shape[3],
        o.id,
      )
    return ([a, b]) => {
      const total = direct ? undefined : heap.alloc('float32', sizeOf(out.shape))
      let last: Block | undefined
      for (let group = 0; group < groups; group++) {
        const xs = input.read(a!, group)
        const ws = filter(b!, group)
        const o = heap.alloc('float32', resultSize)
        run(xs.block, ws.block, o)
        if (xs.made) heap.free(xs.block)
        if (ws.made) heap.free(ws.block)
        if (total === undefined) last = o
        else {
          const view = heap.f32(o, resultSize)
          place(view, 0, heap.f32(total, sizeOf(out.shape)), group * result.shape[3] * out.strides[3])
          heap.free(o)
        }
      }
      return [store.ofDevice(total ?? last!, type)]
    }
  }
export const convolutions = (context: Context): KernelPlans<Block> => {
  const [wide, general] = [wideWindow(context), convolution(context)]
  return { conv_general_dilated: (call) => wide(call) ?? general(call) }
}
