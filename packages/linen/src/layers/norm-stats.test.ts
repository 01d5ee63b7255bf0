/** Normalizations whose statistics are those of groups along a named axis: the same as of the examples of a group put together. */
import { hostBackend } from '@heddle/backend-host'
import { grad, lax, np, random, setDefaultBackend, type Tensor, vmap } from '@heddle/func'
import { beforeEach, describe, expect, it } from 'vitest'
import * as nn from '../index'

beforeEach(() => setDefaultBackend(hostBackend()))
const groups = [
  [2, 0],
  [1, 3],
]
const stats = { axisName: 'i', axisIndexGroups: groups }
const x = () => random.normal(random.key(0), [4, 3, 6])
const close = (a: Tensor, b: Tensor): void => {
  expect(a.shape).toEqual(b.shape)
  expect(np.allclose(a, b, { rtol: 1e-5, atol: 1e-5 }).item()).toBe(true)
}
/** By hand: each place has what `f` makes of its group, [size, 3, 6], at its place in that. */
const byHand = (f: (group: Tensor) => Tensor, y: Tensor): Tensor => {
  const of = groups.map((g) => f(np.stack(g.map((i) => y.at(i)))))
  return np.stack([0, 1, 2, 3].map((i) => groups.flatMap((g, k) => (g.includes(i) ? [of[k]!.at(g.indexOf(i))] : []))[0]!))
}

describe('axisIndexGroups', () => {
  it('of lax: means, sums, extrema and gathered values are those of the group', () => {
    const each = (f: (y: Tensor) => Tensor): Tensor => vmap(f, { axisName: 'i' })(x())
    const spread = (y: Tensor, g: Tensor): Tensor => np.broadcastTo(y, g.shape)
    const options = { axisIndexGroups: groups }
    close(
      each((y) => lax.pmean(y, 'i', options)),
      byHand((g) => spread(g.mean(0), g), x()),
    )
    close(
      each((y) => lax.psum(y, 'i', options)),
      byHand((g) => spread(g.sum(0), g), x()),
    )
    close(
      each((y) => lax.pmax(y, 'i', options)),
      byHand((g) => spread(g.max(0), g), x()),
    )
    close(
      each((y) => lax.pmin(y, 'i', options)),
      byHand((g) => spread(g.min(0), g), x()),
    )
    close(
      each((y) => lax.allGather(y, 'i', options)),
      byHand((g) => np.stack([g, g]), x()),
    )
    close(
      each((y) => lax.psumScatter(np.stack([y, y.mul(2)]), 'i', options)),
      byHand((g) => np.stack([g.sum(0), g.sum(0).mul(2)]), x()),
    )
    expect(vmap((y: Tensor) => y.mul(0).add(lax.pmean(3, 'i', options)), { axisName: 'i' })(np.ones([4])).toArray()).toEqual([3, 3, 3, 3])
  })
  it('of BatchNorm', () => {
    const grouped = new nn.BatchNorm({ ...stats, useRunningAverage: false })
    const alone = new nn.BatchNorm({ useRunningAverage: false })
    const variables = alone.init({ params: random.key(1) }, [x().at(0)])
    const run = (y: Tensor): Tensor => grouped.apply(variables, [y], { mutable: ['batch_stats'] })[0] as Tensor
    const whole = (g: Tensor): Tensor => alone.apply(variables, [g], { mutable: ['batch_stats'] })[0] as Tensor
    close(vmap(run, { axisName: 'i' })(x()), byHand(whole, x()))
    const loss = (f: (y: Tensor) => Tensor) => grad((y: Tensor) => f(y).mul(np.sin(x())).sum())(x())
    close(
      loss((y) => vmap(run, { axisName: 'i' })(y)),
      loss((y) => byHand(whole, y)),
    )
    // statistics are one for each group
    const state = (y: Tensor): Tensor => grouped.apply(variables, [y], { mutable: ['batch_stats'] })[1].batch_stats!.mean as Tensor
    const means = vmap(state, { axisName: 'i' })(x())
    close(means.at(0), means.at(2))
    close(
      means.at(1),
      np
        .stack([x().at(1), x().at(3)])
        .mean([0, 1])
        .mul(0.01),
    )
  })
  const same = (y: Tensor): Tensor => y
  const mean = (g: Tensor, axis: number[]): Tensor => g.mean({ axis, keepdims: true })
  it.each<readonly [string, nn.Module, rows: (y: Tensor) => Tensor, centred: boolean]>([
    ['LayerNorm', new nn.LayerNorm({ ...stats }), same, true],
    ['RMSNorm', new nn.RMSNorm({ ...stats }), same, false],
    ['InstanceNorm', new nn.InstanceNorm({ ...stats }), (y) => y.reshape([3, 6, 1]), true],
  ])('of %s', (_, module, rows, centred) => {
    const run = (y: Tensor): Tensor => {
      const variables = module.init({ params: random.key(1) }, [rows(y)])
      return (module.apply(variables, [rows(y)]) as Tensor).reshape([3, 6])
    }
    const whole = (g: Tensor): Tensor => {
      const mu = centred ? mean(g, [0, 2]) : np.zeros([])
      return g.sub(mu).mul(lax.rsqrt(mean(g.square(), [0, 2]).sub(mu.square()).add(1e-6)))
    }
    close(vmap(run, { axisName: 'i' })(x()), byHand(whole, x()))
  })
  it('of GroupNorm', () => {
    const module = new nn.GroupNorm({ ...stats, numGroups: 2 })
    const run = (y: Tensor): Tensor => module.apply(module.init({ params: random.key(1) }, [y]), [y]) as Tensor
    const whole = (g: Tensor): Tensor => {
      const parts = g.reshape([2, 3, 2, 3])
      const mu = mean(parts, [0, 3])
      return parts
        .sub(mu)
        .mul(lax.rsqrt(mean(parts.square(), [0, 3]).sub(mu.square()).add(1e-6)))
        .reshape([2, 3, 6])
    }
    close(vmap(run, { axisName: 'i' })(x()), byHand(whole, x()))
  })
})
