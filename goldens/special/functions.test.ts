/** Functions of the namespace `special` on the backends: goldens/data/special/functions.json, in float32. The host is in packages/func. */
import { np, special, type Tensor } from '@heddle/func'
import { GoldenArray, type GoldenValue, golden } from '@heddle/testing'
import { beforeAll, describe, expect, it } from 'vitest'
import { hasXla } from '../runner/backends'
import { startBackend } from './backends'

type Pointwise = (...xs: readonly Tensor[]) => Tensor | readonly Tensor[]
const named = special as unknown as Readonly<Record<string, Pointwise>>
/** These take an option that is in no case. */
const others = ['multigammaln', 'besselJn', 'logNdtr']
const list = (x: GoldenValue): readonly number[] => {
  if (!(x instanceof GoldenArray)) throw new Error('expected an array')
  return Array.from(x.data as ArrayLike<number>, Number)
}
const cases = Object.entries(golden('special/functions').value('cases') as Readonly<Record<string, GoldenValue>>).filter(
  ([name]) => !others.includes(name) && !name.includes('Slopes'),
)
const faultsOf = (name: string, value: GoldenValue): readonly string[] => {
  const { args, values } = value as unknown as { args: readonly GoldenValue[]; values: readonly GoldenValue[] }
  const operands = args.map(list)
  const f = named[name.replace(/Edges|Large|OfNegative/, '')]!
  const out = f(...operands.map((o) => np.array([...o])))
  return ((Array.isArray(out) ? out : [out]) as readonly Tensor[]).flatMap((x, k) => {
    const wanted = list(values[k]!)
    return Array.from(x.dataSync(), Number).flatMap((got, i) => {
      const want = Math.abs(wanted[i]!) > 3.4e38 ? wanted[i]! * Number.POSITIVE_INFINITY : wanted[i]!
      const near = Object.is(got, want) || got === want || Math.abs(got - want) <= 5e-4 * Math.abs(want) + 2e-6
      return near ? [] : [`${name}(${operands.map((o) => o[i]).join(', ')}) is ${got}, not ${want}`]
    })
  })
}
const backends: readonly (readonly [name: string, every: number])[] = [['wasm', 1], ...(hasXla() ? [['pjrt', 8] as const] : [])]
describe.each(backends)('special functions on %s', (name, every) => {
  beforeAll(() => startBackend(name))
  it('are what SciPy has', () => {
    expect(cases.filter((_, i) => i % every === 0).flatMap(([of, value]) => faultsOf(of, value))).toEqual([])
  })
})
