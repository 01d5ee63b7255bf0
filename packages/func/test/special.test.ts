/** Functions of `special` and their derivatives against JAX's and SciPy's in float64: goldens/data/special/functions.json. */
import { hostBackend } from '@heddle/backend-host'
import { GoldenArray, type GoldenValue, golden } from '@heddle/testing'
import { beforeAll, describe, expect, it } from 'vitest'
import { grad, jit, jvp, np, RuleUnsupportedError, setDefaultBackend, special, type Tensor, vmap } from '../src/index'

type Answer = Tensor | readonly Tensor[]
type Pointwise = (...xs: readonly Tensor[]) => Answer
type Rows = Readonly<Record<string, GoldenValue>>
const whole = (f: (n: Tensor, x: Tensor) => Tensor) => (n: Tensor, x: Tensor) => f(n.astype('int32'), x)
/** Cases whose name is not that of a function, or that fix an option. */
const calls: Readonly<Record<string, Pointwise>> = {
  multigammaln: (x) => special.multigammaln(x!, 3),
  logNdtr: (x) => special.logNdtr(x!, 8),
  besselJn: (z) => special.besselJn(z!, 3, { nIter: 60 }),
  polygamma: whole(special.polygamma) as Pointwise,
}
const named = special as unknown as Readonly<Record<string, Pointwise>>
const functionOf = (name: string): Pointwise => {
  const base = name.replace(/Slopes|Edges|Large|OfNegative/, '')
  return calls[base] ?? named[base]!
}
/** Relative errors that are allowed in units of 1e-12 (float64) and 1e-5 (float32), where these are not enough. */
const looser: Readonly<Record<string, readonly [double: number, single: number]>> = {
  digamma: [1, 2],
  ndtr: [1, 3],
  logNdtr: [1, 3],
  fresnel: [1, 40],
  betaln: [1e6, 20],
  boxcox1p: [2000, 2e4],
  i0e: [1, 2],
  i1e: [4, 2],
  betainc: [1, 2],
  besselJn: [1, 5],
  gammainc: [1, 5],
  gammaincc: [1, 5],
  owensT: [1, 2],
  hyp1f1: [100, 10],
  hyp2f1: [1000, 100],
}
const list = (x: GoldenValue): readonly number[] => {
  if (!(x instanceof GoldenArray)) throw new Error('expected an array')
  return Array.from(x.data as ArrayLike<number>, Number)
}
const listOf = (x: Answer): readonly Tensor[] => (Array.isArray(x) ? x : [x]) as readonly Tensor[]
const close = (
  got: Tensor,
  want: readonly number[],
  dtype: 'float32' | 'float64',
  name: string,
  operands: readonly (readonly number[])[],
) => {
  expect(got.dtype).toBe(dtype)
  const single = dtype === 'float32'
  const rtol = (single ? 1e-5 : 1e-12) * (looser[name.replace(/Slopes|Edges|Large|OfNegative/, '')]?.[single ? 1 : 0] ?? 1)
  const faults = Array.from(got.dataSync(), Number).flatMap((x, i) => {
    const w = single && Math.abs(want[i]!) > 3.4028235e38 ? want[i]! * Number.POSITIVE_INFINITY : want[i]!
    const near = Object.is(x, w) || x === w || Math.abs(x - w) <= rtol * Math.abs(w) + (single ? 1e-36 : 1e-300)
    return near ? [] : [`at ${operands.map((o) => o[i]).join(', ')}: ${x} in place of ${w}`]
  })
  expect(faults).toEqual([])
}

const cases = Object.entries(golden('special/functions').value('cases') as Rows)
describe.each(cases)('special: %s', (name, value) => {
  beforeAll(() => setDefaultBackend(hostBackend()))
  const { args, values, slopes } = value as unknown as {
    args: GoldenValue[]
    values: GoldenValue[]
    slopes: Readonly<Record<string, GoldenValue[]>>
  }
  const [f, operands, wanted] = [functionOf(name), args.map(list), values.map(list)]
  const tensors = (dtype: 'float32' | 'float64'): Tensor[] => operands.map((o) => np.array([...o], { dtype }))

  it.each(['float32', 'float64'] as const)('values in %s, also under jit and vmap', (dtype) => {
    const xs = tensors(dtype)
    listOf(f(...xs)).forEach((x, i) => {
      close(x, wanted[i]!, dtype, name, operands)
    })
    listOf(jit((...ys: Tensor[]) => f(...ys) as Tensor)(...xs)).forEach((x, i) => {
      close(x, wanted[i]!, dtype, name, operands)
    })
    const each = vmap((...ys: Tensor[]) => f(...ys) as Tensor, name === 'besselJn' ? { outAxes: -1 } : {})
    listOf(each(...xs)).forEach((x, i) => {
      close(x, wanted[i]!, dtype, name, operands)
    })
  })
  it.each(['float32', 'float64'] as const)('derivatives in %s, forward and backward', (dtype) => {
    const xs = tensors(dtype)
    for (const [at, want] of Object.entries(slopes)) {
      const by = Number(at)
      const of = (x: Tensor): Answer => f(...xs.map((y, i) => (i === by ? x : y)))
      const [, ts] = jvp(of as (x: Tensor) => Tensor, [xs[by]!], [np.onesLike(xs[by]!)])
      listOf(ts).forEach((t, i) => {
        close(t, list(want[i]!), dtype, name, operands)
      })
      if (want.length > 1 || name === 'besselJn') continue
      const back = grad((x: Tensor) => (of(x) as Tensor).sum())(xs[by]!)
      close(back, list(want[0]!), dtype, name, operands)
    }
  })
})

describe('special', () => {
  beforeAll(() => setDefaultBackend(hostBackend()))
  it('computes 16-bit floats in float32', () => {
    const x = special.gammainc(np.array([2.5], { dtype: 'float16' }), 2)
    expect(x.dtype).toBe('float16')
    expect(x.item()).toBeCloseTo(0.4506, 3)
  })
  it('takes numbers, and broadcasts', () => {
    expect(special.betainc(np.array([[1], [2]]), np.array([1, 2, 3]), 0.5).shape).toEqual([2, 3])
    expect(special.gamma(5).item()).toBeCloseTo(24, 3)
    expect(special.zeta(2, np.array([1])).add(np.array([1], { dtype: 'float16' })).dtype).toBe('float32')
  })
  it('says which derivatives are not there', () => {
    expect(() => grad((a: Tensor) => special.betainc(a, 2, 0.5))(np.array(1.5))).toThrow(RuleUnsupportedError)
    expect(() => grad((x: Tensor) => special.polygamma(1, x))(np.array(1.5))).not.toThrow()
  })
  it('has derivatives of derivatives', () => {
    const second = grad(grad((x: Tensor) => special.gammainc(2.5, x)))(np.array(1.2)).item()
    const density = (x: number): number => x ** 1.5 * Math.exp(-x)
    expect(second).toBeCloseTo((density(1.2001) - density(1.1999)) / 0.0002 / 1.329340388, 4)
    expect(grad(grad((x: Tensor) => special.i0(x)))(np.array(0.7)).item()).toBeCloseTo(0.595046, 4)
  })
  it('refuses what is no number of a size', () => {
    expect(() => special.multigammaln(3, np.array(2) as unknown as number)).toThrow(/a number of JavaScript/)
    expect(() => special.bernoulli(-1)).toThrow(/not negative/)
    expect(() => special.polygamma(np.array([1.5]), 1)).toThrow(/integers/)
  })
  it("has Bernoulli's numbers", () => {
    expect(Array.from(special.bernoulli(8).dataSync())).toEqual([1, -1 / 2, 1 / 6, 0, -1 / 30, 0, 1 / 42, 0, -1 / 30].map(Math.fround))
  })
  it('softmax is over all axes', () => {
    expect(
      special
        .softmax(
          np.array([
            [1, 2],
            [3, 4],
          ]),
        )
        .sum()
        .item(),
    ).toBeCloseTo(1, 6)
    expect(
      special
        .logSoftmax(
          np.array([
            [1, 2],
            [3, 4],
          ]),
          0,
        )
        .at(0, 0)
        .item(),
    ).toBeCloseTo(-2.126928, 5)
  })
})
