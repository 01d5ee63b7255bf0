// Compiled functions of scopes: what is traced when, and keys and variables that go on.
import { hostBackend } from '@heddle/backend-host'
import { grad, nn, np, random, setDefaultBackend, type Tensor } from '@heddle/func'
import * as tree from '@heddle/tree'
import { beforeAll, describe, expect, test } from 'vitest'
import * as lift from './index'
import type { Scope, ScopeFn, Variables } from './index'

beforeAll(() => setDefaultBackend(hostBackend()))

const { initializers: I } = nn
const keys = { params: random.key(0), noise: random.key(1) }
const dense = (scope: Scope, x: Tensor, features: number): Tensor => {
  const kernel = scope.param('kernel', I.lecunNormal(), [x.shape.at(-1)!, features])
  return x.dot(kernel).add(scope.param('bias', I.zerosInit(), [features]))
}
const noise = (scope: Scope, x: Tensor): Tensor => x.add(random.uniform(scope.makeRng('noise'), x.shape))
const counter = (): Tensor => np.zeros([], 'int32')

describe('jit', () => {
  const traces = { n: 0 }
  const step = lift.jit(
    (s: Scope, x: Tensor, k: number) => {
      traces.n += 1
      const n = s.variable('state', 'n', counter)
      n.value = n.value.add(1)
      return noise(s.push('a'), noise(s, x)).mul(k)
    },
    { staticArgnums: 2 },
  )
  const program = (s: Scope, x: Tensor): unknown[] => [step(s, x, 2), s.getVariable('state', 'n'), s.makeRng('noise')]
  test('a second call does not trace, counts and variables go on', () => {
    const run = (): unknown =>
      lift.apply(program, { mutable: ['state'], rngs: keys })({ state: { n: np.array(5, 'int32') } }, np.zeros([2]))
    traces.n = 0
    const [[y, n, key], state] = run() as [[Tensor, Tensor, Tensor], Variables]
    const [[y2, n2, key2]] = run() as [[Tensor, Tensor, Tensor]]
    expect(traces.n).toBe(1)
    expect([n.item(), n2.item()]).toEqual([6, 6])
    expect((state['state']!['n'] as Tensor).item()).toBe(6)
    expect(y2.toArray()).toEqual(y.toArray())
    expect(key2.toArray()).toEqual(key.toArray())
    const plain = lift.apply((s: Scope) => [s.makeRng('noise'), s.makeRng('noise')], { rngs: keys })({})
    expect(key.toArray()).toEqual(plain[1]!.toArray())
  })
  test('another static argument is another program', () => {
    traces.n = 0
    const run = (k: number): Tensor =>
      lift.apply((s: Scope) => step(s, np.ones([2]), k), { mutable: ['state'], rngs: keys })({ state: { n: np.array(0, 'int32') } })[0]
    expect(run(3).toArray()).not.toEqual(run(4).toArray())
    run(3)
    expect(traces.n).toBe(2)
  })
  test('forked streams: called twice in a scope, keys differ; later calls find both programs', () => {
    traces.n = 0
    const run = (): readonly Tensor[] =>
      lift.apply(
        (scope: Scope) => {
          const s = scope.push('m')
          return [1, 2].map(() => step(s.forkRngs(), np.full([3], 0.5), 7))
        },
        { mutable: ['state'], rngs: keys },
      )({ state: { m: { n: np.array(0, 'int32') } } })[0]
    const out = run()
    expect(traces.n).toBe(2)
    expect(out[0]!.toArray()).not.toEqual(out[1]!.toArray())
    expect(run().map((x) => x.toArray())).toEqual(out.map((x) => x.toArray()))
    expect(traces.n).toBe(2)
  })
  test('a function that draws no key is traced once, however many were drawn before', () => {
    let traced = 0
    const double = lift.jit((_: Scope, x: Tensor) => {
      traced += 1
      return x.mul(2)
    })
    lift.apply((s: Scope) => [1, 2, 3].map(() => double(s.push('m', { reuse: true }).forkRngs(), np.ones([2]))), { rngs: keys })({})
    expect(traced).toBe(1)
  })
  test('is the function, under grad too', () => {
    const loss = (s: Scope, x: Tensor): Tensor => np.sum(np.sin(dense(s.push('d'), x, 2)))
    const x = np.arange(6).reshape([2, 3]).mul(0.1)
    const [y, { params }] = lift.init(lift.jit(loss))(random.key(0), x) as readonly [Tensor, Record<string, unknown>]
    const [y2, variables] = lift.init(loss)(random.key(0), x)
    expect(y.item()).toBeCloseTo(y2.item() as number, 5)
    const gradOf = (f: ScopeFn<readonly [Tensor], Tensor>): unknown =>
      tree.map((t: Tensor) => t.toArray(), grad((p: unknown) => lift.apply(f)({ params: p }, x))(params))
    expect(gradOf(lift.jit(loss))).toEqual(gradOf(loss))
    expect(tree.structure(variables['params']).equals(tree.structure(params))).toBe(true)
  })
  test('a function that closes over a traced value is traced for each', () => {
    const f = (scale: Tensor): Tensor => {
      const scaled = lift.jit((_: Scope, x: Tensor) => x.mul(scale))
      return np.sum(lift.apply((s: Scope) => scaled(s, np.ones([2])))({}))
    }
    expect([1, 3].map((x) => grad(f)(np.array(x)).item())).toEqual([2, 2])
  })
})
