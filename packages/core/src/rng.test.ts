import { either as E } from 'fp-ts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { root, type Cursor, type ScopeState } from './scope'
import { push } from './scope'
import { forkRngs, makeRng } from './scope-variables'
import { countOf, countersAt, hashParts, increment, minus, noCounts, plus, withCountersAt, type Counters } from './rng'
import { goldenCore, threefry, type Key } from './threefry.fixture'

const ops = { foldIn: threefry }
type S = ScopeState<number, Key>
const right = <A>(e: E.Either<unknown, A>): A => {
  if (E.isLeft(e)) throw new Error(JSON.stringify(e.left))
  return e.right
}
const draw = (s: S, name: string): readonly [Key, S] => right(makeRng<number, Key>(ops, name)(s))
const down = (s: S, name: string): S => {
  const [cursor, { store }] = right(push<number, Key>(name)(s))
  return { store, cursor }
}
const at = (s: S, cursor: Cursor<Key>): S => ({ store: s.store, cursor })

test('keys by path and count agree with Flax', () => {
  const { output } = goldenCore('rng_paths') as { output: Record<string, { $key: Key }> }
  const s = root<number, Key>({ rngs: { params: [0, 0], dropout: [0, 1] } })
  const [a, s1] = draw(s, 'params')
  const [b, s2] = draw(s1, 'params')
  const [c] = draw(down(s2, 'child'), 'params')
  const [d] = draw(down(down(s2, 'child2'), 'x'), 'dropout')
  expect([a, b, c, d]).toEqual(['a', 'b', 'c', 'd'].map((k) => output[k]!.$key))
})
test('a count is big-endian without leading zeros; a separator tells parts apart', () => {
  expect(hashParts(['ab', 'c'])).toBe(hashParts(['a', 'bc']))
  expect(hashParts(['ab', 'c'], true)).not.toBe(hashParts(['a', 'bc'], true))
  expect(hashParts([0x6162])).toBe(hashParts(['ab']))
  expect(hashParts([0])).toBe(hashParts(['']))
})
test('a missing stream falls back to params, without params it is an error', () => {
  const s = root<number, Key>({ rngs: { params: [0, 0] } })
  expect(draw(s, 'dropout')[0]).toEqual(draw(s, 'params')[0])
  const e = makeRng<number, Key>(ops, 'dropout')(root<number, Key>({ rngs: { noise: [0, 0] } }))
  expect(e).toEqual(E.left({ _tag: 'InvalidRngError', path: [], name: 'dropout', present: ['noise'] }))
})
test('forked streams differ, and are counted', () => {
  const s = down(root<number, Key>({ rngs: { params: [0, 0], dropout: [0, 1] } }), 'a')
  const [one, s1] = right(forkRngs<number, Key>(ops)(s))
  const [, s2] = draw(at(s1, one), 'dropout')
  const [two, s3] = right(forkRngs<number, Key>(ops)(at(s2, s.cursor)))
  expect(one.rngs['dropout']!.key).not.toEqual(two.rngs['dropout']!.key)
  expect(countOf(countersAt(s3.store.counters, ['a']), 'dropout')).toBe(3)
})

const { counters } = fc.letrec<{ counters: Counters }>((tie) => ({
  counters: fc.record({
    counts: fc.dictionary(fc.constantFrom('params', 'dropout'), fc.nat(), { noNullPrototype: true }),
    children: fc.oneof(
      { maxDepth: 2 },
      fc.constant({}),
      fc.dictionary(fc.constantFrom('x', 'y'), tie('counters'), { noNullPrototype: true }),
    ),
  }),
}))
const same = (a: Counters, b: Counters): void => {
  const zero = (c: Counters): boolean => Object.values(c.counts).every((n) => n === 0) && Object.values(c.children).every(zero)
  expect(zero(minus(a, b))).toBe(true)
}
test('counters form a group', () =>
  fc.assert(
    fc.property(counters, counters, (a, b) => {
      same(plus(a, minus(b, a)), b)
      same(minus(plus(a, b), b), a)
      same(withCountersAt(a, ['x'], countersAt(a, ['x'])), a)
    }),
  ))
test('counting at one place', () => {
  const c = withCountersAt(noCounts, ['x'], increment(noCounts, 'params'))
  expect([countOf(countersAt(c, ['x']), 'params'), countOf(c, 'params'), countOf(countersAt(c, ['constructor']), 'params')]).toEqual([
    1, 0, 0,
  ])
})
