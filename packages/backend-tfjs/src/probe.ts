/** A first operation on a backend: what loads may still fail to compute. */
import { type Aval, BackendError } from '@heddle/func/backend'
import type { TfjsBackend } from './backend'

const n = 8
const matrix: Aval = { shape: [n, n], dtype: 'float32', weakType: false }

/** Multiplies two small matrices and reads the result. Errors: BackendError. */
export const probe = async ({ flavour, storage, kernels }: TfjsBackend): Promise<void> => {
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
  const { data } = await storage.download(product!, matrix)
  storage.release(ones)
  storage.release(product!)
  if (!(data as Float32Array).every((x) => x === n))
    throw new BackendError(flavour, `a product of matrices of ones gave ${String(data[0])}, not ${n}`)
}
