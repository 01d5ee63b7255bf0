/**
 * A read is of the moment at which it is asked for, though the device answers later: what is read may be disposed of, given away,
 * or share its memory with what is; and the device may have moved its memory meanwhile.
 */
import { ConcreteTensor } from '../../array'
import { setDefaultBackend } from '../../backend/registry'
import type { Backend } from '../../backend/backend'
import { mul } from '../../primitives/arithmetic'
import { reshape } from '../../primitives/structural'
import { literal } from '../../literal'
import type { Tensor } from '../../tensor'
import { type Plain, plainOf } from '../data'
import { jitDonating } from '../engine'

const filled = (n: number, value: number): ConcreteTensor =>
  ConcreteTensor.ofHost({ shape: [n], dtype: 'float32', data: new Float32Array(n).fill(value) })
const mustBeAll = async (read: Promise<Plain>, want: number, what: string): Promise<void> => {
  const { values } = await read
  const at = values.findIndex((v) => v !== want)
  if (at >= 0) throw new Error(`${what}: ${values[at]} in place of ${want} at ${at} of ${values.length}`)
}
const double = (x: Tensor): Tensor => mul(x, literal(2, 'float32'))
const dispose = (x: Tensor): void => (x as ConcreteTensor).dispose()

/** Reads of each state of a loop, all awaited at the end. */
const loop = async (n: number, turns: number, next: (x: Tensor) => Tensor): Promise<void> => {
  let x: Tensor = double(filled(n, 0.5))
  const reads: Promise<Plain>[] = []
  for (let i = 0; i < turns; i++) {
    reads.push(plainOf(x), plainOf(reshape(x, { newSizes: [1, n] })))
    x = next(x)
  }
  dispose(x)
  await Promise.all(reads.map((read, i) => mustBeAll(read, 2 ** Math.floor(i / 2), `read ${i} of a loop over ${n} elements`)))
}
const tests: Readonly<Record<string, () => Promise<void>>> = {
  'then the state is given away': async () => {
    const step = jitDonating((x) => [double(x)], 0)
    // the last makes a heap that starts at 16 MB grow
    for (const n of [1, 40, 5000, 1_000_000]) await loop(n, 6, (x) => step(x)[0]!)
  },
  'then it is disposed of': async () => {
    for (const n of [1, 40, 5000, 1_000_000])
      await loop(n, 6, (x) => {
        const y = double(x)
        dispose(x)
        return y
      })
  },
  'then others take its memory': async () => {
    for (const n of [40, 5000]) {
      const x = double(filled(n, 0.5))
      const read = plainOf(x)
      dispose(x)
      const others = Array.from({ length: 20 }, (_, i) => double(filled(n, i)))
      await mustBeAll(read, 1, 'a read')
      others.forEach(dispose)
    }
  },
}
export const readTests = (backend: Backend): readonly { readonly name: string; readonly run: () => Promise<void> }[] =>
  Object.entries(tests).map(([about, run]) => ({
    name: `a read is of its moment: ${about}`,
    run: () => {
      setDefaultBackend(backend)
      return run()
    },
  }))
