/** Arrays in tests, and how far two of them are apart. */
import type { Aval, HostArray, TypedArray } from '@heddle/func/backend'

export const avalOf = ({ shape, dtype }: HostArray): Aval => ({ shape, dtype, weakType: false })
export const array = (dtype: HostArray['dtype'], shape: readonly number[], data: TypedArray): HostArray => ({ dtype, shape, data })

/** The first element that is further from the expected one than `rtol` of it or of 1. */
export const difference = (got: HostArray, want: HostArray, rtol: number, atol = rtol): string | undefined => {
  if (got.dtype !== want.dtype || got.shape.join() !== want.shape.join())
    return `expected ${want.dtype}[${want.shape}], got ${got.dtype}[${got.shape}]`
  if (got.data.constructor !== want.data.constructor || got.data.length !== want.data.length)
    return `expected ${want.data.constructor.name}(${want.data.length}), got ${got.data.constructor.name}(${got.data.length})`
  for (let i = 0; i < want.data.length; i++) {
    const [g, w] = [Number(got.data[i]), Number(want.data[i])]
    if (Object.is(g, w) || g === w || (Number.isNaN(g) && Number.isNaN(w))) continue
    if (!(Math.abs(g - w) <= Math.max(atol, rtol * Math.abs(w)))) return `at ${i} of ${want.data.length}: expected ${w}, got ${g}`
  }
  return undefined
}
