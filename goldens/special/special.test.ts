/**
 * Each function that goes element by element at the special values of each dtype, and its first derivatives, against JAX: infinities,
 * NaN and the signs of zeros exactly. A fault here is looked into by `npm run special -- --backend NAME np.exp`.
 */
import { lax, nn, np } from '@heddle/func'
import { beforeAll, describe, expect, it } from 'vitest'
import { pointwise } from '../differential/signatures/pointwise'
import { hasXla } from '../runner/backends'
import { startBackend } from './backends'
import { answerOf, type Fault, faults, isSubnormal, operandsOf, type Row, rows, textOfFault } from './grid'
import { entries, meant } from './known'

const some = (every: number): readonly Row[] => rows.filter((_, i) => i % every === 0)
/** XLA takes operands below the smallest normal number for 0. */
const flushed = ({ row, inputs }: Fault): boolean => inputs.some((x) => isSubnormal(x, row.dtype))

// The cpu flavour is the host's kernels.
const backends: readonly (readonly [name: string, every: number])[] = [
  ['host', 1],
  ['wasm', 1],
  ['cpu', 20],
  ...(hasXla() ? [['pjrt', 45] as const] : []),
]
describe.each(backends)('special values on %s', (name, every) => {
  beforeAll(() => startBackend(name))

  it.each([...new Set(rows.map((r) => r.dtype))])('%s', (dtype) => {
    const found = some(every).filter((r) => r.dtype === dtype).flatMap(faults)
    const unmeant = found.filter((f) => meant(f) === undefined && !(name === 'pjrt' && flushed(f)))
    expect(unmeant.slice(0, 40).map(textOfFault)).toEqual([])
  })
})

describe.each(['host', 'wasm', 'cpu'])('numbers below the smallest normal one on %s', (name) => {
  beforeAll(() => startBackend(name))
  const kept: Readonly<Record<string, (x: number, y: number) => number>> = {
    'np.positive': (x) => x,
    'np.negative': (x) => -x,
    'np.absolute': Math.abs,
    'np.add': (x, y) => x + y,
    'np.subtract': (x, y) => x - y,
    'np.multiply': (x, y) => x * y,
    'np.divide': (x, y) => x / y,
    'np.maximum': Math.max,
    'np.minimum': Math.min,
    'np.exp': Math.exp,
  }
  it.each(Object.entries(kept))('%s keeps them', (fn, of) => {
    const row = rows.find((r) => r.fn === fn && r.dtype === 'float32')!
    const [xs, ys] = operandsOf(row)
    const is = Array.from(answerOf(row).results.eager[0]!.dataSync(), Number)
    const right = is.map((_, i) => Math.fround(of(xs![i]!, ys?.[i] ?? 0)))
    const at = right.flatMap((x, i) => (isSubnormal(x, 'float32') ? [i] : []))
    expect(at.length).toBeGreaterThan(0)
    expect(at.map((i) => is[i])).toEqual(at.map((i) => right[i]))
  })
})

it('every difference that is meant is there', async () => {
  await startBackend('host')
  const used = new Set(rows.flatMap(faults).map(meant))
  expect(Array.from({ length: entries }, (_, i) => i).filter((i) => !used.has(i))).toEqual([])
})
it('the grid has every function that goes element by element', () => {
  const called = new Set(rows.map((r) => functionNamed(r.fn)))
  const absent = new Set([
    // of three operands, of choices, or of arrays as wholes
    'np.where',
    'np.select',
    'np.allclose',
    'np.arrayEqual',
    'np.arrayEquiv',
    'np.asarray',
    'lax.select',
    'lax.clamp',
    'lax.convertElementType',
    'nn.glu',
  ])
  const there = pointwise.map(({ fn }) => fn)
  expect([...new Set(there)].filter((fn) => !absent.has(fn) && !called.has(functionNamed(fn)))).toEqual([])
})
const functionNamed = (fn: string): unknown => {
  const [space, name] = fn.split('.') as ['np' | 'lax' | 'nn', string]
  return ({ np, lax, nn }[space] as unknown as Readonly<Record<string, unknown>>)[name]
}
