/** Every kernel of every flavour against what JAX gives: the cases of goldens/data/primitives. */
import { type DType, dtypes, type HostArray, isFloating, type LeafName } from '@heddle/func/backend'
import { type GoldenArray, golden, goldenNames } from '@heddle/testing'
import { beforeAll, describe, expect, it } from 'vitest'
import { converter } from '@heddle/backend-host'
import type { TfjsBackend } from '../src/backend'
import { array, avalOf, difference } from './arrays'
import { runOn, underTest } from './under-test'

interface Case {
  readonly primitive: LeafName
  readonly params: unknown
  readonly ins: readonly GoldenArray[]
  readonly outs: readonly GoldenArray[]
}
const half = (d: DType): boolean => d === 'float16' || d === 'bfloat16'
const storage = (d: DType, n: number): HostArray['data'] => new (dtypes[d].storage as new (n: number) => HostArray['data'])(n)

const load = ({ dtype, shape, data }: GoldenArray): HostArray => {
  const type = dtype as DType
  const wide = half(type) ? 'float32' : type
  const stored = storage(wide, data.length)
  data.forEach((v, i) => {
    stored[i] = stored instanceof BigInt64Array || stored instanceof BigUint64Array ? BigInt(v) : Number(v)
  })
  const loaded = array(wide, shape, stored)
  return half(type) ? converter(wide, type)(loaded) : loaded
}
/** In numbers, for comparison. */
const widened = (a: HostArray): HostArray => (half(a.dtype) ? converter(a.dtype, 'float32')(a) : a)
const tolerances: Partial<Record<DType, number>> = { float64: 1e-9, float32: 1e-5, float16: 2e-3, bfloat16: 1.6e-2 }

const families = goldenNames('primitives/').map((name) => ({ name, cases: golden(name).value('cases') as unknown as readonly Case[] }))

describe.each(underTest)('$name', ({ make }) => {
  let backend: TfjsBackend
  beforeAll(async () => {
    backend = await make()
  })
  it.each(families)('$name', ({ cases }) => {
    const failures = cases.flatMap((c, i) => {
      const outs = c.outs.map(load)
      const what = `case ${i} ${c.primitive} ${JSON.stringify(c.params)} (${c.ins.map((x) => `${x.dtype}[${x.shape}]`).join(', ')})`
      try {
        const got = runOn(backend, c.primitive, c.params, c.ins.map(load), outs.map(avalOf))
        return outs.flatMap((want, j) => {
          const rtol = isFloating(want.dtype) ? tolerances[want.dtype]! : 0
          const wrong = difference(widened(got[j]!), widened(want), rtol, isFloating(want.dtype) ? Math.max(1e-6, rtol / 10) : 0)
          return wrong === undefined ? [] : [`${what}: ${wrong}`]
        })
      } catch (error) {
        return [`${what}: ${String(error)}`]
      }
    })
    expect(failures).toEqual([])
    expect(backend.storage.memory()).toEqual({ buffers: 0, bytes: 0 })
  })
})
