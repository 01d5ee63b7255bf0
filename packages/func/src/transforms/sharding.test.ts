import { hostBackend } from '@heddle/backend-host'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  ArgumentError,
  devicePut,
  grad,
  jit,
  makeJaxpr,
  np,
  printJaxpr,
  setDefaultBackend,
  type Tensor,
  vmap,
  withShardingConstraint,
} from '../index'

beforeEach(() => setDefaultBackend(hostBackend()))
const mesh = { axes: { data: 2, model: 4 } }
const spec = (...axes: (string | null | readonly string[])[]) => ({ mesh, spec: { axes } })
const values = (x: Tensor): number[] => Array.from(x.dataSync() as Float32Array)

describe('sharding constraints', () => {
  const f = (x: Tensor): Tensor => withShardingConstraint(x.mul(2), spec('data', 'model'))
  it('change no number where there is one device', () => {
    const x = np.ones([2, 4])
    expect(values(f(x))).toEqual(new Array(8).fill(2))
    expect(values(jit(grad((y: Tensor) => f(y).sum()))(x))).toEqual(new Array(8).fill(2))
    expect(values(devicePut({ a: x }, { a: spec('data') }).a)).toEqual(values(x))
  })
  it('stand in the program, also backwards and under vmap', () => {
    const text = printJaxpr(makeJaxpr(f)(np.ones([2, 4])))
    expect(text).toContain('sharding_constraint[mesh=(data=2, model=4) spec=(data, model)]')
    const batched = (name?: string): string =>
      printJaxpr(makeJaxpr(vmap(f, { inAxes: 1, ...(name ? { spmdAxisName: name } : {}) }))(np.ones([2, 3, 4])))
    expect(batched()).toContain('spec=(data, ?, model)')
    const one = (x: Tensor): Tensor => withShardingConstraint(x, spec('model'))
    expect(printJaxpr(makeJaxpr(vmap(one, { spmdAxisName: 'data' }))(np.ones([2, 4])))).toContain('spec=(data, model)')
    const g = jit((x: Tensor, y: Tensor) => x.add(y), { inShardings: [spec('data'), null], outShardings: spec(null, ['data', 'model']) })
    const whole = printJaxpr(makeJaxpr(g)(np.ones([8, 8]), np.ones([8, 8])))
    expect(whole).toContain('spec=(data, None)')
    expect(whole).toContain('spec=(None, data+model)')
  })
  it('must fit', () => {
    const x = np.ones([3, 4])
    expect(() => withShardingConstraint(x, spec('data'))).toThrow(ArgumentError)
    expect(() => withShardingConstraint(x, spec('data'))).toThrow(/axis 0 of size 3 does not divide by 2/)
    expect(() => withShardingConstraint(x, spec(null, 'rows'))).toThrow(/the mesh has no axis "rows"; it has data, model/)
    expect(() => withShardingConstraint(x, spec(null, ['model', 'model']))).toThrow(/used twice/)
    expect(() => withShardingConstraint(x, spec(null, null, 'data'))).toThrow(/the spec has 3 entries/)
  })
})
