/** The environment against Gymnasium's, whose steps `test/gymnasium_steps.py` wrote down. */
import { testBackends } from '@heddle/example-program/backends'
import { jit, lax, np, random, setDefaultBackend, type Tensor } from '@heddle/func'
import { describe, expect, it } from 'vitest'
import rows from '../test/steps.json'
import { MAX_STEPS, type State, step } from './environment'

const key = (): Tensor => random.key(0)

describe.each(testBackends)('on %s', (_, backend) => {
  it('moves as Gymnasium does', () => {
    setDefaultBackend(backend)
    const run = jit((state: State, actions: Tensor) =>
      lax.scan(
        (s: State, a: Tensor) => {
          const { last, fallen, state: next } = step(s, a, key())
          return [next, [last, fallen] as const]
        },
        state,
        actions,
      ),
    )
    for (const { start, actions, bodies, fallen } of rows) {
      const [, [last, fell]] = run({ body: np.array(start), steps: np.array(0, 'int32') }, np.array(actions, 'int32'))
      const off = Number(np.max(np.abs(last.sub(np.array(bodies)))).item())
      expect(off).toBeLessThan(1e-5)
      expect(fell.toArray()).toEqual(fallen)
    }
    expect(rows.some(({ fallen }) => fallen.at(-1))).toBe(true)
  })
  it('begins anew when a pole has fallen or the time is over, and says which', () => {
    setDefaultBackend(backend)
    const at = (body: readonly number[], steps: number) =>
      step({ body: np.array([...body]), steps: np.array(steps, 'int32') }, np.array(1, 'int32'), key())
    const said = ({ fallen, late, done, state }: ReturnType<typeof step>): unknown[] => [
      fallen.item(),
      late.item(),
      done.item(),
      state.steps.item(),
    ]
    expect(said(at([0, 0, 0, 0], 3))).toEqual([false, false, false, 4])
    expect(said(at([0, 0, 0.3, 0], 3))).toEqual([true, false, true, 0])
    expect(said(at([2.5, 0, 0, 0], 3))).toEqual([true, false, true, 0])
    expect(said(at([0, 0, 0, 0], MAX_STEPS - 1))).toEqual([false, true, true, 0])
    expect(said(at([2.5, 0, 0, 0], MAX_STEPS - 1))).toEqual([true, false, true, 0])
  })
})
