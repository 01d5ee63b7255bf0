/** Layers that compute in one dtype and keep parameters in another: Flax's dtypes, values and gradients, on the reference backend. */
import { hostBackend } from '@heddle/backend-host'
import { np, random, setDefaultBackend, type DType, type Tensor } from '@heddle/func'
import { explain } from '@heddle/testing'
import { beforeAll, expect, it } from 'vitest'
import { runCase } from '../../../goldens/cases/case'
import { cases } from '../../../goldens/cases/mixed-precision'
import * as nn from '../src/index'

beforeAll(() => setDefaultBackend(hostBackend()))

it.each(cases.map((c) => [c.name, c] as const))('%s', (_, c) => {
  const leaves = runCase(c)
  expect(leaves.filter((leaf) => !leaf.ok).map((leaf) => `${leaf.at}: ${explain(leaf)}`)).toEqual([])
})

const dtypesOf = (module: nn.Module, x: Tensor): readonly DType[] => {
  const [y, variables] = module.initWithOutput({ params: random.key(0) }, [x])
  const { kernel } = variables.params as unknown as { readonly kernel: Tensor }
  return [(y as Tensor).dtype, kernel.dtype]
}
it('computes in the dtype that is asked for, else in the common one of input and parameters', () => {
  const of = (input: DType, props: Partial<nn.DenseProps>): readonly DType[] =>
    dtypesOf(new nn.Dense({ features: 2, ...props }), np.ones([2, 3], { dtype: input }))
  expect(of('float32', { dtype: 'bfloat16' })).toEqual(['bfloat16', 'float32'])
  expect(of('float32', { paramDtype: 'bfloat16' })).toEqual(['float32', 'bfloat16'])
  expect(of('bfloat16', { paramDtype: 'bfloat16' })).toEqual(['bfloat16', 'bfloat16'])
  expect(of('bfloat16', { paramDtype: 'float16' })).toEqual(['float32', 'float16'])
  expect(of('int32', { paramDtype: 'float16' })).toEqual(['float16', 'float16'])
  expect(of('int32', { dtype: 'bfloat16', paramDtype: 'float16' })).toEqual(['bfloat16', 'float16'])
  expect(() => of('float32', { dtype: 'int32' })).toThrow('computations need a dtype of floats, got int32')
})
it('promoteDtype brings operands to one dtype', () => {
  const [x, y, z] = nn.promoteDtype([np.ones([2], { dtype: 'bfloat16' }), np.ones([2], { dtype: 'float16' }), undefined])
  expect([x.dtype, y.dtype, z]).toEqual(['float32', 'float32', undefined])
  expect(nn.promoteDtype([np.ones([2], { dtype: 'int32' })], { inexact: false })[0].dtype).toBe('int32')
  expect(nn.promoteDtype([np.ones([2], { dtype: 'int32' })])[0].dtype).toBe('float32')
  expect(nn.promoteDtype([np.ones([2])], { dtype: 'bfloat16' })[0].dtype).toBe('bfloat16')
})
