/**
 * Convolutions whose window is about as large as the image, with a small result: gradients of filters.
 *
 * XNNPACK's convolution is made for small windows and reaches 9 GFLOPS here, its matrix product 30. So each place of the window
 * becomes rows of a matrix, [batch * places, feature * window], times the filter, [feature * window, out]. The columns keep the order
 * in which the filter (the gradient of the layer's output) already lies in memory. Large matrices are made and multiplied in parts.
 */
import type { KernelPlan } from '../device'
import { copier } from '../strided'
import { type ParamsOf, sizeOf, stridesOf } from '@heddle/func/backend'
import { type Canonical, canonical, type Four, geometryOf, isDense, paddedShape, paddingConfig, spatialOf } from './canonical'
import { type Context, isFloat32 } from './context'
import { matrixProduct } from './contraction'
import type { Block } from './heap'
import { padding } from './layout'

type Params = ParamsOf['conv_general_dilated']

/** Elements of the matrix that is made at a time. */
const MAX_ELEMENTS = 1 << 22

/** [batch, height, width, feature] as [feature, height, width, batch]. */
const swapped = ([n, h, w, c]: Four): Four => [c, h, w, n]
const swap = ({ shape, strides }: Canonical): Canonical => ({ shape: swapped(shape), strides: swapped(strides) })

export const wideWindow =
  (context: Context): KernelPlan<Block, Params> =>
  ({ ins, outs, params }) => {
    const { dimensionNumbers: d } = params
    const rank = params.windowStrides.length
    if (!isFloat32([...ins, ...outs]) || rank < 1 || rank > 2 || params.featureGroupCount * params.batchGroupCount !== 1) return undefined
    const { store, heap } = context
    const type = outs[0]!
    const x = swap(canonical(ins[0]!.shape, [d.lhsSpec[0], ...spatialOf(d.lhsSpec, 2), d.lhsSpec[1]]))
    const w = canonical(ins[1]!.shape, [d.rhsSpec[1], ...spatialOf(d.rhsSpec, 2), d.rhsSpec[0]])
    const out = canonical(type.shape, [d.outSpec[0], ...spatialOf(d.outSpec, 2), d.outSpec[1]])
    const [features, wh, ww, filters] = w.shape
    const [batch, oh, ow] = out.shape
    if (wh * ww < 4 * oh * ow || batch * oh * ow < 4) return undefined

    const g = geometryOf(params)
    const shape = paddedShape(x.shape, g)
    const pad = padding(x.shape, shape, paddingConfig(g), x.strides)
    const [, sh, sw, sc] = stridesOf(shape) as [number, number, number, number]
    const feature = shape[1] * shape[2] * shape[3]

    const rows = batch * oh * ow
    const atOnce = Math.max(1, Math.min(features, Math.floor(MAX_ELEMENTS / (rows * wh * ww))))
    const parts = Array.from({ length: Math.ceil(features / atOnce) }, (_, i) => {
      const [from, n] = [i * atOnce, Math.min(atOnce, features - i * atOnce)]
      const k = n * wh * ww
      const columns = copier([batch, n, wh, ww], [sc, feature, sh * g.dilation[0], sw * g.dilation[1]], [oh * ow * k, wh * ww, ww, 1])
      return { from, k, columns, multiply: matrixProduct(heap, rows, k, filters) }
    })
    const dense = isDense(w)
    const rearrange = copier(w.shape, w.strides, stridesOf(w.shape))
    const direct = isDense(out)
    const place = copier(out.shape, stridesOf(out.shape), out.strides)
    const add = heap.call('Add')
    const size = rows * filters

    return (inputs) => {
      const padded = heap.alloc('float32', sizeOf(shape))
      const filter = dense ? store.onDevice(inputs[1]!) : heap.alloc('float32', sizeOf(w.shape))
      const view = heap.f32(padded, sizeOf(shape))
      view.fill(0)
      pad.copy(store.onHost(inputs[0]!) as Float32Array, pad.from, view, pad.to)
      if (!dense) rearrange(store.onHost(inputs[1]!) as Float32Array, 0, heap.f32(filter, sizeOf(w.shape)), 0)

      let total: Block | undefined
      for (const { from, k, columns, multiply } of parts) {
        const matrix = heap.alloc('float32', rows * k)
        const result = heap.alloc('float32', size)
        const [source, target] = [heap.f32(padded, sizeOf(shape)), heap.f32(matrix, rows * k)]
        for (let i = 0; i < oh; i++)
          for (let j = 0; j < ow; j++)
            columns(source, from * feature + i * g.strides[0] * sh + j * g.strides[1] * sw, target, (i * ow + j) * k)
        const part = parts.length === 1 ? filter : heap.slice(filter, from * wh * ww * filters, k * filters)
        multiply(matrix, part, result)
        if (part !== filter) heap.freeSlice(part)
        heap.free(matrix)
        const before = total
        if (before === undefined) total = result
        else {
          const sum = heap.alloc('float32', size)
          add(before.id, heap.shape(0, [size]), 1, result.id, heap.shape(1, [size]), 1, 0, sum.id)
          heap.free(before)
          heap.free(result)
          total = sum
        }
      }
      heap.free(padded)
      if (!dense) heap.free(filter)
      if (direct) return [store.ofDevice(total!, type)]
      const placed = heap.alloc('float32', size)
      place(heap.f32(total!, size), 0, heap.f32(placed, size), 0)
      heap.free(total!)
      return [store.ofDevice(placed, type)]
    }
  }
