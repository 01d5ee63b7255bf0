import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  all,
  broadcastPrefix,
  compose,
  flatten,
  flattenUpTo,
  isLeaf,
  keystr,
  leaves,
  leavesWithPath,
  map,
  mapUntil,
  mapWithPath,
  partial,
  reduce,
  reduceAssociative,
  registerNode,
  structure,
  transpose,
  TreeError,
  unflatten,
} from '../src/index'

class Pair {
  constructor(
    readonly a: unknown,
    readonly b: unknown,
    readonly tag: string = '',
  ) {}
}
registerNode(Pair, {
  flatten: (p) => [[p.a, p.b], p.tag],
  unflatten: (tag, [a, b]) => new Pair(a, b, tag as string),
  keys: () => ['a', 'b'],
})
class Opaque {
  readonly x = 1
}

const opaque = new Opaque()
const leaf = fc.oneof(fc.integer(), fc.string(), fc.boolean(), fc.constant(opaque))
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    fc.constant(null),
    fc.constant(undefined),
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(fc.string({ maxLength: 3 }), tie('tree'), { maxKeys: 4, noNullPrototype: true }),
    fc.tuple(tie('tree'), tie('tree'), fc.string({ maxLength: 2 })).map(([a, b, t]) => new Pair(a, b, t)),
  ),
}))
const holds = (law: (t: unknown) => void): void => fc.assert(fc.property(tree, law))

describe('laws', () => {
  test('unflatten of flatten is the identity', () =>
    holds((t) => {
      const { leaves: ls, treedef } = flatten(t)
      expect(unflatten(treedef, ls)).toStrictEqual(t)
    }))
  test('the number of leaves, their order, their paths', () =>
    holds((t) => {
      const { leaves: ls, treedef } = flatten(t)
      expect(treedef.numLeaves).toBe(ls.length)
      expect(leavesWithPath(t).map(([, x]) => x)).toEqual(ls)
      expect(ls.every(isLeaf)).toBe(true)
    }))
  test('map identity, map composition', () =>
    holds((t) => {
      expect(map((x: unknown) => x, t)).toStrictEqual(t)
      const f = (x: unknown): string => `f${String(x)}`
      const g = (x: unknown): string => `g${String(x)}`
      expect(map(f, map(g, t))).toStrictEqual(map((x: unknown) => f(g(x)), t))
    }))
  test('keys are equal exactly when structures are', () =>
    fc.assert(
      fc.property(tree, tree, (a, b) => {
        const same = (x: unknown): unknown => map(() => 0, x)
        let equal = true
        try {
          expect(same(a)).toStrictEqual(same(b))
        } catch {
          equal = false
        }
        expect(structure(a).key === structure(b).key).toBe(equal)
        expect(structure(a).equals(structure(same(a)))).toBe(true)
      }),
    ))
  test('a structure is a prefix of itself; a leaf is a prefix of all', () =>
    holds((t) => {
      expect(flattenUpTo(structure(t), t)).toEqual(leaves(t))
      expect(broadcastPrefix(7, t)).toEqual(leaves(t).map(() => 7))
      expect(broadcastPrefix(null, t)).toEqual(leaves(t).map(() => null))
      const noNulls = map((x: unknown) => x, t, t)
      if (!JSON.stringify(t === undefined ? '' : t).includes('null')) expect(broadcastPrefix(noNulls, t)).toEqual(leaves(t))
    }))
  test('prefixes compose', () =>
    fc.assert(
      fc.property(tree, tree, (outer, inner) => {
        const full = map(() => inner, outer)
        expect(structure(full).equals(compose(structure(outer), structure(inner)))).toBe(true)
        expect(flattenUpTo(structure(outer), full)).toHaveLength(leaves(outer).length)
      }),
    ))
  test('transpose twice is the identity', () =>
    fc.assert(
      fc.property(tree, tree, (outer, inner) => {
        const [o, i] = [structure(outer), structure(inner)]
        if (o.numLeaves === 0 || i.numLeaves === 0) return
        let n = 0
        const full = o.unflatten(Array.from({ length: o.numLeaves }, () => i.unflatten(Array.from({ length: i.numLeaves }, () => n++))))
        expect(transpose(i, o, transpose(o, i, full))).toStrictEqual(full)
      }),
    ))
})

describe('nodes', () => {
  test('keys of objects are sorted, instances and typed arrays are leaves', () => {
    expect(leaves({ b: 1, a: [2, { c: 3 }] })).toEqual([2, 3, 1])
    expect(leaves([opaque, new Float32Array(2), new Map(), () => 1])).toHaveLength(4)
    expect(leaves([null, undefined, {}, []])).toEqual([])
    expect(structure(null).equals(structure(undefined))).toBe(false)
    expect(leaves(Object.assign(Object.create(null) as object, { x: 1 }))).toEqual([1])
    const proto = JSON.parse('{"__proto__": 1, "a": 2}') as object
    expect(Object.keys(map((x: number) => x + 1, proto) as object)).toEqual(['__proto__', 'a'])
  })
  test('static data is part of the structure', () => {
    expect(structure(new Pair(1, 2, 'x')).key).toBe(structure(new Pair(5, 6, 'x')).key)
    expect(structure(new Pair(1, 2, 'x')).key).not.toBe(structure(new Pair(1, 2, 'y')).key)
    expect(() => map((a: number, b: number) => a + b, new Pair(1, 2, 'x'), new Pair(1, 2, 'y'))).toThrow('static data')
  })
  test('isLeaf stops', () => {
    expect(leaves([[1, 2], [3]], (x) => Array.isArray(x) && x.length === 1)).toEqual([1, 2, [3]])
    expect(
      mapUntil(
        (x) => x === null,
        (x: number | null) => x ?? 0,
        [1, null],
      ),
    ).toEqual([1, 0])
  })
  test('a class is registered once', () =>
    expect(() => registerNode(Pair, { flatten: (p) => [[p.a], 0], unflatten: () => new Pair(0, 0) })).toThrow('already'))
  test('a partial function is the tree of what is bound to it', () => {
    const f = partial((b: { k: number }, x: number) => b.k * x, { k: 3 })
    expect(f(4)).toBe(12)
    expect(leaves({ f, g: () => 1 })).toHaveLength(2)
    const g = map<typeof f>((x: number) => x + 1, f)
    expect([g(4), leaves(g), structure(g).equals(structure(f))]).toEqual([16, [4], true])
  })
  test('text', () => {
    expect(structure({ a: [1, null], p: new Pair(1, undefined) }).toString()).toBe('{a: [*, null], p: Pair(*, undefined)}')
    expect(keystr(['a', 0, 'odd key'])).toBe('.a[0]["odd key"]')
  })
})

describe('maps, folds, prefixes', () => {
  test('rest trees may be deeper', () => {
    expect(map((a: number, b: number[]) => a + b.length, { x: 1 }, { x: [5, 6] })).toEqual({ x: 3 })
    expect(mapWithPath((p, x: number) => keystr(p) + x, { x: [1, 2], p: new Pair(3, 4) })).toEqual({
      x: ['.x[0]1', '.x[1]2'],
      p: new Pair('.p.a3', '.p.b4'),
    })
    expect(reduce((s: number, x: number) => s + x, [1, { a: 2 }], 0)).toBe(3)
    expect(reduceAssociative((s: string, x: string) => `(${s}${x})`, ['a', { b: 'b', c: ['c', 'd'] }, 'e'])).toBe('(((ab)(cd))e)')
    expect(reduceAssociative((s: number, x: number) => s + x, [], 7)).toBe(7)
    expect(() => reduceAssociative((s: number, x: number) => s + x, [])).toThrow('the identity is missing')
    expect([all([true, [true]]), all([1, 0]), all([1, 2], (x: number) => x > 0)]).toEqual([true, false, true])
  })
  test('null is a leaf of a prefix', () => {
    expect(broadcastPrefix([0, null], [{ a: 1, b: 2 }, [3]])).toEqual([0, 0, null])
    expect(broadcastPrefix({ a: [1, 2] }, { a: [5, 6] }, Array.isArray)).toEqual([
      [1, 2],
      [1, 2],
    ])
  })
  test('errors name the path', () => {
    const message = (f: () => unknown): string => {
      try {
        f()
      } catch (e) {
        expect(e).toBeInstanceOf(TreeError)
        return (e as Error).message
      }
      return 'no error'
    }
    expect(message(() => map((a: number) => a, { x: { y: [1, 2] } }, { x: { y: [1] } }))).toBe(
      'tree.map at .x.y: expected [*, *], got an array of length 1',
    )
    expect(message(() => broadcastPrefix([0, { k: 0 }], [1, { j: 2 }]))).toBe(
      'tree.broadcastPrefix at [1]: the prefix has an object with keys {k}, the full tree an object with keys {j}',
    )
    expect(message(() => flattenUpTo(structure({ a: [1] }), { a: 'no' }))).toBe('tree.flattenUpTo at .a: expected [*], got string "no"')
    expect(message(() => structure([1]).unflatten([1, 2]))).toBe('tree.unflatten: [*] has 1 leaves, got 2')
  })
})
