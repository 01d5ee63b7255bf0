import { either as E } from 'fp-ts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeFilter, denyList, inFilter, intersect, isEmpty, subtract, union, type Filter } from './filter'
import { group, ungroup } from './group'

const name = fc.constantFrom('params', 'batch_stats', 'cache', 'state')
const { filter } = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof({ maxDepth: 3 }, fc.boolean(), name, fc.uniqueArray(name), tie('filter').map(denyList)),
}))

test('the algebra is that of sets', () =>
  fc.assert(
    fc.property(filter, filter, fc.oneof(name, fc.string()), (a, b, c) => {
      const [x, y] = [inFilter(a, c), inFilter(b, c)]
      expect(inFilter(union(a, b), c)).toBe(x || y)
      expect(inFilter(intersect(a, b), c)).toBe(x && y)
      expect(inFilter(subtract(a, b), c)).toBe(x && !y)
      if (x) expect(isEmpty(a)).toBe(false)
    }),
  ))
test('an empty filter takes nothing, a filter that takes nothing is empty', () =>
  fc.assert(
    fc.property(filter, (f) => {
      const takes = ['params', 'batch_stats', 'cache', 'state', 'another'].some((c) => inFilter(f, c))
      expect(isEmpty(f)).toBe(!takes)
    }),
  ))
test('groups: first match wins, and all together are the record', () =>
  fc.assert(
    fc.property(fc.dictionary(name, fc.integer()), fc.array(filter), (record, filters) => {
      const groups = group(record, [...filters, true])
      expect(ungroup(groups)).toEqual(record)
      for (const key of Object.keys(record)) {
        const first = [...filters, true].findIndex((f) => inFilter(f, key))
        expect(groups.map((g) => key in g)).toEqual(groups.map((_, i) => i === first))
      }
    }),
  ))
test('decoding', () => {
  expect(decodeFilter({ deny: ['params'] })).toEqual(E.right(denyList(['params'])))
  expect(decodeFilter(3)).toEqual(E.left({ _tag: 'InvalidFilterError', filter: 3 }))
})
