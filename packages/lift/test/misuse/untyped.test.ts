// What plain JavaScript gives to functions of scopes: scopes, variables, packed functions, lists of arguments. The class of each error, and what it names.
import { hostBackend } from '@heddle/backend-host'
import { AsyncFunctionError, np, random, setDefaultBackend, type Tensor } from '@heddle/func'
import { beforeAll, describe, expect, test } from 'vitest'
import * as typed from '../../src/index'
import { cases, type Case } from './table'

const backend = hostBackend()
setDefaultBackend(backend)
beforeAll(() => setDefaultBackend(backend))

// oxlint-disable-next-line typescript/no-explicit-any
type Untyped = any
const lift: Untyped = typed
const x = np.array([1, 2, 3])
const key = random.key(0)
const scope = (variables: object = {}, mutable: typed.Filter = true): Untyped =>
  lift.bind(variables, { rngs: { params: key, dropout: random.key(1) }, mutable })
const same = (_: Untyped, y: Tensor): Tensor => y
const promise = (): Promise<Tensor> => Promise.resolve(x)
const ended = (): Untyped => {
  const s = scope()
  s.invalidate()
  return s
}

describe('scopes', () => {
  cases([
    ['a parameter without an initializer', typed.InvalidTargetError, () => scope().param('w'), 'param "w" in scope "/"', 'initializer'],
    ['that is there', typed.InvalidTargetError, () => scope({ params: { w: x } }).param('w'), 'param "w" in scope "/"', 'got undefined'],
    ['a tensor as initializer', typed.InvalidTargetError, () => scope().param('w', x), 'param "w"', 'a tensor float32[3]'],
    ['a number as initializer', typed.InvalidTargetError, () => scope().variable('state', 'n', 0), 'variable "n" in scope "/"', 'got 0'],
    ['a tensor as initializer of a variable', typed.InvalidTargetError, () => scope().variable('state', 'n', x), 'variable "n"'],
    ['an initializer without return', typed.ResultMismatchError, () => scope().param('w', () => undefined), '"w"', 'is a return missing?'],
    [
      'an initializer of a variable without return',
      typed.ResultMismatchError,
      () => scope().variable('state', 'n', () => undefined),
      '"n"',
      'got undefined',
    ],
    ['an initializer that gives one', typed.ResultMismatchError, () => scope().param('w', () => same), 'the function same', 'call it'],
    [
      'in a scope inside',
      typed.ResultMismatchError,
      () =>
        scope()
          .push('a')
          .param('w', () => undefined),
      'param in scope "/a"',
    ],
    ['an async initializer', AsyncFunctionError, () => scope().param('w', promise), 'param "w"'],
    ['an async initializer of a variable', AsyncFunctionError, () => scope().variable('state', 'n', promise), 'variable "n"'],
    ['an initializer in the place of a name', typed.InvalidNameError, () => scope().param(() => x, [3]), 'a parameter', 'got function'],
    ['a parameter without a name', typed.InvalidNameError, () => scope().param(undefined, () => x), 'a parameter in scope "/"'],
    ['a variable without a collection', typed.InvalidNameError, () => scope().variable(undefined, 'n', () => x), 'a collection'],
    ['reading without a name', typed.InvalidNameError, () => scope().getVariable('state'), 'a variable in scope "/"', 'got undefined'],
    ['reading by numbers', typed.InvalidNameError, () => scope().getVariable(1, 2), 'a collection', 'got 1'],
    ['asking by numbers', typed.InvalidNameError, () => scope().hasVariable('state', 2), 'a variable', 'got 2'],
    ['asking what is mutable', typed.InvalidNameError, () => scope().isMutableCollection(), 'a collection', 'got undefined'],
    ['asking for a stream', typed.InvalidNameError, () => scope().hasRng(), 'a random stream', 'got undefined'],
    ['a key as stream', typed.InvalidNameError, () => scope().makeRng(key), 'a random stream', 'uint32[2]'],
    ['a stream that is not there', typed.InvalidRngError, () => lift.bind({}).makeRng('noise'), '"noise"', 'pass rngs'],
    ['writing undefined', typed.ResultMismatchError, () => scope().putVariable('state', 'n', undefined), '"n" of collection "state"'],
    ['writing a promise', typed.ResultMismatchError, () => scope().putVariable('state', 'n', promise()), 'is an await missing?'],
    [
      'a value of undefined',
      typed.ResultMismatchError,
      () => {
        scope().variable('state', 'n', () => x).value = undefined
      },
      'putVariable in scope "/"',
    ],
    [
      'a value that is a promise',
      typed.ResultMismatchError,
      () => {
        scope().variable('state', 'n', () => x).value = promise()
      },
      'a promise',
    ],
    ['writing without a name', typed.InvalidNameError, () => scope().putVariable('state'), 'a variable'],
    ['writing what is not mutable', typed.ModifyScopeVariableError, () => scope({}, false).putVariable('state', 'n', x), '"state"'],
    ['sowing without a name', typed.InvalidNameError, () => scope().sow('intermediates'), 'a variable'],
    ['sowing by a number', typed.InvalidOptionsError, () => scope().sow('intermediates', 'y', x, 3), 'sow', '3'],
    [
      'sowing without a start',
      typed.InvalidOptionsError,
      () => scope().sow('intermediates', 'y', x, { reduce: same }),
      '"init" is missing',
    ],
    [
      'sowing by what is no function',
      typed.InvalidOptionsError,
      () => scope().sow('intermediates', 'y', x, { init: 0, reduce: 'add' }),
      'at reduce expected a function',
    ],
    [
      'a misspelt option of sowing',
      typed.InvalidOptionsError,
      () => scope().sow('intermediates', 'y', x, { init: 0, reduceFn: same }),
      'reduceFn',
      'is reduce meant?',
    ],
    ['a number as name of a scope', typed.InvalidNameError, () => scope().push(3), 'a submodule in scope "/"', 'got 3'],
    ['a string as options of push', typed.InvalidOptionsError, () => scope().push('a', 'b'), 'push', '"b"'],
    ['a misspelt option of push', typed.InvalidOptionsError, () => scope().push('a', { reus: true }), 'reus', 'is reuse meant?'],
    ['a wrong option of push', typed.InvalidOptionsError, () => scope().push(undefined, { prefix: 3 }), 'at prefix expected a string'],
    ['a child of nothing', typed.InvalidTargetError, () => scope().child(null), 'child: expected a function of a scope', 'got null'],
    ['a child of a name', typed.InvalidTargetError, () => scope().child('dense'), 'child', '"dense"'],
    ['a number as options of child', typed.InvalidOptionsError, () => scope().child(same, 3), 'child', '3'],
    ['a misspelt option of child', typed.InvalidOptionsError, () => scope().child(same, { nam: 'a' }), 'is name meant?'],
    ['a misspelt option of rewound', typed.InvalidOptionsError, () => scope().rewound({ rewindRng: true }), 'is rewindRngs meant?'],
    ['a string as options of rewound', typed.InvalidOptionsError, () => scope().rewound('dropout'), 'rewound'],
    ['a flag that is not there', typed.FlagNotFoundError, () => scope().getFlag('training'), '"training"'],
    ['temporary without a function', typed.InvalidTargetError, () => scope().temporary(), 'temporary', 'got undefined'],
    ['an async temporary function', AsyncFunctionError, () => scope().temporary(promise), 'temporary'],
    ['apply of nothing', typed.InvalidTargetError, () => lift.apply(null)({}), 'apply: expected a function of a scope, got null'],
    ['init of nothing', typed.InvalidTargetError, () => lift.init(undefined)(key), 'init: expected a function of a scope'],
    ['lazyInit of nothing', typed.InvalidTargetError, () => lift.lazyInit(null)(key), 'expected a function of a scope'],
    ['a number as key', typed.InvalidRngError, () => lift.init(same)(0, x), 'as random.key gives, got 0'],
  ])
  test('another scope than none', () => {
    expect(scope().equals(null)).toBe(false)
  })
})

describe('filters', () => {
  cases([
    ['a number', typed.InvalidFilterError, () => lift.inFilter(3, 'params'), 'invalid filter 3'],
    ['nothing', typed.InvalidFilterError, () => lift.inFilter(undefined, 'params'), 'invalid filter undefined'],
    ['a list of numbers', typed.InvalidFilterError, () => lift.inFilter([1], 'params'), 'an array of names'],
    ['all but a number', typed.InvalidFilterError, () => lift.denyList(3), 'invalid filter 3'],
    ['all but nothing', typed.InvalidFilterError, () => lift.denyList(), 'denyList(filter)'],
    ['a set', typed.InvalidFilterError, () => lift.bind({}, { mutable: new Set(['params']) }), 'a Set'],
    ['of mapped variables', typed.InvalidFilterError, () => lift.mapVariables(same, 3), 'invalid filter 3'],
  ])
})

describe('pack', () => {
  const plan = { where: 'mine', inFilters: [true], outFilters: [true], rngFilters: [true] }
  const run = (p: Untyped): Untyped => lift.runOn(same, p, [x])
  const body = (answer: (p: Untyped) => unknown) => () => lift.pack(plan, answer)(scope())
  cases([
    ['no plan', typed.InvalidOptionsError, () => lift.pack(null, run), 'pack'],
    ['an empty plan', typed.InvalidOptionsError, () => lift.pack({}, run), '"where" is missing', '"inFilters" is missing'],
    ['filters that are no lists', typed.InvalidOptionsError, () => lift.pack({ ...plan, inFilters: true }, run), 'at inFilters expected'],
    ['a misspelt plan', typed.InvalidOptionsError, () => lift.pack({ ...plan, foldName: true }, run), 'is foldNames meant?'],
    ['no name', typed.InvalidTargetError, () => lift.pack({ ...plan, where: '' }, run), 'a name as where'],
    ['a filter that is none', typed.InvalidFilterError, () => lift.pack({ ...plan, inFilters: [3] }, run), 'invalid filter 3'],
    ['no body', typed.InvalidTargetError, () => lift.pack(plan, null), 'pack: expected a body'],
    ['a body that answers nothing', typed.ResultMismatchError, body(() => undefined), 'mine in scope "/mine()": the answer of the body'],
    ['a body that answers its result alone', typed.ResultMismatchError, body((p) => run(p).result), 'what runOn or doneOf gives'],
    ['an async body', typed.ResultMismatchError, body((p) => Promise.resolve(run(p))), 'a promise'],
    ['a body that forgets counts', typed.ResultMismatchError, body((p) => ({ ...run(p), counters: undefined })), 'counters'],
    ['a body that forgets notes', typed.ResultMismatchError, body((p) => ({ ...run(p), notes: undefined })), 'notes'],
    ['a body that forgets variables', typed.ResultMismatchError, body((p) => ({ ...run(p), variables: [] })), '1 groups of variables'],
    ['no scope', typed.InvalidTargetError, () => lift.pack(plan, run)(), 'mine: expected a scope', 'got undefined'],
    ['a pure function of nothing', typed.InvalidTargetError, body((p) => lift.pureOf(null, p.entry)(p.variables, p.keys)), 'pureOf'],
  ])
})

/** Every transformation that takes a function of scopes. */
const transformations: Readonly<Record<string, (f: unknown) => Untyped>> = {
  jit: lift.jit,
  remat: lift.remat,
  vmap: lift.vmap,
  map_variables: (f) => lift.mapVariables(f, 'params'),
  fold_rngs: lift.foldRngs,
  scan: (f) => lift.scan(f, { length: 2 }),
  custom_vjp: (f) => lift.customVjp(f, { forwardFn: same, backwardFn: same }),
  add_metadata_axis: (f) => lift.addMetadataAxis(f, { params: 0 }),
}

describe('transformations', () => {
  cases(
    Object.entries(transformations).flatMap(([name, of]): Case[] => [
      [`${name} of nothing`, typed.InvalidTargetError, () => of(undefined), `${name}: expected a function of scopes, got undefined`],
      [`${name} of a scope`, typed.InvalidTargetError, () => of(scope()), `${name}: expected a function of scopes`, 'a Scope'],
      [`${name} of an async function`, AsyncFunctionError, () => of(promise)(scope(), x), 'returned a promise'],
      [`${name} on a tensor`, typed.InvalidTargetError, () => of(same)(x), 'expected a scope', 'a tensor float32[3]'],
      [`${name} on a scope that has ended`, typed.InvalidScopeError, () => of(same)(ended(), x), 'scope "/"'],
    ]),
  )
})

describe('lists of arguments', () => {
  const sum = (_: Untyped, y: Tensor): Tensor => y.sum()
  cases([
    ['vjp of a tensor', typed.InvalidTargetError, () => lift.vjp(sum, scope(), x), 'vjp: expected a list as primals, [x] for one'],
    ['vjp of nothing', typed.InvalidTargetError, () => lift.vjp(sum, scope()), 'vjp', 'got undefined'],
    ['jvp of a tensor', typed.InvalidTargetError, () => lift.jvp(same, scope(), x, x), 'jvp: expected a list as primals'],
    ['jvp without tangents', typed.InvalidTargetError, () => lift.jvp(same, scope(), [x]), 'jvp: expected a list as tangents'],
    ['valueAndGrad of a tensor', typed.InvalidTargetError, () => lift.valueAndGrad(sum, scope(), x), 'value_and_grad', 'primals'],
    ['cond on a tensor', typed.InvalidTargetError, () => lift.cond(true, same, same, scope(), x), 'cond: expected a list as operands'],
    ['cond without operands', typed.InvalidTargetError, () => lift.cond(true, same, same, scope()), 'cond', 'operands'],
    ['switch on a tensor', typed.InvalidTargetError, () => lift.switch(0, [same, same], scope(), x), 'switch', 'operands'],
    ['switch of a function', typed.InvalidTargetError, () => lift.switch(0, same, scope(), [x]), 'switch: expected a list as branches'],
  ])
})

describe('conditions, pairs and mappings', () => {
  const params = { params: { w: x } }
  cases([
    ['a string as predicate', typed.InvalidTargetError, () => lift.cond('yes', same, same, scope(), [x]), 'as predicate, got "yes"'],
    ['no predicate', typed.InvalidTargetError, () => lift.cond(undefined, same, same, scope(), [x]), 'predicate', 'undefined'],
    ['a predicate that is no number', typed.InvalidTargetError, () => lift.cond(NaN, same, same, scope(), [x]), 'predicate', 'NaN'],
    ['a string as index', typed.InvalidTargetError, () => lift.switch('0', [same, same], scope(), [x]), 'as index, got "0"'],
    ['an index that is no number', typed.InvalidTargetError, () => lift.switch(NaN, [same, same], scope(), [x]), 'index'],
    ['no pair for vjpWithAux', typed.ResultMismatchError, () => lift.vjpWithAux(same, scope(), [np.ones([2])]), 'a pair [value, aux]'],
    [
      'no pair for valueAndGradWithAux',
      typed.ResultMismatchError,
      () => lift.valueAndGradWithAux((_: Untyped, y: Tensor) => y.sum(), scope(), [x]),
      'value_and_grad in scope',
      'a pair [value, aux], got float32[]',
    ],
    [
      'a number as tangents of variables',
      typed.InvalidOptionsError,
      () => lift.jvp(same, scope(), [x], [x], { variableTangents: 3 }),
      'at variableTangents expected tangents by collection',
    ],
    [
      'a mapping in that answers nothing',
      typed.ResultMismatchError,
      () => lift.mapVariables(same, 'params', { mapInFn: () => undefined })(scope(params), x),
      'what mapInFn answers',
      'got undefined',
    ],
    [
      'a mapping in that answers a tensor as collection',
      typed.ResultMismatchError,
      () => lift.mapVariables(same, 'params', { mapInFn: () => ({ params: x }) })(scope(params), x),
      'for collection "params"',
      'float32[3]',
    ],
    [
      'a mapping out that answers a list',
      typed.ResultMismatchError,
      () => lift.mapVariables((s: Untyped) => s.param('w', () => x), 'params', { mapOutFn: () => [1], mutable: true })(scope()),
      'what mapOutFn answers',
      'an array of 1',
    ],
    ['no axes', typed.InvalidOptionsError, () => lift.addMetadataAxis(same), 'add_metadata_axis', 'variableAxes'],
    ['a string as axis', typed.InvalidOptionsError, () => lift.addMetadataAxis(same, { params: '0' }), 'variableAxes.params', '"0"'],
    ['no mesh', typed.InvalidTargetError, () => lift.withMesh(null, () => 1), 'withMesh: expected a mesh', 'got null'],
    ['a mesh of words', typed.InvalidTargetError, () => lift.withMesh({ axes: { data: 'two' } }, () => 1), 'number of devices'],
    ['nothing to run on a mesh', typed.InvalidTargetError, () => lift.withMesh({ axes: { data: 2 } }), 'withMesh', 'a function to run'],
  ])
})
