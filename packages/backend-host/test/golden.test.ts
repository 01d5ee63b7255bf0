/** Every kernel against what JAX gives: the cases of goldens/data/primitives. */
import type { Aval, DType, HostArray, Kernel, LeafName } from '@heddle/func/backend'
import { dtypes, isFloating } from '@heddle/func/backend'
import { type GoldenArray, golden, goldenNames } from '@heddle/testing'
import { describe, expect, it } from 'vitest'
import { alloc, hostArray, isHalf, narrow, widen } from '../src/element'
import { kernels } from '../src/kernels'

interface Case {
  readonly primitive: LeafName
  readonly params: unknown
  readonly ins: readonly GoldenArray[]
  readonly outs: readonly GoldenArray[]
}

/**
 * Families that move, compare or compute what IEEE arithmetic fixes to the last bit; and their members that do not: XLA divides by a
 * scalar through its reciprocal. */
const exactFamilies = ['structural', 'arithmetic', 'piecewise', 'bitwise', 'reduction', 'layout', 'sort', 'indexing', 'random']
const inexact: readonly LeafName[] = ['reduce_sum', 'div', 'integer_pow', 'reduce_prod', 'scatter-add', 'scatter-mul']
const isExact = (family: string, primitive: LeafName): boolean =>
  exactFamilies.includes(family.replace('primitives/', '')) && !inexact.includes(primitive)

/** Relative tolerance of the others, and absolute below 1. */
const tolerance: Partial<Record<DType, number>> = { float64: 1e-9, float32: 3e-6, float16: 2e-3, bfloat16: 1.6e-2 }

const load = ({ dtype, shape, data }: GoldenArray): HostArray => {
  const type = dtype as DType
  const stored = alloc(isHalf(type) ? 'float32' : type, data.length)
  data.forEach((v, i) => {
    stored[i] = stored instanceof BigInt64Array || stored instanceof BigUint64Array ? BigInt(v) : Number(v)
  })
  return narrow(hostArray(shape, isHalf(type) ? 'float32' : type, stored), type)
}
const avalOf = ({ shape, dtype }: HostArray): Aval => ({ shape, dtype, weakType: false })

/** The first element that differs, in words. */
const difference = (got: HostArray, want: HostArray, exact: boolean): string | undefined => {
  if (got.dtype !== want.dtype || got.shape.join() !== want.shape.join())
    return `expected ${want.dtype}[${want.shape}], got ${got.dtype}[${got.shape}]`
  if (!(got.data instanceof dtypes[want.dtype].storage)) return `data of ${want.dtype} are in ${got.data.constructor.name}`
  if (got.data.length !== want.data.length) return `expected ${want.data.length} elements, got ${got.data.length}`
  const [a, e] = [widen(got).data, widen(want).data]
  const rtol = exact ? 0 : (tolerance[want.dtype] ?? 0)
  for (let i = 0; i < e.length; i++) {
    if (a[i] === e[i] || (Number.isNaN(a[i]) && Number.isNaN(e[i]))) continue
    const [x, y] = [Number(a[i]), Number(e[i])]
    if (exact || !isFloating(want.dtype) || !(Math.abs(x - y) <= rtol * Math.max(1, Math.abs(y))))
      return `at ${i}: expected ${e[i]}, got ${a[i]}`
  }
  return undefined
}
const run = ({ primitive, params, ins, outs }: Case, exact: boolean): string[] => {
  const inputs = ins.map(load)
  const wanted = outs.map(load)
  const before = inputs.map((x) => x.data.slice())
  const kernel = kernels[primitive] as Kernel<HostArray, unknown>
  const got = kernel({ params, ins: inputs.map(avalOf), outs: wanted.map(avalOf) })(inputs)
  const wrong = wanted.map((w, i) => difference(got[i]!, w, exact)).filter((d) => d !== undefined)
  const changed = inputs.some((x, i) => difference({ ...x, data: before[i]! }, x, true) !== undefined)
  return changed ? [...wrong, 'an operand was changed'] : wrong
}

const families = goldenNames('primitives/').map((name) => ({ name, cases: golden(name).value('cases') as unknown as readonly Case[] }))

describe.each(families)('$name', ({ name: family, cases }) => {
  const names = [...new Set(cases.map((c) => c.primitive))]
  it.each(names)('%s', (name) => {
    const failures = cases
      .map((c, i) => ({ c, i }))
      .filter(({ c }) => c.primitive === name)
      .flatMap(({ c, i }) =>
        run(c, isExact(family, name)).map(
          (d) => `case ${i} ${JSON.stringify(c.params)} (${c.ins.map((x) => `${x.dtype}[${x.shape}]`).join(', ')}): ${d}`,
        ),
      )
    expect(failures).toEqual([])
  })
})

// vectors have any sign: np's golden linear_algebra and laws hold these
const held = ['eigh', 'svd', 'lu']
it('has cases for every kernel', () => {
  const covered = new Set(families.flatMap((f) => f.cases.map((c) => c.primitive)))
  expect(Object.keys(kernels).filter((name) => !covered.has(name as LeafName) && !held.includes(name))).toEqual([])
})
