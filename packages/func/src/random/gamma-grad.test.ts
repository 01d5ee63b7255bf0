/** Derivatives of gamma draws by their shape: numbers of JAX in float64, laws, and every transformation. */
import { hostBackend } from '@heddle/backend-host'
import { beforeAll, describe, expect, it } from 'vitest'
import { grad, jit, jvp, np, random, setDefaultBackend, type Tensor, valueAndGrad, vmap } from '../index'
import { gammaGrad, logGammaGrad } from './gamma-grad'

beforeAll(() => setDefaultBackend(hostBackend()))

/** Shape, draw, and jax.lax.random_gamma_grad of them in float64. */
const known = [
  [0.01, 1e-20, 4.5490816402012235e-17],
  [0.01, 0.3, 37.034760047760756],
  [0.2, 0.05, 0.714510180983902],
  [0.5, 0.1, 0.5097655670826974],
  [0.5, 3, 2.912942416440366],
  [1, 0.3, 0.5957784656561825],
  [1, 2.5, 1.79703223326168],
  [3, 1, 0.5787730491540525],
  [3, 7, 1.566458369374454],
  [10, 4, 0.6208054470099846],
  [10, 18, 1.3445761722740128],
  [100, 80, 0.8940606683561856],
  [100, 125, 1.117576250917372],
  [10000, 9800, 0.9899491573748562],
  [10000, 10150, 1.0074795698341124],
] as const
const columns = (dtype: 'float32' | 'float64') =>
  [0, 1].map((i) =>
    np.array(
      known.map((row) => row[i]!),
      dtype,
    ),
  ) as [Tensor, Tensor]
const relative = (x: Tensor, want: readonly number[]): number =>
  Math.max(...Array.from(x.dataSync() as Float64Array, (v, i) => Math.abs(v / want[i]! - 1)))

describe('the derivative of a draw', () => {
  const want = known.map((row) => row[2])
  it.each([
    ['float64', 1e-9],
    // As JAX's: at a shape of 10,000 the fraction is good to 4e-4.
    ['float32', 1e-3],
  ] as const)('is right in %s', (dtype, tolerance) => {
    const [a, x] = columns(dtype)
    expect(relative(gammaGrad(a, x), want)).toBeLessThan(tolerance)
    expect(relative(jit(gammaGrad)(a, x), want)).toBeLessThan(tolerance)
    expect(relative(vmap(gammaGrad)(a, x), want)).toBeLessThan(tolerance)
    const logs = known.map(([, x_, d]) => d / x_)
    expect(relative(logGammaGrad(a, np.log(x)), logs)).toBeLessThan(tolerance)
  })
  it('is exact where a draw vanishes', () => {
    // P is x^a / gamma(a + 1) there: d(log x)/da = (digamma(1 + a) - log x) / a.
    expect(relative(logGammaGrad(np.array([0.001]), np.array([-1000])), [999424.427])).toBeLessThan(1e-5)
  })
  it('is 0 at 0, and NaN outside of the domain', () => {
    expect(Array.from(gammaGrad(np.array([2, 2, -1, NaN]), np.array([0, -1, 1, 1])).dataSync() as Float32Array)).toEqual([0, NaN, NaN, NaN])
  })
})

describe('samplers', () => {
  const key = random.key(3)
  const draws: Readonly<Record<string, (p: Tensor) => Tensor>> = {
    gamma: (p) => random.gamma(key, p, [5]),
    loggamma: (p) => random.loggamma(key, p, [5]),
    beta: (p) => random.beta(key, p, 1.5, [5]),
    'beta by b': (p) => random.beta(key, 1.5, p, [5]),
    dirichlet: (p) => random.dirichlet(key, np.stack([p, np.array(1.5), p.square()]), [5]),
    t: (p) => random.t(key, p, [5]),
    chisquare: (p) => random.chisquare(key, p, [5]),
    f: (p) => random.f(key, p, 3, [5]),
    'f by the second': (p) => random.f(key, 3, p, [5]),
    generalizedNormal: (p) => random.generalizedNormal(key, p, [5]),
    ball: (p) => random.ball(key, 2, p, [5]),
  }
  it.each(Object.entries(draws))('%s: forward and reverse mode agree, under jit too', (_, draw) => {
    const f = (p: Tensor): Tensor =>
      draw(p)
        .mul(np.array([1, -2, 0.5, 3, 1]))
        .sum() as Tensor
    const sum = draws['dirichlet'] === draw || draws['ball'] === draw ? (p: Tensor) => draw(p).square().at(':', 0).sum() : f
    const p = np.array(1.7)
    const [, forward] = jvp(sum, [p], [np.array(1)])
    const reverse = grad(sum)(p)
    expect(Number(reverse.item())).toBeCloseTo(Number(forward.item()), 4)
    expect(Number(jit(grad(sum))(p).item())).toBeCloseTo(Number(forward.item()), 4)
    expect(
      Number(
        vmap(grad(sum))(np.array([1.7, 2.5]))
          .at(0)
          .item(),
      ),
    ).toBeCloseTo(Number(forward.item()), 4)
    expect(Number.isFinite(Number(forward.item()))).toBe(true)
    expect(Number(forward.item())).not.toBe(0)
  })
  it('has the derivative of the mean, on average', () => {
    const mean = (a: Tensor): Tensor => random.gamma(random.key(8), a, [4000]).mean()
    const [value, slope] = valueAndGrad(mean)(np.array(2.5))
    expect(Math.abs(Number(value.item()) - 2.5)).toBeLessThan(0.1)
    expect(Math.abs(Number(slope.item()) - 1)).toBeLessThan(0.03)
  })
  it('is a float64 draw of float64 parameters', () => {
    expect(random.gamma(key, np.array([2, 3], 'float64')).dtype).toBe('float64')
    expect(random.normal(key, [2]).dtype).toBe('float32')
    expect(random.uniform(key, [2], { minval: np.array(0, 'float64'), maxval: 1 }).dtype).toBe('float64')
  })
})
