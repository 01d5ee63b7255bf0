/** Random programs with transformations anywhere, at any depth, against plain arithmetic. */
import { hostBackend } from '@heddle/backend-host'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import '../src/interpreters/eval'
import { setDefaultBackend } from '../src/backend/registry'
import { makeJaxpr } from '../src/transforms/make-jaxpr'
import { typecheckJaxpr } from '../src/ir/typecheck'
import { jit } from '../src/transforms/jit'
import { vmap } from '../src/transforms/vmap'
import type { Tensor } from '../src/tensor'
import { plainOf, tensorOf } from '../src/conformance/data'
import { build } from '../src/conformance/programs/build'
import { valueOf } from '../src/conformance/programs/dual'
import { plain } from '../src/conformance/programs/plain'
import { binaries, type Term, unaries, width } from '../src/conformance/programs/term'

beforeAll(() => setDefaultBackend(hostBackend()))

const runs = Number(process.env.HEDDLE_PROGRAMS ?? 600)
const index = fc.nat({ max: 5 })
const value = fc.integer({ min: -9, max: 9 }).map((n) => n / 7 + 0.013)
const leaf: fc.Arbitrary<Term> = fc.oneof(
  fc.record({ op: fc.constant('arg' as const), index }),
  fc.record({ op: fc.constant('const' as const), value }),
)

/** Terms of at most this depth; transformations are as likely as arithmetic. */
const terms = (depth: number): fc.Arbitrary<Term> => {
  if (depth === 0) return leaf
  const t = terms(depth - 1)
  const op = <O extends Term['op']>(name: O) => fc.constant(name)
  return fc.oneof(
    { withCrossShrink: true },
    { weight: 1, arbitrary: leaf },
    { weight: 4, arbitrary: fc.record({ op: op('unary'), f: fc.constantFrom(...unaries), x: t }) },
    { weight: 4, arbitrary: fc.record({ op: op('binary'), f: fc.constantFrom(...binaries), x: t, y: t }) },
    { weight: 1, arbitrary: fc.record({ op: op('where'), x: t, y: t, a: t, b: t }) },
    { weight: 1, arbitrary: fc.record({ op: op('let'), value: t, body: t }) },
    { weight: 2, arbitrary: fc.record({ op: op('scan'), init: t, xs: t, body: t, reverse: fc.boolean() }) },
    { weight: 2, arbitrary: fc.record({ op: op('cond'), x: t, yes: t, no: t }) },
    { weight: 1, arbitrary: fc.record({ op: op('switch'), x: t, cases: fc.tuple(t, t, t) }) },
    { weight: 2, arbitrary: fc.record({ op: op('repeat'), init: t, body: t }) },
    { weight: 1, arbitrary: fc.record({ op: op('custom'), x: t }) },
    {
      weight: 3,
      arbitrary: fc.record({ op: op('call'), by: fc.constantFrom('jit' as const, 'checkpoint' as const), closed: fc.boolean(), body: t }),
    },
    { weight: 3, arbitrary: fc.record({ op: op('grad'), x: t, body: t }) },
    { weight: 2, arbitrary: fc.record({ op: op('tangent'), by: fc.constantFrom('jvp' as const, 'linearize' as const), x: t, t, body: t }) },
    {
      weight: 3,
      arbitrary: fc.record({ op: op('vmap'), x: t, body: t, axis: fc.constantFrom(0 as const, 1 as const), named: fc.boolean() }),
    },
  )
}
const point = fc
  .array(fc.integer({ min: -20, max: 20 }), { minLength: width, maxLength: width })
  .map((xs) => xs.map((x, i) => x / 17 + 0.0137 * (i + 1)))

const mustBe = async (got: Tensor, want: readonly number[]): Promise<void> => {
  const { values, shape } = await plainOf(got)
  expect(shape).toEqual([width])
  // terms can grow beyond what differences of rounding allow to compare
  if (!want.every((w) => Math.abs(w) < 1e6)) return
  values.forEach((v, i) => {
    const allowed = 1e-7 * (1 + Math.abs(want[i]!))
    if (!(Math.abs(v - want[i]!) <= allowed)) throw new Error(`[${values.join(', ')}] in place of [${want.join(', ')}]`)
  })
}

/** The term at two points at once. */
const mustMap = async (term: Term, x: readonly number[]): Promise<void> => {
  const other = x.map((v) => 0.3 - v)
  const both = tensorOf({ shape: [width, 2], dtype: 'float64', values: x.flatMap((v, i) => [v, other[i]!]) })
  const out = await plainOf(jit(vmap((y: Tensor) => build(term, [y]), { inAxes: 1, outAxes: 1 }))(both))
  for (const [k, point] of [x, other].entries()) {
    const values = x.map((_, i) => out.values[2 * i + k]!)
    await mustBe(tensorOf({ shape: [width], dtype: 'float64', values }), plain(term, [point]).map(valueOf))
  }
}
/** The gradient of its sum. */
const mustDerive = async (term: Term, x: readonly number[]): Promise<void> => {
  const whole: Term = { op: 'grad', x: { op: 'arg', index: 0 }, body: term }
  const input = tensorOf({ shape: [width], dtype: 'float64', values: x })
  await mustBe(jit((y: Tensor) => build(whole, [y]))(input), plain(whole, [x]).map(valueOf))
}

describe('random compositions of transformations', () => {
  for (const [depth, share] of [
    [2, 0.3],
    [3, 0.5],
    [4, 0.2],
  ] as const)
    it(`equal plain evaluation, depth ${depth}`, { timeout: 120_000 }, async () => {
      await fc.assert(
        fc.asyncProperty(terms(depth), point, async (term, x) => {
          const want = plain(term, [x]).map(valueOf)
          const input = tensorOf({ shape: [width], dtype: 'float64', values: x })
          await mustBe(build(term, [input]), want)
          await mustBe(jit((y: Tensor) => build(term, [y]))(input), want)
          typecheckJaxpr(makeJaxpr((y: Tensor) => build(term, [y]))(input).jaxpr)
          await mustMap(term, x)
          await mustDerive(term, x)
        }),
        {
          numRuns: Math.ceil(runs * share),
          ...(process.env.HEDDLE_SEED ? { seed: Number(process.env.HEDDLE_SEED) } : { seed: 20_251_124 }),
        },
      )
    })
})
