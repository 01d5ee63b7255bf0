/** A dense layer in one call: XNNPACK's product with its bias; the activation is a second call, since XNNPACK's clamp and relu lose NaN. */
import type { FusedKernels } from '@heddle/func/backend'
import { type Buffer, type Context, isFloat32 } from './context'
import { matrixProduct } from './contraction'

const activations = { logistic: 'Sigmoid', tanh: 'Tanh' } as const

export const fused = ({ store, heap }: Context): FusedKernels<Buffer> => ({
  dense: ({ ins, outs, params: { bias, activation } }) => {
    const [x, w] = ins
    if (!isFloat32(ins) || x!.shape.length !== 2 || w!.shape.length !== 2 || [...ins, ...outs].some((a) => a.shape.includes(0)))
      return undefined
    const [m, k] = x!.shape as [number, number]
    const n = w!.shape[1]!
    const multiply = matrixProduct(heap, m, k, n)
    const activate = activation === 'none' || activation === 'relu' ? undefined : heap.call(activations[activation])
    const { maxScalar } = heap.extrema
    return (inputs) => {
      const a = store.onDevice(inputs[0]!)
      const b = store.onDevice(inputs[1]!)
      const shift = bias ? store.onDevice(inputs[2]!) : undefined
      const product = heap.alloc('float32', m * n)
      multiply(a, b, product, shift)
      if (activation === 'relu') maxScalar(product.address, 0, product.address, product.address + 4 * m * n)
      if (activate === undefined) return [store.ofDevice(product, outs[0]!)]
      const out = heap.alloc('float32', m * n)
      if (activation === 'logistic') activate(product.id, out.id)
      else activate(product.id, 0, out.id)
      heap.free(product)
      return [store.ofDevice(out, outs[0]!)]
    }
  },
})
