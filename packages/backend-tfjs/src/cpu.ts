/**
 * The cpu flavour: plain JavaScript, for where neither WebAssembly nor anything faster runs. It needs no package and always works.
 *
 * Its kernels are those of @heddle/backend-host, not of tfjs's cpu backend, which were measured to take 1.1 to 16 times as long
 * (a product of 512 x 512 matrices 377 ms against 75, a transposition 9 against 0.9) and are wrong for products of int32 above
 * 2^53, 1 to the power of NaN, the sign of NaN and conversions that overflow.
 */
import { BackendError } from '@heddle/func/backend'
import type { FlavourDevice } from './device'

const none = (): never => {
  throw new BackendError('cpu', 'has no device')
}
export const cpuDevice = (): FlavourDevice<never> => ({
  flavour: 'cpu',
  description: 'plain JavaScript',
  gpu: false,
  holds: new Set(),
  reads: 'copy',
  sync: true,
  upload: none,
  read: none,
  readAsync: none,
  reshaped: undefined,
  free: none,
})
