// Derivatives and mapped variables misused, and scopes where they do not belong: the class of the error, and a sentence that names the module, the collection and what to do.
import { hostBackend } from '@heddle/backend-host'
import { np, setDefaultBackend, type Tensor } from '@heddle/func'
import { beforeAll, describe, expect, test } from 'vitest'
import * as lift from '../../src/index'
import type { Scope } from '../../src/index'
import { applyCell, cases, initCell, ones, three, two, wrong, zero } from './table'

beforeAll(() => setDefaultBackend(hostBackend()))

describe('derivatives', () => {
  const same = (_: Scope, x: Tensor): Tensor => x
  const weigh = (s: Scope, x: Tensor): Tensor => x.mul(s.push('d').param('w', ones, [2]))
  const withTangents = (params: object) => (s: Scope) => {
    weigh(s, two())
    return lift.jvp(weigh, s.rewound(), [two()], [two()], { variableTangents: { params } })
  }
  const sum = (_: Scope, x: Tensor): Tensor => np.sum(x)
  cases([
    [
      'a tangent of another shape',
      lift.ResultMismatchError,
      () => initCell((s) => lift.jvp(same, s, [three()], [two()])),
      'jvp in scope "/jvp(cell)": the tangent of the arguments[0]: expected float32[3], got float32[2]',
      'a tangent has the structure, shape and type of its primal',
    ],
    [
      'no tangent',
      lift.ResultMismatchError,
      () => initCell((s) => lift.jvp(same, s, [three()], wrong<[Tensor]>([]))),
      'the tangent of the arguments[0]: expected float32[3], got nothing',
    ],
    [
      'a tangent of a variable of another shape',
      lift.ResultMismatchError,
      () => initCell(withTangents({ d: { w: three() } })),
      'jvp in scope "/jvp(cell)/d": the tangent of variable "w" of collection "params": expected float32[2], got float32[3]',
    ],
    [
      'a tangent of a variable that is not there',
      lift.ResultMismatchError,
      () => initCell(withTangents({ d: { v: two() } })),
      'the tangent of variable "w" of collection "params": expected float32[2], got nothing',
    ],
    [
      'a value that is no scalar',
      lift.ResultMismatchError,
      () => initCell((s) => lift.valueAndGrad(same, s, [three()])),
      'value_and_grad in scope "/vjp(cell)": the value: expected a scalar, got float32[3]',
      'sum it',
    ],
    [
      'cotangents that are too few',
      lift.ResultMismatchError,
      () =>
        initCell((s) => {
          const f = lift.customVjp(sum, { forwardFn: (q: Scope, x: Tensor) => [sum(q, x), null] as const, backwardFn: () => [] })
          return lift.vjp(f, s, [two()])[1](np.ones([]))
        }),
      'custom_vjp in scope "/custom_vjp(vjp(cell))": the result of backwardFn: expected 2 cotangents, of the variables and of each argument, got an array of 0',
    ],
    [
      'no function for the forward pass',
      lift.InvalidTargetError,
      () => lift.customVjp(sum, { forwardFn: wrong<(s: Scope, x: Tensor) => readonly [Tensor, null]>(3), backwardFn: () => [] }),
      'custom_vjp: expected a function of scopes as forwardFn, got 3',
    ],
    [
      'a parameter that is made in a derivative without its stream',
      lift.InvalidRngError,
      () => initCell((s) => lift.vjp(weigh, s, [two()], { rngs: false })),
      'scope "/vjp(cell)/d" needs a random stream "params"',
    ],
  ])
})

describe('mapVariables', () => {
  cases([
    [
      'writing what is mapped',
      lift.ModifyScopeVariableError,
      () =>
        applyCell({ params: { w: three() } }, (s) => lift.mapVariables((q: Scope) => q.putVariable('params', 'w', three()), 'params')(s), {
          mutable: true,
        }),
      'cannot update variable "w" in scope "/map_variables(cell)": collection "params" is immutable',
      'inside map_variables, let it out by variables, and those that are mapped by init: true where they are made, mutable: true where they are written',
    ],
    [
      'a mapping that loses a parameter',
      lift.ScopeCollectionNotFound,
      () =>
        applyCell({ params: { w: three() } }, (s) =>
          lift.mapVariables((q: Scope) => q.param('w', ones, [3]), 'params', { mapInFn: () => ({}) })(s),
        ),
      '"w" was looked up in collection "params" in scope "/map_variables(cell)"',
    ],
    [
      'a mapping that changes a shape',
      lift.ScopeParamShapeError,
      () =>
        applyCell({ params: { w: three() } }, (s) =>
          lift.mapVariables((q: Scope) => q.param('w', ones, [3]), 'params', { mapInFn: () => ({ params: { w: np.ones([2]) } }) })(s),
        ),
      'parameter "w" in scope "/map_variables(cell)": its initializer gives shape [3], the existing value has shape [2]',
    ],
  ])
  test.each(['jit', 'remat', 'map_variables', 'fold_rngs'])('an instance in place of a function: %s', (name) => {
    const bad = wrong<(s: Scope) => void>({})
    const make = {
      jit: () => lift.jit(bad),
      remat: () => lift.remat(bad),
      map_variables: () => lift.mapVariables(bad, 'params'),
      fold_rngs: () => initCell((s) => lift.foldRngs(bad)(s)),
    }
    expect(make[name as keyof typeof make]).toThrow(`${name}: expected a function of scopes, got an object`)
  })
})

describe('filters of the wrong type', () => {
  const same = (_: Scope, x: Tensor): Tensor => x
  const bad = wrong<lift.Filter>(3)
  const run = (f: (s: Scope, x: Tensor) => unknown): unknown => initCell((s) => f(s, two()))
  cases([
    [
      'variables of jit',
      lift.InvalidFilterError,
      () => lift.jit(same, { variables: bad }),
      'invalid filter 3: expected true, false, a name',
    ],
    ['rngs of remat', lift.InvalidFilterError, () => lift.remat(same, { rngs: bad }), 'invalid filter 3'],
    ['what mapVariables maps', lift.InvalidFilterError, () => lift.mapVariables(same, bad), 'invalid filter 3'],
    [
      'variables of cond',
      lift.InvalidFilterError,
      () => run((s, x) => lift.cond(true, same, same, s, [x], { variables: bad })),
      'filter 3',
    ],
    ['vjpVariables', lift.InvalidFilterError, () => run((s, x) => lift.vjp(same, s, [x], { vjpVariables: bad })), 'invalid filter 3'],
    ['variableBroadcast', lift.InvalidFilterError, () => lift.scan(wrong<never>(same), { variableBroadcast: bad }), 'invalid filter 3'],
    [
      'carryVariables',
      lift.InvalidFilterError,
      () => run((s, x) => lift.whileLoop(() => false, same, s, x, { carryVariables: bad })),
      'filter 3',
    ],
  ])
})

describe('scopes where they do not belong', () => {
  const mapOver = (s: Scope, fn: (s: Scope, x: Tensor) => Tensor): Tensor => lift.vmap(fn)(s, np.ones([3]))
  test('a scope kept from inside a transformation has ended', () => {
    let kept: Scope | undefined
    initCell((s) =>
      mapOver(s, (q, x) => {
        kept = q
        return x
      }),
    )
    for (const use of [(s: Scope) => s.param('w', ones, []), (s: Scope) => s.variable('state', 'n', zero), (s: Scope) => s.makeRng()])
      expect(() => use(kept!)).toThrow(lift.InvalidScopeError)
    expect(() => kept!.push('x')).toThrow('scope "/vmap(cell)" is no longer valid')
  })
  test('a scope outside is used inside, or a variable or child of it', () => {
    const uses: readonly ((s: Scope, x: Tensor) => unknown)[] = [
      (s, x) => s.putVariable('state', 'leak', x),
      (s, x) => s.sow('state', 'leak', x),
      (s) => s.makeRng(),
      (s) => s.push('child').makeRng(),
      (s) => s.forkRngs(),
      (s) => s.getVariable('params', 'w'),
      (s) => s.hasVariable('params', 'w'),
      (s) => s.variables(),
      (s) => s.param('v', ones, []),
    ]
    for (const use of uses) {
      const run = (s: Scope): Tensor => {
        s.param('w', ones, [3])
        return lift.vmap((_: Scope, w: Tensor, x: Tensor) => (use(s, x), x.add(w)), { variableAxes: { params: 0 } })(
          s,
          np.ones([3]),
          np.ones([3]),
        )
      }
      expect(() => initCell(run)).toThrow(lift.OuterScopeError)
      expect(() => initCell(run)).toThrow(/vmap in scope "\/vmap\(cell\)": its function .* of the module "\/cell.*" outside/)
    }
    const handle = (s: Scope): Tensor => {
      const n = s.variable('state', 'n', zero)
      return lift.whileLoop(
        (_, c: Tensor) => c.less(3),
        (_, c) => c.add(n.value).add(1),
        s,
        np.array(0),
        { carryVariables: 'state' },
      )
    }
    expect(() => initCell(handle)).toThrow('reads variable "n" in "state" of the module "/cell" outside')
  })
})
