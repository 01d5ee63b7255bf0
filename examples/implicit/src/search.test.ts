/** The trajectory against small explicit steps, the gradient against finite differences, and that a search goes the right way. */
import { testBackends } from '@heddle/example-program/backends'
import { np, setDefaultBackend, type Tensor } from '@heddle/func'
import { describe, expect, it } from 'vitest'
import { trajectory } from './oscillator'
import { defaults, makeSearch, truth } from './search'

/** The classical method of Runge and Kutta, with a step a hundred times as small, in plain JavaScript. */
const exact = (start: readonly [number, number], steps: number, seconds: number): readonly [number, number] => {
  const slope = ([x, v]: readonly [number, number]): readonly [number, number] => [v, truth.damping * (1 - x * x) * v - truth.stiffness * x]
  const h = seconds / 100
  const moved = (s: readonly [number, number], d: readonly [number, number], by: number) => [s[0] + d[0] * by, s[1] + d[1] * by] as const
  let s = start
  for (let i = 0; i < steps * 100; i++) {
    const a = slope(s)
    const b = slope(moved(s, a, h / 2))
    const c = slope(moved(s, b, h / 2))
    const d = slope(moved(s, c, h))
    s = [s[0] + (h / 6) * (a[0] + 2 * b[0] + 2 * c[0] + d[0]), s[1] + (h / 6) * (a[1] + 2 * b[1] + 2 * c[1] + d[1])]
  }
  return s
}
describe.each(testBackends)('on %s', (_, backend) => {
  it('goes where the equation leads', () => {
    setDefaultBackend(backend)
    const constants = { damping: np.array(truth.damping), stiffness: np.array(truth.stiffness) }
    const got = trajectory(np.array([1.5, 0]), constants, 40, 0.02)
      .at(-1)
      .toArray() as number[]
    exact([1.5, 0], 40, 0.02).forEach((x, i) => expect(got[i]).toBeCloseTo(x, 2))
  })
  it('has gradients as finite differences say, and finds the constants', () => {
    setDefaultBackend(backend)
    const { state, step, lossAndGradient, constantsOf } = makeSearch({ ...defaults, starts: 4, noise: 0, learningRate: 0.2 }, 0)
    const [before, grads] = lossAndGradient(state.params)
    const { damping, stiffness } = state.params
    const differs = (h: number, which: 'damping' | 'stiffness'): number => {
      const at = (d: number): number => Number(lossAndGradient({ damping, stiffness, [which]: state.params[which].add(d) })[0].item())
      return (at(h) - at(-h)) / (2 * h)
    }
    for (const which of ['damping', 'stiffness'] as const) {
      const [got, want] = [Number(grads[which].item()), differs(0.01, which)]
      expect(Math.abs(got - want)).toBeLessThan(0.01 * Math.abs(want) + 1e-3)
      expect(Math.abs(want)).toBeGreaterThan(0.1)
    }
    let now = state
    for (let i = 0; i < 60; i++) [now] = step(now)
    expect(Number(lossAndGradient(now.params)[0].item())).toBeLessThan(Number(before.item()) / 50)
    const found = constantsOf(now.params)
    const far = (x: Tensor, right: number): number => Math.abs(Number(x.item()) / right - 1)
    expect(far(found.damping, truth.damping)).toBeLessThan(0.2)
    expect(far(found.stiffness, truth.stiffness)).toBeLessThan(0.2)
  })
})
