// Options of transformations misused: unknown names with the nearest right one, wrong kinds with what was given, what is no options at all.
import { hostBackend } from '@heddle/backend-host'
import { np, random, setDefaultBackend, type Tensor } from '@heddle/func'
import { beforeAll, describe, expect, test } from 'vitest'
import * as lift from '../../src/index'
import type { Scope } from '../../src/index'
import { cases, initCell, ones, two, wrong, type Case } from './table'

beforeAll(() => setDefaultBackend(hostBackend()))

const same = (_: Scope, x: Tensor): Tensor => x
const body = (s: Scope, c: Tensor): readonly [Tensor, null] => [c.mul(s.param('w', ones, [2])), null]
const loop = (_: Scope, c: Tensor): Tensor => c
const sum = (_: Scope, x: Tensor): Tensor => np.sum(x)
const less = (_: Scope, c: Tensor): Tensor => np.any(c.less(0))
const passes = { forwardFn: (s: Scope, x: Tensor) => [sum(s, x), null] as const, backwardFn: () => [] }

/** Each transformation with options. */
const given: Readonly<Record<string, (options: never) => unknown>> = {
  vmap: (options) => lift.vmap(same, options),
  scan: (options) => lift.scan(body, options),
  jit: (options) => lift.jit(same, options),
  remat: (options) => lift.remat(same, options),
  remat_scan: (options) => lift.rematScan(loop, options),
  custom_vjp: (options) => lift.customVjp(sum, options),
  map_variables: (options) => lift.mapVariables(same, 'params', options),
  fold_rngs: (options) => lift.foldRngs(same, options),
  jvp: (options) => initCell((s) => lift.jvp(same, s, [two()], [two()], options)),
  vjp: (options) => initCell((s) => lift.vjp(same, s, [two()], options)),
  value_and_grad: (options) => initCell((s) => lift.valueAndGrad(sum, s, [two()], options)),
  cond: (options) => initCell((s) => lift.cond(true, same, same, s, [two()], options)),
  switch: (options) => initCell((s) => lift.switch(0, [same, same], s, [two()], options)),
  while_loop: (options) => initCell((s) => lift.whileLoop(less, loop, s, two(), options)),
  apply: (options) => lift.apply(same, options),
  init: (options) => lift.init(same, options),
  bind: (options) => lift.bind({}, options),
  param: (options) => initCell((s) => s.paramOf('w', ones, [[2]], options)),
  variable: (options) => initCell((s) => s.variableOf('state', 'n', () => two(), options)),
}

const refused = (what: string, where: string, options: unknown, ...sentence: string[]): Case => [
  `${where}: ${what}`,
  lift.InvalidOptionsError,
  () => given[where]!(wrong<never>(options)),
  where,
  ...sentence,
]

describe('what is no option of a transformation', () => {
  cases(
    Object.keys(given).flatMap((where) => [
      refused('an unknown name', where, { lenght: 1, lengths: where === 'remat_scan' ? [1] : undefined }, 'there is no option "lenght"'),
      refused('a tensor', where, np.ones([2]), 'a tensor float32[2]'),
      refused('a promise', where, Promise.resolve({}), 'is an await missing?'),
      refused('null', where, null, 'got null'),
    ]),
  )
})

describe('names that are nearly right', () => {
  cases([
    refused('variable_axes', 'vmap', { variable_axes: { params: 0 } }, 'is variableAxes meant?'),
    refused('in_axes', 'vmap', { in_axes: 0 }, 'is inAxes meant?'),
    refused('axis_size', 'vmap', { axis_size: 2 }, 'is axisSize meant?'),
    refused('splitRng', 'vmap', { splitRng: { params: true } }, 'is splitRngs meant?'),
    refused('variableBroadcasts', 'scan', { variableBroadcasts: 'params' }, 'is variableBroadcast meant?'),
    refused('reversed', 'scan', { reversed: true }, 'is reverse meant?'),
    refused('static_argnums', 'jit', { static_argnums: 1 }, 'is staticArgnums meant?'),
    refused('prevent_cse', 'remat', { prevent_cse: false }, 'is preventCse meant?'),
    refused('length', 'remat_scan', { length: [2] }, 'is lengths meant?', 'the option "lengths" is missing'),
    refused('forward_fn', 'custom_vjp', { ...passes, forward_fn: sum }, 'is forwardFn meant?'),
    refused('trans_in_fn', 'map_variables', { mapIn: same }, 'is mapInFn meant?'),
    refused('variable', 'fold_rngs', { variable: 'params' }, 'is variables meant?'),
    refused('vjp_variables', 'vjp', { vjp_variables: 'params' }, 'is vjpVariables meant?'),
    refused('carry', 'while_loop', { carryVariable: 'state' }, 'is carryVariables meant?'),
    refused('mutables', 'apply', { mutables: ['cache'] }, 'is mutable meant?'),
    refused('rng', 'bind', { rng: 0 }, 'is rngs meant?'),
  ])
})

describe('values of a wrong kind', () => {
  cases([
    refused('inAxes', 'vmap', { inAxes: '0' }, 'at inAxes expected an axis', 'got string "0"'),
    refused('outAxes', 'vmap', { outAxes: 0.5 }, 'at outAxes', 'number 0.5'),
    refused('axisSize', 'vmap', { axisSize: -1 }, 'at axisSize expected a non-negative integer'),
    refused('axisName', 'vmap', { axisName: 0 }, 'at axisName expected a string'),
    refused('metadataParams', 'vmap', { metadataParams: 'x' }, 'at metadataParams expected an object'),
    refused('inAxes', 'scan', { inAxes: 'broadcast' }, 'at inAxes expected an axis (an integer), broadcast'),
    refused('length', 'scan', { length: '3' }, 'at length expected a non-negative integer, got string "3"'),
    refused('length, a tensor', 'scan', { length: np.array(3) }, 'at length', 'a tensor'),
    refused('reverse', 'scan', { reverse: 1 }, 'at reverse expected true or false'),
    refused('unroll', 'scan', { unroll: 0 }, 'at unroll expected a positive integer'),
    refused('dataTransform', 'scan', { dataTransform: {} }, 'at dataTransform expected a function'),
    refused('checkConstancyInvariants', 'scan', { checkConstancyInvariants: 'no' }, 'at checkConstancyInvariants'),
    refused('staticArgnums', 'jit', { staticArgnums: '1' }, 'at staticArgnums', 'string "1"'),
    refused('donateArgnums', 'jit', { donateArgnums: true }, 'at donateArgnums', 'boolean true'),
    refused('device', 'jit', { device: 'cpu' }, 'at device expected a backend'),
    refused('disableJit', 'jit', { disableJit: 0 }, 'at disableJit'),
    refused('policy', 'remat', { policy: 'dots' }, 'at policy expected a function'),
    refused('preventCse', 'remat', { preventCse: null }, 'at preventCse', 'got null'),
    refused('lengths', 'remat_scan', { lengths: 3 }, 'at lengths expected a list', 'number 3'),
    refused('lengths of halves', 'remat_scan', { lengths: [1.5] }, 'at lengths'),
    refused('no passes', 'custom_vjp', {}, '"forwardFn" is missing', '"backwardFn" is missing'),
    refused('nondiffArgnums', 'custom_vjp', { ...passes, nondiffArgnums: 1 }, 'at nondiffArgnums expected a list of numbers'),
    refused('mapInFn', 'map_variables', { mapInFn: 'transpose' }, 'at mapInFn expected a function'),
    refused('init', 'map_variables', { init: 'yes' }, 'at init expected true or false'),
    refused('flags', 'apply', { flags: ['train'] }, 'at flags expected an object of names and values'),
    refused('splitRngs', 'while_loop', { splitRngs: { params: 1 } }, 'splitRngs'),
  ])
})

test('what is right is taken, names that are undefined too', () => {
  const x = np.ones([2])
  const key = random.key(0)
  const run = (f: (s: Scope) => unknown): unknown => lift.init(f, { mutable: true })(key)[0]
  expect(run((s) => lift.vmap(same, { inAxes: 0, axisSize: undefined })(s, x))).toBeDefined()
  expect(run((s) => lift.scan(body, { length: 2, variableBroadcast: 'params', splitRngs: { params: false } })(s, x))).toBeDefined()
  expect(lift.vmapOptions.names).toContain('spmdAxisName')
})
