/** Activations and initializers against Flax's. */
import { hostBackend } from '@heddle/backend-host'
import { expectClose, type GoldenLeaf, golden } from '@heddle/testing'
import { beforeAll, describe, expect, it } from 'vitest'
import { grad, nn, np, random, setDefaultBackend, type Tensor } from '../src/index'

beforeAll(() => setDefaultBackend(hostBackend()))
const host = (x: Tensor) => ({ dtype: x.dtype, shape: x.shape, data: x.dataSync() as ArrayLike<number> })
const close = (x: Tensor, want: GoldenLeaf, at: string, atol = 1e-6) => expectClose(host(x), want, { rtol: 1e-5, atol, at })
const camel = (name: string): string => name.replace(/_(\w)/g, (_, c: string) => c.toUpperCase())

describe('activations: value and gradient', () => {
  const g = golden('linen/activations')
  const x = () => np.array([...(g.array('args', 0).data as number[])])
  const weights = () => np.arange(17).astype('float32')
  const f = (name: string) => (nn as unknown as Record<string, (x: Tensor) => Tensor>)[camel(name)]!
  const names = Object.keys(g.parts).filter((n) => n !== 'args')
  // 1 - tanh² loses digits where tanh is near 1, in JAX as here.
  it.each(names)('%s', (name) => {
    close(f(name)(x()), g.array(name, 0), name)
    close(grad((z: Tensor) => f(name)(z).mul(weights()).sum())(x()), g.array(name, 1), `${name} gradient`, name === 'tanh' ? 5e-6 : 1e-6)
  })
})

describe('initializers', () => {
  const g = golden('linen/initializers')
  const I = nn.initializers
  const key = () => random.key(0)
  const made: Readonly<Record<string, () => Tensor>> = {
    lecun_normal: () => I.lecunNormal()(key(), [6, 4]),
    lecun_uniform: () => I.lecunUniform()(key(), [6, 4]),
    glorot_normal: () => I.glorotNormal()(key(), [6, 4]),
    glorot_uniform: () => I.glorotUniform()(key(), [6, 4]),
    he_normal: () => I.heNormal()(key(), [6, 4]),
    he_uniform: () => I.heUniform()(key(), [6, 4]),
    normal: () => I.normal(0.02)(key(), [6, 4]),
    uniform: () => I.uniform(0.5)(key(), [6, 4]),
    truncated_normal: () => I.truncatedNormal(0.1)(key(), [6, 4]),
    orthogonal: () => I.orthogonal()(key(), [6, 4]),
    constant: () => I.constant(3)(key(), [2, 2]),
    zeros: () => I.zerosInit()(key(), [2, 2]),
    ones: () => I.onesInit()(key(), [2, 2]),
    conv_kernel_3x3x2x5_lecun_normal: () => I.lecunNormal()(key(), [3, 3, 2, 5]),
    variance_scaling_fan_avg: () => I.varianceScaling(2, 'fan_avg', 'uniform')(key(), [6, 4]),
    delta_orthogonal_3x4x4: () => I.deltaOrthogonal()(key(), [3, 4, 4]),
  }
  it.each(Object.keys(g.parts))('%s', (name) => {
    close(made[name]!(), g.array(name), name)
  })
  it('refuse shapes that have no fans', () => {
    expect(() => I.lecunNormal()(key(), [3])).toThrow(/inAxis/)
    expect(() => I.orthogonal()(key(), [3])).toThrow(/2 axes/)
  })
})
