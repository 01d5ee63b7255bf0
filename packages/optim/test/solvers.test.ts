/** What goldens of projections, trees and solvers do not say: laws, eager calls, extremes. */
import { hostBackend } from '@heddle/backend-host'
import { grad, hessian, jit, np, random, setDefaultBackend, type Tensor, vmap } from '@heddle/func'
import { describe, expect, test } from 'vitest'
import * as optim from '../src'

setDefaultBackend(hostBackend())
const numbers = (x: Tensor): number[] => [...(x.dataSync() as Float32Array)]

describe('projections', () => {
  const sets: Readonly<Record<string, (x: Tensor) => Tensor>> = {
    simplex: (x) => optim.projectionSimplex(x, 2),
    l1Ball: (x) => optim.projectionL1Ball(x, 0.7),
    l2Ball: (x) => optim.projectionL2Ball(x, 0.7),
    box: (x) => optim.projectionBox(x, -0.2, 0.3),
    halfspace: (x) => optim.projectionHalfspace(x, np.array([1, 2, 0, -1, 0.5]), 0.1),
  }
  test.each(Object.entries(sets))('onto the %s are done once, do not part points, and are the same of a batch', (_, project) => {
    const x = np.multiply(3, random.normal(random.key(0), [8, 5]))
    const [all, one] = [vmap(project)(x), np.stack(Array.from({ length: 8 }, (_, i) => project(x.at(i))))]
    expect(np.max(np.abs(all.sub(one))).item()).toBeLessThan(1e-6)
    expect(np.max(np.abs(vmap(project)(all).sub(all))).item()).toBeLessThan(2e-6)
    const apart = (y: Tensor): Tensor => np.linalg.norm(y.at(':4').sub(y.at('4:')), { axis: 1 })
    expect(np.all(np.lessEqual(apart(all), apart(x).add(1e-5))).item()).toBe(true)
  })
  test('onto the simplex are exact far away', () => {
    expect(numbers(optim.projectionSimplex(np.array([1e7, 1e7 - 1, -3e8])))).toEqual([1, 0, 0])
    expect(numbers(optim.projectionSimplex(np.array([1e7, 1e7, Number.NEGATIVE_INFINITY])))).toEqual([0.5, 0.5, 0])
  })
})

describe('assignments', () => {
  const best = (costs: number[][], row = 0, taken: readonly number[] = []): number =>
    row === costs.length
      ? 0
      : Math.min(...costs[0]!.flatMap((_, j) => (taken.includes(j) ? [] : [costs[row]![j]! + best(costs, row + 1, [...taken, j])])))
  test.each([0, 1, 2, 3, 4])('cost as little as can be: %i', (seed) => {
    const costs = np.multiply(random.randint(random.key(seed), [4, 6], -9, 10), 0.5)
    const [i, j] = jit(optim.hungarianAlgorithm)(costs)
    expect(np.sum(costs.at(i, j)).item()).toBeCloseTo(best(costs.toArray() as number[][]))
    expect(new Set(numbers(i)).size).toBe(4)
    expect(new Set(numbers(j)).size).toBe(4)
  })
  test('take what is forbidden only where nothing else is left, and end', () => {
    const no = Number.POSITIVE_INFINITY
    expect(
      optim
        .hungarianAlgorithm(
          np.array([
            [no, 1],
            [5, 2],
          ]),
        )
        .map(numbers),
    ).toEqual([
      [1, 0],
      [0, 1],
    ])
    expect(
      optim
        .hungarianAlgorithm(
          np.array([
            [no, no],
            [no, Number.NaN],
          ]),
        )
        .map((x) => numbers(x).length),
    ).toEqual([2, 2])
    expect(optim.hungarianAlgorithm(np.zeros([0, 3])).map((x) => x.shape)).toEqual([[0], [0]])
  })
})

describe('second derivatives', () => {
  const loss = (p: { w: Tensor }, x: Tensor, y: Tensor): Tensor => np.sum(np.square(np.sin(np.multiply(p.w, x)).sub(y)))
  const [w, x, y] = [np.array([0.3, -1, 2]), np.array([1, 2, 0.5]), np.array([0, 1, 1])]
  const whole = hessian((v: Tensor) => loss({ w: v }, x, y))(w)
  test('are those of the whole matrix, of a vector and of a tree', () => {
    const v = np.array([1, -2, 3])
    const close = (a: Tensor, b: Tensor): void => expect(np.max(np.abs(a.sub(b))).item()).toBeLessThan(1e-5)
    close(optim.hvp(loss, v, { w }, x, y).w, np.matmul(whole, v))
    close(optim.hvp(loss, { w: v }, { w }, x, y).w, np.matmul(whole, v))
    close(optim.hessianDiag(loss, { w }, x, y), np.diagonal(whole))
  })
})

test('matrixInversePthRoot of powers that are none of two', () => {
  const m = np.array([
    [2, 1],
    [1, 3],
  ])
  const [root] = optim.matrixInversePthRoot(m, 3, { ridgeEpsilon: 0 })
  expect(np.max(np.abs(np.matmul(np.matmul(np.matmul(root, root), root), m).sub(np.eye(2)))).item()).toBeLessThan(1e-5)
})
test('scaleGradient by a traced number, which is no constant of the rule', () => {
  const derivative = jit((x: Tensor, by: Tensor) => grad((z: Tensor) => np.sum(np.square(optim.scaleGradient(z, by))))(x))
  expect(numbers(derivative(np.array([1, 2]), np.array(0.5)))).toEqual([1, 2])
  expect(numbers(grad((z: Tensor) => np.sum(optim.scaleGradient(z, 0)))(np.ones([2])))).toEqual([0, 0])
})
test('safeIncrement stays at the largest number of its dtype', () => {
  expect([optim.safeIncrement(np.array(2147483647, 'int32')), optim.safeIncrement(np.array(255, 'uint8'))].map((x) => x.item())).toEqual([
    2147483647, 255,
  ])
  expect(() => optim.safeIncrement(np.array(true))).toThrow('bool')
})

describe('states', () => {
  const optimizer = optim.chain(optim.clipByGlobalNorm(1), optim.adamw(1e-3))
  const state = optimizer.init({ w: np.ones([2]) })
  test('are read, set and mapped by name', () => {
    expect(optim.treeGet<Tensor>(state, 'count')?.item()).toBe(0)
    expect(optim.treeGetAllWithPath(state, 'w').map(([path]) => path.join('.'))).toEqual(['1.0.mu.w', '1.0.nu.w'])
    expect(optim.treeGet(state, 'nothing', 7)).toBe(7)
    const set = optim.treeSet(state, { mu: 'new' }) as unknown as readonly [unknown, readonly [{ mu: unknown; nu: unknown }]]
    expect(set[1][0]).toMatchObject({ mu: 'new', nu: { w: expect.anything() } })
    expect(Object.is(state[1], set[1])).toBe(false)
    const mapped = optim.treeMapParams(optimizer, (_: Tensor, spec: string) => spec, state, [{ w: 'sharded' }], {
      transformNonParams: () => 'whole',
    })
    expect(mapped).toEqual([{}, [{ count: 'whole', mu: { w: 'sharded' }, nu: { w: 'sharded' } }, {}, {}]])
  })
})
