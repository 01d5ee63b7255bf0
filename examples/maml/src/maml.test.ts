/** The gradient through a gradient against finite differences, waves against the formula, and that adapting is learned. */
import { testBackends } from '@heddle/example-program/backends'
import { jit, np, random, setDefaultBackend, type Tensor, tree, valueAndGrad } from '@heddle/func'
import { describe, expect, it } from 'vitest'
import { defaults, makeMaml } from './maml'
import { drawTask } from './waves'

const number = (x: Tensor): number => Number(x.item())

describe.each(testBackends)('on %s', (_, backend) => {
  it('draws points of one wave', () => {
    setDefaultBackend(backend)
    const { x, y, xOther, yOther } = drawTask(random.key(3), 6)
    const places = np.concatenate([x, xOther]).toArray() as number[][]
    const values = np.concatenate([y, yOther]).toArray() as number[][]
    // height sin(x + phase) = a sin x + b cos x: two points tell a and b, all others follow
    const [sin, cos] = [places.map(([p]) => Math.sin(p!)), places.map(([p]) => Math.cos(p!))]
    const [u, v] = [values[0]![0]!, values[1]![0]!]
    const det = sin[0]! * cos[1]! - sin[1]! * cos[0]!
    const [a, b] = [(u * cos[1]! - v * cos[0]!) / det, (v * sin[0]! - u * sin[1]!) / det]
    values.forEach(([value], i) => expect(value).toBeCloseTo(a * sin[i]! + b * cos[i]!, 3))
    expect(values.length).toBe(12)
    expect(Math.hypot(a, b)).toBeGreaterThan(0.49)
    expect(Math.hypot(a, b)).toBeLessThan(3.01)
  })
  it('has the gradient of the loss after a step, the step included', () => {
    setDefaultBackend(backend)
    const { state, metaLoss } = makeMaml({ ...defaults, hidden: 5 }, 0)
    const task = drawTask(random.key(1), 8)
    const both = jit(valueAndGrad((p: typeof state.params) => metaLoss(p, task)))
    const { params } = state
    const [, grads] = both(params)
    const norm = Math.sqrt(tree.leaves(grads).reduce<number>((sum, g) => sum + number(np.sum((g as Tensor).square())), 0))
    // along the gradient the loss grows by its norm
    const moved = (by: number): number => number(both(tree.map((p: Tensor, g: Tensor) => p.add(g.mul(by / norm)), params, grads))[0])
    const slope = (moved(0.01) - moved(-0.01)) / 0.02
    expect(Math.abs(slope / norm - 1)).toBeLessThan(0.01)
  })
  it('learns parameters that a step makes better', () => {
    setDefaultBackend(backend)
    const maml = makeMaml({ ...defaults, hidden: 16, tasks: 8, learningRate: 1e-2 }, 0)
    const step = maml.stepBy('maml')
    // on waves that no step has learned from
    const held = (at: typeof maml.state): number => number(step(at, np.array(9999, 'int32'))[1])
    let now = maml.state
    for (let i = 0; i < 60; i++) [now] = step(now, np.array(i, 'int32'))
    expect(held(now)).toBeLessThan(0.8 * held(maml.state))
  })
})
