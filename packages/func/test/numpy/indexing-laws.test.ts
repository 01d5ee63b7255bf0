/** Laws of indexing on random indices: against a plain reference, jit, vmap, and writing as the transpose of reading. */
import { hostBackend } from '@heddle/backend-host'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { grad, jit, np, setDefaultBackend, type Tensor, vmap } from '../../src/index'

beforeAll(() => setDefaultBackend(hostBackend()))

/** One entry of an index: an integer, a slice as [start, stop, step], a new axis, or an array of integers with its shape. */
type Entry =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'slice'; readonly start: number | null; readonly stop: number | null; readonly step: number | null }
  | { readonly kind: 'new' }
  | { readonly kind: 'array'; readonly shape: readonly number[]; readonly values: readonly number[] }

const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 })
const arrayShapes = [[], [2], [1], [3, 1], [3, 2], [1, 2]] as const
const entryOf = (n: number): fc.Arbitrary<Entry> =>
  fc.oneof(
    fc.integer({ min: -n, max: n - 1 }).map((value): Entry => ({ kind: 'int', value })),
    fc
      .tuple(fc.option(fc.integer({ min: -6, max: 6 })), fc.option(fc.integer({ min: -6, max: 6 })), fc.constantFrom(null, 1, 2, 3, -1, -2))
      .map(([start, stop, step]): Entry => ({ kind: 'slice', start, stop, step })),
    fc.constantFrom(...arrayShapes).chain((shape) => {
      const size = shape.reduce((a: number, b) => a * b, 1)
      return fc
        .array(fc.integer({ min: -n, max: n - 1 }), { minLength: size, maxLength: size })
        .map((values): Entry => ({ kind: 'array', shape, values }))
    }),
  )
const cases = shapes.chain((shape) =>
  fc
    .integer({ min: 0, max: shape.length })
    .chain((used) => fc.tuple(...shape.slice(0, used).map(entryOf)))
    .chain((entries) =>
      fc.array(fc.integer({ min: 0, max: entries.length }), { maxLength: 2 }).map((places) => {
        const out: Entry[] = [...(entries as Entry[])]
        for (const p of places) out.splice(p, 0, { kind: 'new' })
        return { shape, entries: out }
      }),
    ),
)
const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)
const indexOf = (e: Entry) =>
  e.kind === 'int'
    ? e.value
    : e.kind === 'new'
      ? null
      : e.kind === 'slice'
        ? np.slice(e.start, e.stop, e.step)
        : np.array([...e.values], 'int32').reshape(e.shape)

/** numpy's rule, place by place: the flat sources of the result, and its shape. */
const reference = (shape: readonly number[], entries: readonly Entry[]): { shape: number[]; sources: number[] } => {
  const places = (e: Entry & { kind: 'slice' }, n: number): number[] => {
    const step = e.step ?? 1
    const all = [...Array(n).keys()]
    const clampTo = (i: number | null, open: number, low: number, high: number) =>
      i === null ? open : Math.max(low, Math.min(high, i < 0 ? i + n : i))
    if (step > 0) {
      const [a, b] = [clampTo(e.start, 0, 0, n), clampTo(e.stop, n, 0, n)]
      return all.filter((i) => i >= a && i < b && (i - a) % step === 0)
    }
    const [a, b] = [clampTo(e.start, n - 1, -1, n - 1), clampTo(e.stop, -1, -1, n - 1)]
    return all.filter((i) => i <= a && i > b && (a - i) % -step === 0).reverse()
  }
  const rest = shape.length - entries.filter((e) => e.kind !== 'new').length
  const all: Entry[] = [...entries, ...Array.from({ length: rest }, (): Entry => ({ kind: 'slice', start: null, stop: null, step: null }))]
  const arrays = all.filter((e) => e.kind === 'array')
  const advanced = arrays.some((e) => e.shape.length > 0)
  const rank = Math.max(0, ...arrays.map((e) => e.shape.length))
  const broadcast = Array.from({ length: rank }, (_, i) => Math.max(1, ...arrays.map((e) => e.shape[i - rank + e.shape.length] ?? 1)))
  const isAdvanced = (e: Entry) => e.kind === 'array' || (e.kind === 'int' && advanced)
  const at = all.flatMap((e, i) => (isAdvanced(e) ? [i] : []))
  const adjacent = at.length > 0 && at.at(-1) === at[0]! + at.length - 1
  const kept = all.flatMap((e, i) => (e.kind === 'slice' || e.kind === 'new' ? [i] : []))
  const before = advanced && adjacent ? kept.filter((i) => i < at[0]!).length : 0
  let axis = 0
  const axes = all.map((e) => (e.kind === 'new' ? -1 : axis++))
  const lists = all.map((e, i) => (e.kind === 'slice' ? places(e, shape[axes[i]!]!) : e.kind === 'new' ? [0] : []))
  const out = [...kept.slice(0, before).map((i) => lists[i]!.length), ...broadcast, ...kept.slice(before).map((i) => lists[i]!.length)]
  const sources = Array.from({ length: size(out) }, (_, flat) => {
    const coordinate: number[] = []
    let f = flat
    for (const n of [...out].reverse()) {
      coordinate.unshift(f % n)
      f = Math.floor(f / n)
    }
    const inArray = coordinate.slice(before, before + rank)
    const outside = [...coordinate.slice(0, before), ...coordinate.slice(before + rank)]
    let source = 0
    for (const [i, e] of all.entries()) {
      if (e.kind === 'new') continue
      const n = shape[axes[i]!]!
      let place: number
      if (e.kind === 'int') place = e.value
      else if (e.kind === 'slice') place = lists[i]![outside[kept.indexOf(i)]!]!
      else {
        const own = e.shape.map((m, d) => (m === 1 ? 0 : inArray[d + rank - e.shape.length]!))
        place = e.values[own.reduce((acc, c, d) => acc * e.shape[d]! + c, 0)]!
      }
      source = source * n + (place < 0 ? place + n : place)
    }
    return source
  })
  return { shape: out, sources }
}
/** Broadcast shapes such as [2] with [3, 1] fit; [2] with [3] would not, and is left out. */
const fits = (entries: readonly Entry[]): boolean => {
  const arrays = entries.flatMap((e) => (e.kind === 'array' ? [e.shape] : []))
  try {
    np.broadcastShapes(...arrays)
    return true
  } catch {
    return false
  }
}
const flat = (x: Tensor): number[] => [...(x.dataSync() as Int32Array)]
const check = (law: (shape: readonly number[], entries: readonly Entry[]) => void): void =>
  fc.assert(
    fc.property(cases, ({ shape, entries }) => {
      fc.pre(fits(entries))
      law(shape, entries)
    }),
    { numRuns: 300, seed: 11 },
  )

describe('indexing', () => {
  it('reads what numpy reads', () =>
    check((shape, entries) => {
      const x = np.arange(size(shape)).reshape(shape)
      const got = np.at(x, entries.map(indexOf))
      const want = reference(shape, entries)
      expect(got.shape).toEqual(want.shape)
      expect(flat(got)).toEqual(want.sources)
    }))
  it('is the same under jit, with index arrays traced', () =>
    check((shape, entries) => {
      const x = np.arange(size(shape)).reshape(shape)
      const arrays = entries.flatMap((e) => (e.kind === 'array' ? [np.array([...e.values], 'int32').reshape(e.shape)] : []))
      const read = (y: Tensor, is: readonly Tensor[]) => {
        let k = 0
        return np.at(
          y,
          entries.map((e) => (e.kind === 'array' ? is[k++]! : indexOf(e))),
        )
      }
      const got = jit(read)(x, arrays)
      expect(flat(got)).toEqual(reference(shape, entries).sources)
    }))
  it('is mapped by vmap over the tensor and over the places', () =>
    check((shape, entries) => {
      const x = np.arange(2 * size(shape)).reshape([2, ...shape])
      const arrays = entries.flatMap((e) => (e.kind === 'array' ? [np.array([...e.values], 'int32').reshape(e.shape)] : []))
      const both = arrays.map((a) => np.stack([a, np.negative(a).sub(1)]))
      const read = (y: Tensor, is: readonly Tensor[]) => {
        let k = 0
        return np.at(
          y,
          entries.map((e) => (e.kind === 'array' ? is[k++]! : indexOf(e))),
        )
      }
      const got = vmap(read)(x, both)
      ;[0, 1].forEach((b) => {
        const one = read(
          x.at(b),
          both.map((a) => a.at(b)),
        )
        expect(flat(got.at(b))).toEqual(flat(one))
      })
    }))
  it('is transposed by addAt, which is its gradient', () =>
    check((shape, entries) => {
      const index = entries.map(indexOf)
      const want = reference(shape, entries)
      const y = np.arange(want.sources.length).add(1).reshape(want.shape)
      const counts = Array.from({ length: size(shape) }, () => 0)
      want.sources.forEach((s, i) => {
        counts[s]! += i + 1
      })
      expect(flat(np.addAt(np.zeros(shape, 'int32'), index, y))).toEqual(counts)
      const slope = grad((x: Tensor) => np.at(x, index).mul(y.astype('float32')).sum())(np.zeros(shape))
      expect([...(slope.dataSync() as Float32Array)]).toEqual(counts)
    }))
  it('setAt, minAt and maxAt write where it reads', () =>
    check((shape, entries) => {
      const index = entries.map(indexOf)
      const { sources } = reference(shape, entries)
      const touched = (value: number, other: (i: number) => number) =>
        Array.from({ length: size(shape) }, (_, i) => (sources.includes(i) ? value : other(i)))
      const x = np.arange(size(shape)).reshape(shape)
      expect(flat(np.setAt(x, index, -5))).toEqual(touched(-5, (i) => i))
      expect(flat(np.minAt(x, index, -5))).toEqual(touched(-5, (i) => i))
      expect(flat(np.maxAt(x, index, 99))).toEqual(touched(99, (i) => i))
      expect(flat(jit((z: Tensor) => np.setAt(z, index, -5))(x))).toEqual(touched(-5, (i) => i))
    }))
})
