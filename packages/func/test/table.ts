/** Runs tables of expressions against a golden that has the same names: goldens/data/numpy. */
import { hostBackend } from '@heddle/backend-host'
import { expectClose, GoldenArray, type GoldenValue, golden, type Tolerance } from '@heddle/testing'
import { beforeAll, describe, expect, it } from 'vitest'
import { type DType, jit, np, setDefaultBackend, Tensor, vmap } from '../src/index'

const hostOf = (x: Tensor) => ({ dtype: x.dtype, shape: x.shape, data: x.dataSync() as ArrayLike<number> })
const tensorOf = (g: GoldenValue): Tensor => {
  if (!(g instanceof GoldenArray)) throw new Error('an input is no array')
  return np.array([...(g.data as number[])], { dtype: g.dtype as DType }).reshape(g.shape)
}
export type Inputs = Readonly<Record<string, Tensor>>
export type Expression<I> = (inputs: I) => Tensor | readonly Tensor[]

export interface TableOptions {
  readonly tolerances?: Readonly<Record<string, Tolerance>>
  /** Expressions whose result's shape depends on data, or that read it: they run outside of transformations only. */
  readonly eagerOnly?: string
}
/** Each expression's value against that of the golden: plainly, under jit, and under vmap; a name that only one of them has is a failure. */
export const runTable = <I extends Inputs>(
  name: string,
  table: Readonly<Record<string, Expression<I>>>,
  { tolerances = {}, eagerOnly = '' }: TableOptions = {},
): void => {
  const g = golden(name)
  const outputs = g.value('outputs') as Readonly<Record<string, GoldenValue>>
  const inputs = (): I =>
    Object.fromEntries(
      Object.entries(g.value('inputs') as Readonly<Record<string, GoldenValue>>).map(([k, v]) => [k, tensorOf(v)]),
    ) as unknown as I
  const names = Object.keys(table).filter((n) => n in outputs)
  const traceable = names.filter((n) => !eagerOnly.split(' ').includes(n))
  const check = (n: string, got: Tensor | readonly Tensor[]): void => {
    const want = outputs[n]!
    const [gots, wants] = got instanceof Tensor ? [[got], [want]] : [got, want as readonly GoldenValue[]]
    expect(gots.length).toBe(wants.length)
    gots.forEach((x, i) => {
      expectClose(hostOf(x), arrayOf(wants[i]!), { rtol: 1e-5, atol: 1e-6, at: `${n}${gots.length > 1 ? `[${i}]` : ''}`, ...tolerances[n] })
    })
  }
  describe(name, () => {
    beforeAll(() => setDefaultBackend(hostBackend()))
    it('has the same names as the golden', () => {
      expect(Object.keys(table).sort()).toEqual(Object.keys(outputs).sort())
    })
    it.each(names)('%s', (n) => check(n, table[n]!(inputs())))
    it.each(traceable)('%s under jit', (n) => check(n, jit<[I], Tensor | readonly Tensor[], number>(table[n]!)(inputs())))
    it.each(traceable)('%s under vmap', (n) => {
      const f = (x: I): readonly Tensor[] => {
        const out = table[n]!(x)
        return out instanceof Tensor ? [out] : out
      }
      const twice = Object.fromEntries(
        Object.entries(inputs()).map(([k, x]) => [k, np.stack([x.mul(0).astype(x.dtype), x], -1)]),
      ) as unknown as I
      const outs = vmap(f, { inAxes: -1 })(twice).map((y) => y.at(1))
      check(n, outputs[n] instanceof GoldenArray ? outs[0]! : outs)
    })
  })
}
const arrayOf = (g: GoldenValue): GoldenArray => {
  if (g instanceof GoldenArray) return g
  throw new Error(`an output is no array but ${JSON.stringify(g)}`)
}
