/** Threefry-2x32 with 20 rounds. Source: J. Salmon et al., Parallel random numbers: as easy as 1, 2, 3 (2011). */
import { type HostArray, type Kernels, sizeOf } from '@heddle/func/backend'
import { hostArray } from '../element'
import { stepOf } from '../pointwise'

const parity = 0x1bd11bda

/** One block of every element: keys and counters in, two words out. Steps are 0 for scalars. */
const blocks = (operands: readonly Uint32Array[], steps: readonly number[], out1: Uint32Array, out2: Uint32Array): void => {
  const [key1, key2, count1, count2] = operands as [Uint32Array, Uint32Array, Uint32Array, Uint32Array]
  const [s1, s2, s3, s4] = steps as [number, number, number, number]
  for (let i = 0; i < out1.length; i++) {
    const k0 = key1[i * s1]! | 0
    const k1 = key2[i * s2]! | 0
    const k2 = k0 ^ k1 ^ parity
    let a = (count1[i * s3]! + k0) | 0
    let b = (count2[i * s4]! + k1) | 0
    a = (a + b) | 0
    b = ((b << 13) | (b >>> 19)) ^ a
    a = (a + b) | 0
    b = ((b << 15) | (b >>> 17)) ^ a
    a = (a + b) | 0
    b = ((b << 26) | (b >>> 6)) ^ a
    a = (a + b) | 0
    b = ((b << 6) | (b >>> 26)) ^ a
    a = (a + k1) | 0
    b = (b + k2 + 1) | 0
    a = (a + b) | 0
    b = ((b << 17) | (b >>> 15)) ^ a
    a = (a + b) | 0
    b = ((b << 29) | (b >>> 3)) ^ a
    a = (a + b) | 0
    b = ((b << 16) | (b >>> 16)) ^ a
    a = (a + b) | 0
    b = ((b << 24) | (b >>> 8)) ^ a
    a = (a + k2) | 0
    b = (b + k0 + 2) | 0
    a = (a + b) | 0
    b = ((b << 13) | (b >>> 19)) ^ a
    a = (a + b) | 0
    b = ((b << 15) | (b >>> 17)) ^ a
    a = (a + b) | 0
    b = ((b << 26) | (b >>> 6)) ^ a
    a = (a + b) | 0
    b = ((b << 6) | (b >>> 26)) ^ a
    a = (a + k0) | 0
    b = (b + k1 + 3) | 0
    a = (a + b) | 0
    b = ((b << 17) | (b >>> 15)) ^ a
    a = (a + b) | 0
    b = ((b << 29) | (b >>> 3)) ^ a
    a = (a + b) | 0
    b = ((b << 16) | (b >>> 16)) ^ a
    a = (a + b) | 0
    b = ((b << 24) | (b >>> 8)) ^ a
    a = (a + k1) | 0
    b = (b + k2 + 4) | 0
    a = (a + b) | 0
    b = ((b << 13) | (b >>> 19)) ^ a
    a = (a + b) | 0
    b = ((b << 15) | (b >>> 17)) ^ a
    a = (a + b) | 0
    b = ((b << 26) | (b >>> 6)) ^ a
    a = (a + b) | 0
    b = ((b << 6) | (b >>> 26)) ^ a
    out1[i] = a + k2
    out2[i] = b + k0 + 5
  }
}

export const random: Pick<Kernels<HostArray>, 'threefry2x32'> = {
  threefry2x32: ({ ins, outs }) => {
    const { shape } = outs[0]!
    const n = sizeOf(shape)
    const steps = ins.map((a) => stepOf(a.shape, shape))
    return (inputs) => {
      const out1 = new Uint32Array(n)
      const out2 = new Uint32Array(n)
      blocks(
        inputs.map((x) => x.data as Uint32Array),
        steps,
        out1,
        out2,
      )
      return [hostArray(shape, 'uint32', out1), hostArray(shape, 'uint32', out2)]
    }
  },
}
