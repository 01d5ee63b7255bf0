/** Runs tables of expressions against a golden that has the same names: goldens/numpy. */
import { hostBackend } from '@heddle/backend-host'
import { expectClose, GoldenArray, type GoldenValue, golden, type Tolerance } from '@heddle/testing'
import { beforeAll, describe, expect, it } from 'vitest'
import { type DType, np, setDefaultBackend, Tensor } from '../src/index'

const hostOf = (x: Tensor) => ({ dtype: x.dtype, shape: x.shape, data: x.dataSync() as ArrayLike<number> })
const tensorOf = (g: GoldenValue): Tensor => {
  if (!(g instanceof GoldenArray)) throw new Error('an input is no array')
  return np.array([...(g.data as number[])], { dtype: g.dtype as DType }).reshape(g.shape)
}
export type Inputs = Readonly<Record<string, Tensor>>
export type Expression<I> = (inputs: I) => Tensor | readonly Tensor[]

/** Each expression's value against that of the golden; a name that only one of them has is a failure. */
export const runTable = <I extends Inputs>(
  name: string,
  table: Readonly<Record<string, Expression<I>>>,
  tolerances: Readonly<Record<string, Tolerance>> = {},
): void => {
  describe(name, () => {
    beforeAll(() => setDefaultBackend(hostBackend()))
    const g = golden(name)
    const outputs = g.value('outputs') as Readonly<Record<string, GoldenValue>>
    const inputs = (): I =>
      Object.fromEntries(
        Object.entries(g.value('inputs') as Readonly<Record<string, GoldenValue>>).map(([k, v]) => [k, tensorOf(v)]),
      ) as unknown as I
    it('has the same names as the golden', () => {
      expect(Object.keys(table).sort()).toEqual(Object.keys(outputs).sort())
    })
    it.each(Object.keys(table).filter((n) => n in outputs))('%s', (n) => {
      const got = table[n]!(inputs())
      const want = outputs[n]!
      const [gots, wants] = got instanceof Tensor ? [[got], [want]] : [got, want as readonly GoldenValue[]]
      expect(gots.length).toBe(wants.length)
      gots.forEach((x, i) => {
        expectClose(hostOf(x), normalized(wants[i]!), {
          rtol: 1e-5,
          atol: 1e-6,
          at: `${n}${gots.length > 1 ? `[${i}]` : ''}`,
          ...tolerances[n],
        })
      })
    })
  })
}
/** A golden may hold a plain number where the reference gave one. */
const normalized = (g: GoldenValue): GoldenArray => {
  if (g instanceof GoldenArray) return g
  throw new Error(`an output is no array but ${JSON.stringify(g)}`)
}
