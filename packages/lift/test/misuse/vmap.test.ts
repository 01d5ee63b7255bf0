// vmap misused: the class of the error, and a sentence that names the module, the collection and what to do.
import { hostBackend } from '@heddle/backend-host'
import { np, setDefaultBackend, type Tensor } from '@heddle/func'
import { beforeAll, describe } from 'vitest'
import * as lift from '../../src/index'
import type { Scope } from '../../src/index'
import { applyCell, cases, initCell, ones, three, two, wrong, zero } from './table'

beforeAll(() => setDefaultBackend(hostBackend()))

describe('vmap', () => {
  const add = (_: Scope, a: Tensor, b: Tensor): Tensor => a.add(b)
  const same = (_: Scope, a: Tensor): Tensor => a
  const weigh = (s: Scope, a: Tensor): Tensor => a.mul(s.param('w', ones, []))
  const w = (n: number): object => ({ params: { w: np.ones([n]) } })
  cases([
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
      'vmap: invalid options: at inAxes expected an axis, null, or a list of such, one for each of 1 arguments, got an array of length 2',
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
          lift.vmap((q: Scope, _x: Tensor) => q.param('w', lift.withPartitioning(ones, ['in']), [2]), {
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
      'vmap: expected a scope, or an array or object of scopes, as first argument, got a tensor float32[3]',
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
      'vmap: variableAxes: invalid options: at params expected an axis, null, In(axis) or Out(axis), got string "x"',
    ],
  ])
})
