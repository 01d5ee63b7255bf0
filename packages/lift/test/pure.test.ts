/**
 * The function that a transformation of func is given is pure: what tracing it learns besides arrays is an output. So it is no matter
 * whether it is traced once, twice, or not at all, since its program is there: variables, counts and notes are the same.
 */
import { hostBackend } from '@heddle/backend-host'
import { evalShape, grad, np, random, setDefaultBackend, type Tensor } from '@heddle/func'
import { map } from '@heddle/tree'
import { beforeAll, describe, expect, test } from 'vitest'
import * as lift from '../src'
import type { Scope } from '../src'

beforeAll(() => setDefaultBackend(hostBackend()))

type Call = (scope: Scope, x: Tensor) => unknown

const x = np.array([1, 2, 3])

/** Makes a parameter, writes a variable, draws a key in itself and in a child, and leaves a note. */
const layer = (s: Scope, y: Tensor): Tensor => {
  const w = s.param('w', (key) => random.uniform(key, [3]))
  const n = s.variable('state', 'n', () => np.zeros([]))
  n.value = n.value.add(1)
  const child = s.push('child')
  const noise = random.uniform(s.makeRng('dropout'), [3]).add(random.uniform(child.makeRng('dropout'), [3]))
  s.leaveNote({ named: ['child'], drew: s.state.store.counters.counts['dropout'] ?? 0 })
  return y.mul(w).add(noise)
}
/** Draws another key, and says so. */
const other = (s: Scope, y: Tensor): Tensor => {
  s.makeRng('dropout')
  return layer(s, y)
}
const loop = { variableBroadcast: 'params', variableCarry: 'state', splitRngs: { params: false, dropout: true } }

/** Every transformation that gives func a function of scopes. */
const calls: Readonly<Record<string, Call>> = {
  jit: lift.jit(layer),
  remat: lift.remat(layer),
  vmap: (s, y) =>
    lift.vmap(layer, { variableAxes: { params: null, state: 0 }, splitRngs: { params: false, dropout: true }, inAxes: null, axisSize: 2 })(
      s,
      y,
    ),
  scan: (s, y) => lift.scan((inner: Scope, c: Tensor) => [layer(inner, c), null] as const, { ...loop, length: 2 })(s, y),
  rematScan: (s, y) => lift.rematScan(layer, { lengths: [2, 2] })(s, y),
  jvp: (s, y) => lift.jvp(layer, s, [y], [np.onesLike(y)]),
  vjp: (s, y) => {
    const [value, backward] = lift.vjp(layer, s, [y])
    return [value, backward(np.onesLike(value))]
  },
  valueAndGrad: (s, y) => lift.valueAndGrad((inner: Scope, z: Tensor) => layer(inner, z).sum(), s, [y]),
  customVjp: (s, y) =>
    lift.customVjp(layer, {
      forwardFn: (inner, z: Tensor) => lift.vjp(layer, inner, [z]),
      backwardFn: (backward: (ct: Tensor) => readonly unknown[], ct: Tensor) => backward(ct),
    })(s, y),
  cond: (s, y) => lift.cond(y.sum().greater(0), layer, other, s, [y]),
  switch: (s, y) => lift.switch(y.sum().astype('int32'), [other, layer, other], s, [y]),
  whileLoop: (s, y) => {
    layer(s.rewound(), y)
    return lift.whileLoop(
      (inner: Scope) => {
        inner.makeRng('dropout')
        return (inner.getVariable<Tensor>('state', 'n') as Tensor).less(3)
      },
      (inner: Scope, c: Tensor) => {
        const n = inner.variable<Tensor>('state', 'n')
        n.value = n.value.add(1)
        inner.leaveNote({ drew: 'in the loop' })
        return c.add(random.uniform(inner.makeRng('dropout'), [3]))
      },
      s,
      y,
      { carryVariables: 'state', splitRngs: { dropout: true } },
    )
  },
  mapVariables: (s, y) => lift.mapVariables(layer, 'params', { init: true, mutable: true })(s, y),
  foldRngs: (s, y) => lift.foldRngs(layer)(s, y),
}

const scope = (variables: object): Scope => lift.bind(variables, { rngs: { params: random.key(0), dropout: random.key(1) }, mutable: true })

const numbers = (tree: unknown): unknown => map((leaf: unknown) => (leaf as Tensor).toArray(), tree)

/** All that a call leaves. */
const left = (call: Call, s: Scope, y: Tensor = x) => {
  const result = call(s, y)
  const { counters } = s.cell.store
  return { result: numbers(result), variables: numbers(s.variables()), counters, note: s.takeNote() }
}

describe.each(Object.entries(calls))('%s', (name, call) => {
  const start = (): object => {
    const s = scope({})
    call(s, x)
    return s.variables()
  }
  test('learns something', () => {
    const { counters, note } = left(call, scope({}))
    expect(counters.counts['dropout']).toBeGreaterThan(0)
    expect(note).toBeDefined()
  })
  test('answers the same when it is traced again', () => {
    expect(left(call, scope({}))).toEqual(left(call, scope({})))
  })
  test('goes on where the call before ended', () => {
    const variables = start()
    const s = scope(variables)
    const first = left(call, s)
    const second = left(call, s)
    expect(left(call, scope(variables))).toEqual(first)
    expect(second.counters).not.toEqual(first.counters)
    expect(second.note).toBeDefined()
  })
  test('in a program that is kept, as in one that is traced', () => {
    const variables = start()
    let traced = 0
    const program = lift.jit((s: Scope, y: Tensor) => {
      traced++
      return call(s, y)
    })
    const first = left(program, scope(variables))
    expect(traced).toBe(1)
    const second = left(program, scope(variables))
    expect(traced).toBe(1)
    expect(second).toEqual(first)
    const { counters, note } = left(call, scope(variables))
    expect({ counters: second.counters, note: second.note }).toEqual({ counters, note })
  })
  test('sets nothing outside while it is traced', () => {
    const variables = start()
    const trace = (): unknown => {
      let facts: unknown
      evalShape((y: Tensor) => {
        const s = scope(variables)
        call(s, y)
        facts = { counters: s.cell.store.counters, note: s.takeNote(), names: Object.keys(s.variables()).sort() }
        return []
      }, x)
      return facts
    }
    const facts = trace()
    expect(trace()).toEqual(facts)
    const { counters, note } = left(call, scope(variables))
    expect(facts).toMatchObject({ counters, note })
  })
})

test('a branch goes on counting where the one before ended, and the last one tells', () => {
  const counted = (n: number) => (s: Scope, y: Tensor) => {
    for (let i = 0; i < n; i++) s.makeRng('dropout')
    s.leaveNote(n)
    return y
  }
  const s = scope({})
  lift.switch(0, [counted(1), counted(2), counted(3)], s, [x])
  expect(s.cell.store.counters.counts).toEqual({ dropout: 6 })
  expect(s.takeNote()).toBe(3)
  expect(s.takeNote()).toBeUndefined()
})

test('a derivative through a program that is kept draws the same keys', () => {
  const variables = scope({})
  layer(variables, x)
  const loss = (y: Tensor): Tensor => (lift.jit(layer)(scope(variables.variables()), y) as Tensor).sum()
  expect(numbers(grad(loss)(x))).toEqual(numbers(grad(loss)(x)))
})
