/** Nested objects as flat ones: laws by random objects, what `flax.traverse_util` answers, and what is refused. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as tree from '.'

const name = fc.string({ minLength: 1, maxLength: 4 }).filter((s) => !s.includes('/'))
const nested = fc.letrec<{ node: object; child: unknown }>((tie) => ({
  node: fc.dictionary(name, tie('child'), { maxKeys: 4, noNullPrototype: true }),
  child: fc.oneof({ maxDepth: 4 }, fc.integer(), fc.constant([1, 2]), tie('node')),
})).node

const xs = { foo: 1, bar: { a: 2, b: {} } }

describe('laws', () => {
  test('a flat object goes back to the nested one, odd names included', () => {
    fc.assert(
      fc.property(nested, (x) => {
        expect(tree.unflattenDict(tree.flattenDict(x, { keepEmptyNodes: true }))).toEqual(x)
      }),
    )
    const odd = JSON.parse('{"__proto__":{"constructor":1},"":{"a":2}}') as object
    expect(tree.unflattenDict(tree.flattenDict(odd))).toEqual(odd)
    expect(({} as { constructor: unknown }).constructor).toBe(Object)
  })
  test('a map by the path keeps the form', () => {
    fc.assert(
      fc.property(nested, (x) => {
        expect(tree.pathAwareMap((_, v) => v, x)).toEqual(x)
      }),
    )
  })
})

describe('as in Flax', () => {
  test('flattenDict', () => {
    expect(tree.flattenDict(xs)).toEqual({ foo: 1, 'bar/a': 2 })
    expect(tree.flattenDict(xs, { keepEmptyNodes: true, sep: '.' })).toEqual({ foo: 1, 'bar.a': 2, 'bar.b': tree.emptyNode })
    expect(tree.flattenDict(xs, { isLeaf: (path) => path[0] === 'bar' })).toEqual({ foo: 1, bar: { a: 2, b: {} } })
    expect(tree.leaves(tree.emptyNode)).toEqual([])
  })
  test('pathAwareMap', () => {
    expect(tree.pathAwareMap((path, x: number) => (path.includes('a') ? -x : x), xs)).toEqual({ foo: 1, bar: { a: -2, b: {} } })
  })
  test('ModelParamTraversal', () => {
    const params = { d2: { kernel: 3, bias: 4 }, d1: { kernel: 1, bias: 2, empty: {} } }
    const kernels = new tree.ModelParamTraversal((path) => path.endsWith('/kernel'))
    expect(kernels.iterate(params)).toEqual([1, 3])
    expect(kernels.update((x: number) => 10 * x, params)).toEqual({ d2: { kernel: 30, bias: 4 }, d1: { kernel: 10, bias: 2, empty: {} } })
    const seen: string[] = []
    new tree.ModelParamTraversal((path) => seen.push(path) > 0).iterate(params)
    expect(seen).toEqual(['/d1/bias', '/d1/kernel', '/d2/bias', '/d2/kernel'])
  })
})

const loop: Record<string, unknown> = {}
loop['self'] = { again: loop }
const refused: readonly (readonly [string, () => unknown, string])[] = [
  ['a list', () => tree.flattenDict([1]), 'tree.flattenDict: expected a nested object, got an array of length 1'],
  ['a name that holds the separator', () => tree.flattenDict({ a: { 'b/c': 1 } }), 'the name "b/c" holds the separator "/"'],
  ['an empty separator', () => tree.flattenDict(xs, { sep: '' }), 'sep is the empty string'],
  ['an unknown option', () => tree.flattenDict(xs, { seperator: '.' } as object), 'there is no option "seperator"'],
  ['an object that holds itself', () => tree.flattenDict(loop), '.self.again: the object holds itself'],
  ['paths that meet', () => tree.unflattenDict({ a: 1, 'a/b': 2 }), 'tree.unflattenDict at .a'],
  ['paths that meet, the longer first', () => tree.unflattenDict({ 'a/b': 2, a: 1 }), 'tree.unflattenDict at .a'],
  ['a tree in the place of the function', () => tree.pathAwareMap(xs as never, {}), 'expected a function as f'],
]
test.each(refused)('%s is refused', (_, run, text) => {
  expect(run).toThrow(tree.TreeError)
  expect(run).toThrow(text)
})
