// Each way to misuse a transformation: the class of the error, and a sentence that names the module, the collection and what to do.
import { hostBackend } from '@heddle/backend-host'
import { EscapedTracerError, np, random, setDefaultBackend, type Tensor } from '@heddle/func'
import { beforeAll, describe, expect, test } from 'vitest'
import * as lift from './index'
import type { Scope } from './index'

beforeAll(() => setDefaultBackend(hostBackend()))

const ones = (_: Tensor, shape: readonly number[]): Tensor => np.ones(shape)
const normal = (key: Tensor, shape: readonly number[]): Tensor => random.normal(key, shape)
const zero = (): Tensor => np.zeros([])
type Program = (scope: Scope) => unknown
/** Initializes a program in the scope `cell`. */
const initCell = (f: Program): unknown => lift.init((root: Scope) => f(root.push('cell')))(random.key(0))
/** Runs it there on variables. */
const applyCell = (variables: object, f: Program, options: lift.BindOptions = {}): unknown => {
  const nested = Object.fromEntries(Object.entries(variables).map(([c, dict]) => [c, { cell: dict as unknown }]))
  return lift.apply((root: Scope) => f(root.push('cell')), options)(nested)
}
/** Something that the types forbid. */
const wrong = <T>(x: unknown): T => x as T

type Case = readonly [what: string, kind: abstract new (...args: never[]) => Error, run: () => unknown, ...sentence: string[]]
const cases = (list: () => readonly Case[]): void => {
  const names = list().map(([what]) => what)
  test.each(names)('%s', (name) => {
    const [, kind, run, ...sentence] = list().find(([what]) => what === name)!
    let error: unknown
    try {
      run()
    } catch (e) {
      error = e
    }
    expect(error).toBeInstanceOf(kind)
    for (const part of sentence) expect((error as Error).message).toContain(part)
  })
}

describe('vmap', () => {
  const three = (): Tensor => np.ones([3])
  const two = (): Tensor => np.ones([2])
  const add = (_: Scope, a: Tensor, b: Tensor): Tensor => a.add(b)
  const same = (_: Scope, a: Tensor): Tensor => a
  const weigh = (s: Scope, a: Tensor): Tensor => a.mul(s.param('w', ones, []))
  const w = (n: number): object => ({ params: { w: np.ones([n]) } })
  cases(() => [
    [
      'arguments of different sizes',
      lift.AxisSizeError,
      () => initCell((s) => lift.vmap(add)(s, three(), two())),
      'vmap in scope "/vmap(cell)": sizes of the axis differ: 3 of argument 1, 2 of argument 2',
      'check inAxes and variableAxes',
    ],
    [
      'a variable of another size',
      lift.AxisSizeError,
      () => applyCell(w(4), (s) => lift.vmap(weigh, { variableAxes: { params: 0 } })(s, three())),
      '3 of argument 1, 4 of variable "w" of collection "params"',
    ],
    [
      'another size than asked for',
      lift.AxisSizeError,
      () => initCell((s) => lift.vmap(same, { axisSize: 5 })(s, three())),
      '5 of axisSize, 3 of argument 1',
    ],
    [
      'nothing that tells the size',
      lift.AxisSizeError,
      () => initCell((s) => lift.vmap(same, { inAxes: null })(s, three())),
      'vmap in scope "/vmap(cell)": no argument tells the size of the axis (pass axisSize)',
    ],
    [
      'an argument without the axis',
      lift.AxisRangeError,
      () => initCell((s) => lift.vmap(same, { inAxes: 1 })(s, three())),
      'vmap in scope "/vmap(cell)": argument 1 has shape [3], and so no axis 1',
    ],
    [
      'a variable without the axis',
      lift.AxisRangeError,
      () => applyCell(w(3), (s) => lift.vmap(weigh, { variableAxes: { params: 2 } })(s, three())),
      'variable "w" of collection "params" has shape [3], and so no axis 2',
    ],
    [
      'axes for more arguments than there are',
      lift.InvalidOptionsError,
      () => initCell((s) => lift.vmap(same, { inAxes: [0, 0] })(s, three())),
      'vmap: invalid options: at inAxes expected an axis, null, or a list of such, one for each of 1 arguments, got an array of 2',
    ],
    [
      'a shared variable that depends on what is mapped',
      lift.SharedOutputError,
      () =>
        initCell((s) =>
          lift.vmap(
            (q: Scope, a: Tensor) => {
              q.push('norm').putVariable('state', 'mean', a)
              return a
            },
            { variableAxes: { params: 0, state: null } },
          )(s, three()),
        ),
      'vmap in scope "/vmap(cell)/norm": variable "mean" of collection "state" has no axis (null), but depends on a mapped value',
      'give it an axis in variableAxes',
    ],
    [
      'a shared result that depends on what is mapped',
      lift.SharedOutputError,
      () => initCell((s) => lift.vmap((_: Scope, a: Tensor) => ({ y: a }), { outAxes: null })(s, three())),
      'vmap in scope "/vmap(cell)": the result.y has no axis (null)',
      'outAxes',
    ],
    [
      'a stream that is not let in',
      lift.InvalidRngError,
      () => initCell((s) => lift.vmap((q: Scope, a: Tensor) => weigh(q.push('d'), a), { variableAxes: { params: 0 } })(s, three())),
      'scope "/vmap(cell)/d" needs a random stream "params", but has none',
      'inside a transformation, name it in splitRngs or rngs',
    ],
    [
      'writing a collection that is not let out',
      lift.ModifyScopeVariableError,
      () => initCell((s) => lift.vmap((q: Scope, a: Tensor) => q.putVariable('state', 'n', a))(s, three())),
      'cannot update variable "n" in scope "/vmap(cell)": collection "state" is immutable',
      'inside vmap, let it out by variableAxes',
    ],
    [
      'reading a collection that is not let in',
      lift.ScopeCollectionNotFound,
      () =>
        applyCell({ state: { n: zero() } }, (s) =>
          lift.vmap((q: Scope, a: Tensor) => q.variable<Tensor>('state', 'n').value.add(a))(s, three()),
        ),
      'collection "state" in scope "/vmap(cell)"',
      'inside vmap, let it in by variableAxes',
    ],
    [
      'a box without a name for its axis',
      lift.PartitioningUnspecifiedError,
      () =>
        initCell((s) =>
          lift.vmap((q: Scope, _: Tensor) => q.param('w', lift.withPartitioning(ones, ['in']), [2]), {
            variableAxes: { params: 0 },
            splitRngs: { params: true },
          })(s, three()),
        ),
      'partitioned as (in)',
      'pass metadataParams: { partition_name',
    ],
    [
      'an instance in place of a function',
      lift.InvalidTargetError,
      () => lift.vmap(wrong<typeof same>(new (class Dense {})())),
      'vmap: expected a function of scopes, got a Dense',
    ],
    [
      'no scope in the first place',
      lift.InvalidTargetError,
      () => lift.vmap(same)(wrong<Scope>({ a: three() }), three()),
      'vmap: expected a scope, or an array or object of scopes, as first argument, got a ConcreteTensor',
    ],
    [
      'nothing in the first place',
      lift.InvalidTargetError,
      () => lift.vmap(same)(wrong<Scope>(undefined), three()),
      'as first argument, got undefined',
    ],
    [
      'an option of the wrong type',
      lift.InvalidOptionsError,
      () => lift.vmap(same, { variableAxes: wrong({ params: 'x' }) }),
      'vmap: variableAxes: invalid options: at params expected an axis, null, In(axis) or Out(axis), got "x"',
    ],
  ])
})

describe('scan', () => {
  const three = (): Tensor => np.ones([3])
  const two = (): Tensor => np.ones([2])
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
  cases(() => [
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
      'a carried variable that is made inside',
      lift.CarryMismatchError,
      () =>
        initCell((s) =>
          lift.scan(
            counting((n) => n.add(1)),
            { variableCarry: 'state' },
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
      () => initCell((s) => lift.rematScan((_: Scope, _c: Tensor) => np.ones([9]), { lengths: [2, 2] })(s, two())),
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

describe('cond and switch', () => {
  const two = (): Tensor => np.ones([2])
  const three = (): Tensor => np.ones([3])
  cases(() => [
    [
      'variables that only one branch makes',
      lift.BranchMismatchError,
      () => initCell((s) => lift.cond(true, (q: Scope) => q.push('dense').param('w', ones, [2]), two, s, [])),
      'cond in scope "/cond(cell)/dense": variable "w" of collection "params": expected float32[2], as in branch 0, got nothing in branch 1',
      'call all submodules in each branch when initializing',
    ],
    [
      'variables that only a later branch makes',
      lift.BranchMismatchError,
      () => initCell((s) => lift.switch(0, [two, two, (q: Scope) => q.push('dense').param('w', ones, [2])], s, [])),
      'switch in scope "/switch(cell)/dense": variable "w" of collection "params": expected nothing, as in branch 0, got float32[2] in branch 2',
    ],
    [
      'variables of different shapes',
      lift.BranchMismatchError,
      () => {
        const write = (x: Tensor) => (q: Scope) => q.putVariable('state', 'x', x)
        return initCell((s) => lift.cond(true, write(two()), write(three()), s, []))
      },
      'variable "x" of collection "state": expected float32[2], as in branch 0, got float32[3] in branch 1',
    ],
    [
      'results of different shapes',
      lift.BranchMismatchError,
      () =>
        initCell((s) =>
          lift.cond(
            true,
            () => ({ y: two() }),
            () => ({ y: three() }),
            s,
            [],
          ),
        ),
      'cond in scope "/cond(cell)": the result.y: expected float32[2], as in branch 0, got float32[3] in branch 1',
    ],
    [
      'results of different structures',
      lift.BranchMismatchError,
      () => initCell((s) => lift.cond(true, () => [two()], wrong<() => Tensor[]>(two), s, [])),
      'the result[0]: expected float32[2], as in branch 0, got nothing in branch 1',
    ],
    [
      'a predicate that is no scalar',
      lift.ResultMismatchError,
      () => initCell((s) => lift.cond(np.array([true, false]), two, two, s, [])),
      'cond in scope "/cond(cell)": the predicate: expected a scalar, got int32[2]',
      'np.where chooses element by element',
    ],
    [
      'no branch',
      lift.InvalidTargetError,
      () => initCell((s) => lift.switch(0, [], s, [])),
      'switch: expected at least one branch, got an array of 0',
    ],
    [
      'an instance in place of a function',
      lift.InvalidTargetError,
      () => initCell((s) => lift.cond(true, two, wrong<typeof two>(new Map()), s, [])),
      'cond: expected a function of scopes, got a Map',
    ],
    [
      'a stream that is not let in',
      lift.InvalidRngError,
      () =>
        initCell((s) =>
          lift.cond(
            true,
            (q: Scope) => q.makeRng('params'),
            (q: Scope) => q.makeRng('params'),
            s,
            [],
            { rngs: false },
          ),
        ),
      'scope "/cond(cell)" needs a random stream "params"',
    ],
    [
      'writing a collection that is not let out',
      lift.ModifyScopeVariableError,
      () => {
        const write = (q: Scope) => q.putVariable('state', 'x', zero())
        return initCell((s) => lift.cond(true, write, write, s, [], { variables: 'params' }))
      },
      'inside cond, let it out by variables',
    ],
  ])
})

describe('whileLoop', () => {
  const two = (): Tensor => np.ones([2])
  const never = (): boolean => false
  const counted = (s: Scope): Scope => {
    s.push('norm').variable('state', 'n', zero)
    return s.rewound()
  }
  const write =
    (x: () => Tensor) =>
    (s: Scope, c: Tensor): Tensor => {
      s.push('norm').putVariable('state', 'n', x())
      return c
    }
  cases(() => [
    [
      'a carry of another shape',
      lift.CarryMismatchError,
      () => initCell((s) => lift.whileLoop(never, () => np.ones([7]), s, two())),
      'while_loop in scope "/while_loop(cell)": the carry: expected float32[2], as before the iteration, got float32[7]',
    ],
    [
      'a carried variable of another shape',
      lift.CarryMismatchError,
      () => initCell((s) => lift.whileLoop(never, write(two), counted(s), two(), { carryVariables: 'state' })),
      'while_loop in scope "/while_loop(cell)/norm": variable "n" of collection "state": expected float32[], as before the iteration, got float32[2]',
    ],
    [
      'a variable that is made inside',
      lift.CarryMismatchError,
      () => initCell((s) => lift.whileLoop(never, write(zero), s, two(), { carryVariables: 'state' })),
      'variable "n" of collection "state": expected one that is there before the loop, got one made in an iteration, float32[]',
    ],
    [
      'writing a broadcast collection',
      lift.ModifyScopeVariableError,
      () => initCell((s) => lift.whileLoop(never, write(zero), counted(s), two())),
      'cannot update variable "n" in scope "/while_loop(cell)/norm": collection "state" is immutable',
      'inside while_loop, let it out by carryVariables',
    ],
    [
      'writing in the condition',
      lift.ModifyScopeVariableError,
      () =>
        initCell((s) =>
          lift.whileLoop(
            (q: Scope) => {
              q.push('norm').putVariable('state', 'n', zero())
              return false
            },
            (_: Scope, c: Tensor) => c,
            counted(s),
            two(),
            { carryVariables: 'state' },
          ),
        ),
      'cannot update variable "n" in scope "/while_loop(cell)/norm"',
    ],
    [
      'a condition that is no scalar',
      lift.ResultMismatchError,
      () => initCell((s) => lift.whileLoop(two, (_: Scope, c: Tensor) => c, s, two())),
      'while_loop in scope "/while_loop(cell)": the result of the condition: expected a scalar, got float32[2]',
    ],
    [
      'a stream that is not let in',
      lift.InvalidRngError,
      () => initCell((s) => lift.whileLoop(never, (q: Scope, c: Tensor) => c.add(normal(q.makeRng('noise'), [2])), s, two())),
      'scope "/while_loop(cell)" needs a random stream "noise"',
      'name it in splitRngs',
    ],
    [
      'an instance in place of a function',
      lift.InvalidTargetError,
      () => initCell((s) => lift.whileLoop(wrong<typeof never>(3), (_: Scope, c: Tensor) => c, s, two())),
      'while_loop: expected a function of scopes, got 3',
    ],
  ])
})

describe('derivatives', () => {
  const two = (): Tensor => np.ones([2])
  const three = (): Tensor => np.ones([3])
  const same = (_: Scope, x: Tensor): Tensor => x
  const weigh = (s: Scope, x: Tensor): Tensor => x.mul(s.push('d').param('w', ones, [2]))
  const withTangents = (params: object) => (s: Scope) => {
    weigh(s, two())
    return lift.jvp(weigh, s.rewound(), [two()], [two()], { variableTangents: { params } })
  }
  const sum = (_: Scope, x: Tensor): Tensor => np.sum(x)
  cases(() => [
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
  const three = (): Tensor => np.ones([3])
  cases(() => [
    [
      'writing what is mapped',
      lift.ModifyScopeVariableError,
      () =>
        applyCell({ params: { w: three() } }, (s) => lift.mapVariables((q: Scope) => q.putVariable('params', 'w', three()), 'params')(s), {
          mutable: true,
        }),
      'cannot update variable "w" in scope "/map_variables(cell)": collection "params" is immutable',
      'inside map_variables, let it out by variables, and mutable: true for those that are mapped',
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
  test('what is written to an outer scope from inside does not get out', () => {
    const run = (s: Scope): Tensor => {
      mapOver(s, (_, x) => {
        s.putVariable('state', 'leak', x)
        return x
      })
      return s.getVariable<Tensor>('state', 'leak').add(1)
    }
    expect(() => initCell(run)).toThrow(EscapedTracerError)
    expect(() => initCell(run)).toThrow('Return it from the transformed function')
  })
})
