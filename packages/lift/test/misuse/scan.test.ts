// scan misused: the class of the error, and a sentence that names the module, the collection and what to do.
import { hostBackend } from '@heddle/backend-host'
import { np, setDefaultBackend, type Tensor } from '@heddle/func'
import { beforeAll, describe, expect, test } from 'vitest'
import * as lift from '../../src/index'
import type { Scope } from '../../src/index'
import { applyCell, cases, initCell, normal, ones, three, two, wrong, zero } from './table'

beforeAll(() => setDefaultBackend(hostBackend()))

describe('scan', () => {
  const pass = (_: Scope, c: Tensor, x: Tensor): readonly [Tensor, Tensor] => [c, x]
  const counting =
    (next: (n: Tensor) => Tensor) =>
    (s: Scope, c: Tensor, x: Tensor): readonly [Tensor, Tensor] => {
      const n = s.push('norm').variable<Tensor>('state', 'n', zero)
      n.value = next(n.value)
      return [c, x]
    }
  const counted = (s: Scope): Scope => {
    s.push('norm').variable('state', 'n', zero)
    return s.rewound()
  }
  cases([
    [
      'a carry of another shape',
      lift.CarryMismatchError,
      () => initCell((s) => lift.scan((_: Scope, _c: Tensor, x: Tensor) => [np.ones([5]), x] as const)(s, two(), three())),
      'scan in scope "/scan(cell)": the carry: expected float32[2], as before the iteration, got float32[5]',
      'give a start like what the function answers',
    ],
    [
      'a carry of another type',
      lift.CarryMismatchError,
      () =>
        initCell((s) =>
          lift.scan((_: Scope, c: { h: Tensor }, x: Tensor) => [{ h: c.h.astype('int32') }, x] as const)(s, { h: two() }, three()),
        ),
      'the carry.h: expected float32[2], as before the iteration, got int32[2]',
    ],
    [
      'a carry of another structure',
      lift.CarryMismatchError,
      () => initCell((s) => lift.scan((_: Scope, c: Tensor, x: Tensor) => [wrong<Tensor>([c, c]), x] as const)(s, two(), three())),
      'the carry: expected float32[2], as before the iteration, got nothing',
    ],
    [
      'a carried variable of another shape',
      lift.CarryMismatchError,
      () =>
        initCell((s) =>
          lift.scan(
            counting(() => np.ones([2])),
            { variableCarry: 'state' },
          )(counted(s), two(), three()),
        ),
      'scan in scope "/scan(cell)/norm": variable "n" of collection "state": expected float32[], as before the iteration, got float32[2]',
      'initialize it with those that it ends with',
    ],
    [
      'a carried variable that is made inside, without the first pass',
      lift.CarryMismatchError,
      () =>
        initCell((s) =>
          lift.scan(
            counting((n) => n.add(1)),
            { variableCarry: 'state', checkConstancyInvariants: false },
          )(s, two(), three()),
        ),
      'variable "n" of collection "state": expected one that is there before the loop, got one made in an iteration, float32[]',
      'initialize it before the loop',
    ],
    [
      'no pair',
      lift.ResultMismatchError,
      () => initCell((s) => lift.scan((_: Scope, c: Tensor, _x: Tensor) => wrong<readonly [Tensor, null]>(c))(s, two(), three())),
      'scan in scope "/scan(cell)": the result of the body: expected a pair [carry, results], got float32[2]',
      'answer [carry, null] where nothing is stacked',
    ],
    [
      'arguments of different lengths',
      lift.AxisSizeError,
      () => initCell((s) => lift.scan((_: Scope, c: Tensor, x: Tensor, _y: Tensor) => [c, x] as const)(s, two(), three(), two())),
      'scan in scope "/scan(cell)": sizes of the axis differ: 3 of argument 1, 2 of argument 2',
    ],
    [
      'a variable of another length',
      lift.AxisSizeError,
      () =>
        applyCell({ params: { w: np.ones([4]) } }, (s) =>
          lift.scan((q: Scope, c: Tensor, x: Tensor) => [c, x.mul(q.param('w', ones, []))] as const, { variableAxes: { params: 0 } })(
            s,
            two(),
            three(),
          ),
        ),
      '3 of argument 1, 4 of variable "w" of collection "params"',
    ],
    [
      'another length than asked for',
      lift.AxisSizeError,
      () => initCell((s) => lift.scan(pass, { length: 7 })(s, two(), three())),
      '7 of length, 3 of argument 1',
    ],
    [
      'nothing that tells the length',
      lift.AxisSizeError,
      () => initCell((s) => lift.scan((_: Scope, c: Tensor) => [c, null] as const)(s, two())),
      'no argument tells the size of the axis (pass length)',
    ],
    [
      'a broadcast variable that is made of a scanned value',
      lift.LoopVariantError,
      () =>
        initCell((s) =>
          lift.scan(
            (q: Scope, c: Tensor, x: Tensor) => {
              q.push('norm').variable('state', 'mean', () => x)
              return [c, x] as const
            },
            { variableBroadcast: 'state' },
          )(s, two(), three()),
        ),
      'scan in scope "/scan(cell)/norm": variable "mean" of collection "state" is broadcast, but depends on the carry, on a scanned value',
      'scan or carry it, or compute it outside',
    ],
    [
      'a broadcast parameter that is made of a scanned value',
      lift.LoopVariantError,
      () =>
        initCell((s) =>
          lift.scan((q: Scope, c: Tensor, x: Tensor) => [c, q.param('w', () => x)] as const, {
            variableBroadcast: 'params',
            splitRngs: { params: false },
          })(s, two(), three()),
        ),
      'variable "w" of collection "params" is broadcast',
    ],
    [
      'a broadcast variable that is written from the carry',
      lift.LoopVariantError,
      () =>
        applyCell(
          { state: { n: two() } },
          (s) =>
            lift.scan(
              (q: Scope, c: Tensor, x: Tensor) => {
                q.putVariable('state', 'n', c)
                return [c, x] as const
              },
              { variableBroadcast: 'state' },
            )(s, two(), three()),
          { mutable: true },
        ),
      'variable "n" of collection "state" is broadcast',
    ],
    [
      'a broadcast parameter of a split stream',
      lift.LoopVariantError,
      () =>
        initCell((s) =>
          lift.scan((q: Scope, c: Tensor, x: Tensor) => [c, x.add(q.param('w', normal, []))] as const, {
            variableBroadcast: 'params',
            splitRngs: { params: true },
          })(s, two(), three()),
        ),
      'variable "w" of collection "params" is broadcast',
      'on a split random stream',
    ],
    [
      'a broadcast result that depends on the loop',
      lift.LoopVariantError,
      () =>
        initCell((s) =>
          lift.scan((_: Scope, c: Tensor, x: Tensor) => [c, { last: x, sum: x }] as const, { outAxes: { last: lift.broadcast, sum: 0 } })(
            s,
            two(),
            three(),
          ),
        ),
      'scan in scope "/scan(cell)": the result.last is broadcast',
    ],
    [
      'a stream that is not let in',
      lift.InvalidRngError,
      () =>
        initCell((s) =>
          lift.scan((q: Scope, c: Tensor, x: Tensor) => [c, x.add(q.param('w', normal, []))] as const, { variableAxes: { params: 0 } })(
            s,
            two(),
            three(),
          ),
        ),
      'scope "/scan(cell)" needs a random stream "params"',
      'name it in splitRngs',
    ],
    [
      'writing a collection that is not let out',
      lift.ModifyScopeVariableError,
      () =>
        initCell((s) =>
          lift.scan((q: Scope, c: Tensor, x: Tensor) => {
            q.putVariable('state', 'n', c)
            return [c, x] as const
          })(s, two(), three()),
        ),
      'inside scan, let it out by variableAxes, variableCarry or variableBroadcast',
    ],
    [
      'null as the axis of a collection',
      lift.InvalidOptionsError,
      () => lift.scan(pass, { variableAxes: wrong({ params: null }) }),
      'a shared collection belongs in variableBroadcast',
    ],
    [
      'an instance in place of a function',
      lift.InvalidTargetError,
      () => lift.scan(wrong<typeof pass>({})),
      'scan: expected a function of scopes',
    ],
    [
      'a carry of another shape, of rematScan',
      lift.CarryMismatchError,
      () => initCell((s) => lift.rematScan((_s: Scope, _c: Tensor) => np.ones([9]), { lengths: [2, 2] })(s, two())),
      'the carry: expected float32[2], as before the iteration, got float32[9]',
    ],
  ])
  test('a broadcast variable may be written, if that does not depend on the loop: once', () => {
    const body = (s: Scope, c: Tensor, x: Tensor): readonly [Tensor, Tensor] => {
      const n = s.variable<Tensor>('state', 'n')
      n.value = n.value.add(1)
      return [c, x]
    }
    const run = (s: Scope): unknown => lift.scan(body, { variableBroadcast: 'state' })(s, two(), three())
    const [, { state }] = applyCell({ state: { n: zero() } }, run, { mutable: ['state'] }) as readonly [unknown, lift.Variables]
    expect((state!['cell'] as unknown as { n: Tensor }).n.item()).toBe(1)
  })
})
