/** Each transformation inside each other: the values, the gradients and the state of the plain module, traced or not. */
import { hostBackend } from '@heddle/backend-host'
import { grad, jit, np, random, setDefaultBackend, vmap as pureVmap, type Tensor } from '@heddle/func'
import { close } from '@heddle/testing'
import { describe, expect, it } from 'vitest'
import * as nn from '../../src/index'

setDefaultBackend(hostBackend())

const key = random.key(0)
const x = random.normal(random.key(7), [2, 3])

/** A module with parameters, state and submodules. */
class Plain extends nn.Module {
  call(y: Tensor): Tensor {
    const count = this.variable('count', 'n', () => np.zeros([]))
    if (this.isMutableCollection('count')) count.value = count.value.add(1)
    return new nn.Dense({ features: 3 }, { name: 'b' }).call(nn.tanh(new nn.Dense({ features: 3 }, { name: 'a' }).call(y)))
  }
}
type Model = typeof Plain

/** A class whose call is another function of the call of a class. */
const around = (Class: Model, run: (m: Plain, call: (m: Plain, y: Tensor) => Tensor, y: Tensor) => Tensor): Model => {
  const inner = Class.prototype.call
  class Around extends Class {
    override call(y: Tensor): Tensor {
      return run(this, (m, z) => inner.call(m, z), y)
    }
  }
  return Around
}

const everywhere = { variableAxes: { params: null, count: null }, splitRngs: { params: false } } as const
const transformations: Readonly<Record<string, (Class: Model) => Model>> = {
  jit: (C) => nn.jit(C),
  remat: (C) => nn.remat(C),
  foldRngs: (C) => nn.foldRngs(C),
  mapVariables: (C) => nn.mapVariables(C, 'params', { mutable: true }),
  vmap: (C) =>
    around(C, (m, call, y) =>
      nn
        .vmap(call, everywhere)(m, y.reshape([1, ...y.shape]))
        .at(0),
    ),
  scan: (C) =>
    around(C, (m, call, y) => {
      const step = (layer: Plain, c: Tensor): readonly [Tensor, null] => [call(layer, c), null]
      const options = { variableBroadcast: 'params', variableCarry: 'count', splitRngs: { params: false }, length: 1 } as const
      return nn.scan(step, options)(m, y)[0]
    }),
  cond: (C) => around(C, (m, call, y) => nn.cond(y.sum().greater(-1e9), call, (n, z) => call(n, z).neg(), m, [y])),
  switch: (C) => around(C, (m, call, y) => nn.switch(1, [(n, z) => call(n, z).mul(2), call], m, [y])),
  vjp: (C) => around(C, (m, call, y) => nn.vjp(call, m, [y])[0]),
  jvp: (C) => around(C, (m, call, y) => nn.jvp(call, m, [y], [np.zerosLike(y)])[0]),
  customVjp: (C) =>
    around(C, (m, call, y) => {
      const custom = nn.customVjp(call, {
        forwardFn: (n, z) => nn.vjp(call, n, [z]),
        backwardFn: (backward, cotangent) => backward(cotangent),
      })
      return custom(m, y)
    }),
}

type Params = NonNullable<nn.Variables['params']>
const variables = new Plain().init(key, [x])
const params = variables.params!
const run =
  (Class: Model) =>
  (p: Params, y: Tensor): readonly [Tensor, nn.Variables] =>
    new Class().apply({ ...variables, params: p }, [y], { mutable: ['count'] })
const total = (Class: Model) => (p: Params, y: Tensor) => run(Class)(p, y)[0].square().sum()

const output = run(Plain)(params, x)
const gradients = [grad(total(Plain))(params, x), grad((y: Tensor) => total(Plain)(params, y))(x)]

const same = (Class: Model): void => {
  expect(new Class()).toBeInstanceOf(Plain)
  close(run(Class)(params, x), output)
  close(jit(run(Class))(params, x), output)
  const both = (p: Params, y: Tensor) => [grad(total(Class))(p, y), grad((z: Tensor) => total(Class)(p, z))(y)]
  close(both(params, x), gradients)
  close(jit(both)(params, x), gradients)
}

const entries = Object.entries(transformations)
/**
 * What does not go together: a custom backward pass has no forward derivative; and state that is shared along an axis may not depend on it,
 * as it does where a mapped predicate chooses, and where all results of a custom function are mapped.
 */
const apart: readonly (readonly [outer: string, inner: string])[] = [
  ['jvp', 'customVjp'],
  ['vmap', 'cond'],
  ['vmap', 'customVjp'],
]
const without = (outer: string, inner: string): boolean => apart.some(([a, b]) => a === outer && b === inner)

describe.each(entries)('%s', (outer, lift) => {
  it('of the module', () => same(lift(Plain)))

  it.each(entries.filter(([inner]) => !without(outer, inner)))('of %s', (_, inner) => same(lift(inner(Plain))))

  it('under vmap', () => {
    const rows = pureVmap((y: Tensor) => run(lift(Plain))(params, y)[0])(x)
    close(rows, output[0])
  })
})

it('a tower of all', () => {
  const tower = entries.filter(([name]) => name !== 'jvp').reduce((Class, [, lift]) => lift(Class), Plain as Model)
  same(tower)
})
