/**
 * The laws of all primitives over whole programs of tfjs-node, through XLA and as graphs: each program is compiled at once.
 *
 * Laws of programs only, since kernels are tried elsewhere (`HEDDLE_CONFORMANCE=all`: all of them). HEDDLE_COMPILE chooses one way.
 */
import { hostBackend } from '@heddle/backend-host'
import { conformance } from '@heddle/func/conformance'
import { customJvp, grad, jit, np, type Tensor, withBackend } from '@heddle/func'
import { describe, expect, it } from 'vitest'
import { tfjs } from '../src/choose'

// XLA compiles for long, and frees and donates by the same code as graphs
const ofPrograms = {
  graph: ['jit changes nothing', 'programs leave nothing behind', 'donation changes nothing'],
  xla: ['jit changes nothing'],
}
const all = process.env.HEDDLE_CONFORMANCE === 'all'
const ways = (process.env.HEDDLE_COMPILE?.split(',') ?? ['xla', 'graph']) as readonly ('xla' | 'graph')[]

describe.runIf(process.env.HEDDLE_TFJS_NODE)('whole programs', async () => {
  if (!process.env.HEDDLE_TFJS_NODE) return
  for (const way of ways) {
    const backend = await tfjs({ demand: 'node', hostBelow: 0, compile: way })
    const laws = (law: string): boolean => all || ofPrograms[way].includes(law)
    const tests = conformance(backend, { float: 'float32', reference: hostBackend(), laws })
    describe(way, () => {
      for (const test of tests) it(test.name, test.run, 60_000)
      it('a program may hold what a rule of the user closes over', () => {
        const before = backend.describe()
        withBackend(backend, () => {
          const slopes = [np.array([2, 3, 4]), np.array([2, 3, 4], 'uint32'), np.array([true, false, true])]
          const f = customJvp((x: Tensor) => x)
          f.defjvp(([x]: [Tensor], [t]: [Tensor]) => [x, slopes.reduce((y, k) => y.mul(k), t)])
          const loss = jit((x: Tensor) => f(x).sum())
          expect(jit(grad(loss))(np.ones([3])).toArray()).toEqual([4, 0, 16])
        })
        // nothing more was left to the kernels: others have dtypes that graphs lack
        expect(backend.describe()).toBe(before)
      })
      it('says which programs it left to the kernels', () => console.log(backend.describe()))
    })
  }
})
