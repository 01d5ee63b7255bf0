// Branches and loops misused: the class of the error, and a sentence that names the module, the collection and what to do.
import { hostBackend } from '@heddle/backend-host'
import { np, setDefaultBackend, type Tensor } from '@heddle/func'
import { beforeAll, describe } from 'vitest'
import * as lift from '../../src/index'
import type { Scope } from '../../src/index'
import { cases, initCell, normal, ones, three, two, wrong, zero } from './table'

beforeAll(() => setDefaultBackend(hostBackend()))

describe('cond and switch', () => {
  cases([
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
  cases([
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
