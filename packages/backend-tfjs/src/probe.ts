/** First operations on a backend: what loads may still fail to compute, or to hand over what it has computed. */
import { type Aval, BackendError } from '@heddle/func/backend'
import type { TfjsBackend } from './backend'
import type { TfjsBuffer } from './store'

const n = 8
const matrix: Aval = { shape: [n, n], dtype: 'float32', weakType: false }

const productOfOnes = ({ storage, kernels }: TfjsBackend): TfjsBuffer => {
  const ones = storage.upload({ shape: matrix.shape, dtype: 'float32', data: new Float32Array(n * n).fill(1) })
  const multiply = kernels.dot_general({
    params: {
      dimensionNumbers: [
        [[1], [0]],
        [[], []],
      ],
      preferredElementType: null,
    },
    ins: [matrix, matrix],
    outs: [matrix],
  })
  const [product] = multiply([ones, ones])
  storage.release(ones)
  return product!
}
const check = (flavour: string, what: string, got: ArrayLike<number>, want: number): void => {
  const wrong = Array.from(got).find((x) => !(Math.abs(x - want) <= 1e-5))
  if (wrong !== undefined) throw new BackendError(flavour, `${what} gave ${wrong}, not ${want}`)
}
/**
 * Multiplies two small matrices and reads the result; on a device that can't be waited for, by a host kernel first, since not
 * every browser reads WebGPU memory at once (it goes through a canvas, which may be blank). Errors: BackendError.
 */
export const probe = async (backend: TfjsBackend): Promise<void> => {
  const { flavour, storage, kernels } = backend
  const read = async (what: string, buffer: TfjsBuffer, want: number): Promise<void> => {
    const { data } = await storage.download(buffer, matrix)
    storage.release(buffer)
    check(flavour, what, data as Float32Array, want)
  }
  if (storage.downloadSync === undefined) {
    const product = productOfOnes(backend)
    const [sine] = kernels.sin({ params: {}, ins: [matrix], outs: [matrix] })([product])
    storage.release(product)
    await read('reading without waiting, for the sine of 8,', sine!, Math.sin(n))
  }
  await read('a product of matrices of ones', productOfOnes(backend), n)
}
