/** Running sums, products, extrema and log-sum-exp along an axis, inclusive, from either end. */
import type { HostArray, Kernels } from '@heddle/func/backend'
import { alloc, byArithmetic, hostArray, viaFloat32 } from '../element'
import { foldLayout, scanFold } from '../fold'

type Table = Pick<Kernels<HostArray>, 'cumsum' | 'cumprod' | 'cummax' | 'cummin' | 'cumlogsumexp'>

type Element = number | bigint
type Combine = (sum: never, value: never) => Element

const running = (name: string, combine: { float?: Combine; int?: Combine; big?: Combine }): Table['cumsum'] =>
  viaFloat32(({ params, ins, outs }) => {
    const { shape, dtype } = outs[0]!
    const layout = foldLayout(ins[0]!.shape, [params.axis])
    const f = byArithmetic<Combine>(name, dtype, combine) as (sum: Element, value: Element) => Element
    return (inputs) => {
      const x = inputs[0]!.data
      const out = alloc(dtype, x.length)
      scanFold(x, out, layout, params.reverse, f)
      return [hostArray(shape, dtype, out)]
    }
  })

/** `ln(e^a + e^b)` without overflow. */
const logAddExp = (a: number, b: number): number => {
  const top = Math.max(a, b)
  return Number.isFinite(top) ? top + Math.log1p(Math.exp(Math.min(a, b) - top)) : top
}

export const cumulative: Table = {
  cumsum: running('cumsum', {
    float: (a: number, b: number) => a + b,
    int: (a: number, b: number) => (a + b) | 0,
    big: (a: bigint, b: bigint) => a + b,
  }),
  cumprod: running('cumprod', {
    float: (a: number, b: number) => a * b,
    int: (a: number, b: number) => Math.imul(a, b),
    big: (a: bigint, b: bigint) => BigInt.asIntN(64, a * b),
  }),
  cummax: running('cummax', {
    float: (a: number, b: number) => Math.max(a, b),
    int: (a: number, b: number) => Math.max(a, b),
    big: (a: bigint, b: bigint) => (a > b ? a : b),
  }),
  cummin: running('cummin', {
    float: (a: number, b: number) => Math.min(a, b),
    int: (a: number, b: number) => Math.min(a, b),
    big: (a: bigint, b: bigint) => (a < b ? a : b),
  }),
  cumlogsumexp: running('cumlogsumexp', { float: logAddExp }),
}
