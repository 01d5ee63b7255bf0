/** Kernels of interpolation: the weight of a pixel by its distance x >= 0 from the sample, and how far they reach. */
import { divide, multiply, sin } from '../numpy/elementwise'
import { where } from '../numpy/logic'
import { maximum } from '../numpy/elementwise'
import type { Tensor } from '../tensor'

export interface Kernel {
  readonly radius: number
  readonly weight: (x: Tensor) => Tensor
}
/** Coefficients from the highest power down. */
const polynomial = (x: Tensor, [first, ...rest]: readonly number[]): Tensor =>
  rest.reduce<Tensor>((y, c) => y.mul(x).add(c), multiply(x, 0).add(first!))
/** Keys's convolution, with the slope a at 1: -0.5 in most libraries, -0.75 in OpenCV and in PyTorch without antialiasing. */
const cubic = (a: number): Kernel => ({
  radius: 2,
  weight: (x) => {
    const near = polynomial(x, [a + 2, -(a + 3), 0, 1])
    const far = polynomial(x, [a, -5 * a, 8 * a, -4 * a])
    return where(x.ge(2), 0, where(x.ge(1), far, near))
  },
})
const lanczos = (radius: number): Kernel => ({
  radius,
  weight: (x) => {
    const y = multiply(radius, sin(x.mul(Math.PI))).mul(sin(x.mul(Math.PI / radius)))
    const out = where(x.gt(1e-3), divide(y, where(x.ne(0), x.square().mul(Math.PI ** 2), 1)), 1)
    return where(x.gt(radius), 0, out)
  },
})
const triangle: Kernel = { radius: 1, weight: (x) => maximum(0, x.neg().add(1)) }

/** By method; no table, so that what reads none has none. */
export const kernelOf = (method: 'linear' | 'cubic' | 'cubic-pytorch' | 'lanczos3' | 'lanczos5'): Kernel => {
  switch (method) {
    case 'linear':
      return triangle
    case 'cubic':
      return cubic(-0.5)
    case 'cubic-pytorch':
      return cubic(-0.75)
    default:
      return lanczos(method === 'lanczos3' ? 3 : 5)
  }
}
