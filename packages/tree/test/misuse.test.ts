/** Misuses of functions of trees, as plain JavaScript writes them: each is refused by a TreeError that says what was meant. */
import { describe, expect, test } from 'vitest'
import * as tree from '../src'
import { TreeError } from '../src'

type Row = readonly [program: string, run: () => unknown, ...names: readonly string[]]
/** Without types. */
type Loose = Readonly<Record<string, (...args: readonly unknown[]) => unknown>>
const t = tree as unknown as Loose
const refuses = (rows: readonly Row[]): void => {
  test.each(rows.map((row) => [row[0], row] as const))('%s', (_, [, run, ...names]) => {
    let error: unknown
    try {
      error = ['answered', run()]
    } catch (e) {
      error = e
    }
    expect(error).toBeInstanceOf(TreeError)
    const { message, name, _tag } = error as TreeError
    expect([name, _tag]).toEqual(['TreeError', 'TreeError'])
    for (const part of names) expect(message).toContain(part)
  })
}

const params = { dense: { kernel: 1, bias: 2 }, layers: [3, 4] }
const inc = (x: number): number => x + 1
const add = (a: number, b: number): number => a + b
const def = tree.structure(params)
const pair = tree.structure([1, 2])
const cyclic: { a: unknown; self?: unknown } = { a: [1] }
cyclic.self = cyclic

describe("functions and trees in each other's place", () => {
  refuses([
    [
      'map of a tree by a function after it',
      () => t['map']!(params, inc),
      'tree.map',
      'a function as f',
      'keys {dense, layers}',
      'tree.map(f, tree',
    ],
    ['map without a function', () => t['map']!(undefined, params), 'tree.map', 'got undefined'],
    ['map by a name', () => t['map']!('inc', params), 'tree.map', 'got string "inc"'],
    ['map without a tree', () => t['map']!(inc), 'tree.map', 'expected a tree', 'tree.map(f, tree'],
    ['map of a promise', () => t['map']!(inc, Promise.resolve(params)), 'tree.map', 'is an await missing?'],
    ['mapUntil without a predicate', () => t['mapUntil']!(inc, params), 'tree.mapUntil', 'a function as f'],
    ['mapUntil by a flag', () => t['mapUntil']!(true, inc, params), 'tree.mapUntil', 'a function as isLeaf', 'boolean true'],
    ['mapWithPath swapped', () => t['mapWithPath']!(params, inc), 'tree.mapWithPath', 'a function as f'],
    ['mapWithPath of a promise', () => t['mapWithPath']!(inc, Promise.resolve(1)), 'tree.mapWithPath', 'await'],
    ['reduce without an initial value', () => t['reduce']!(add, params), 'tree.reduce', 'the initial value is missing'],
    ['reduce as of an array', () => t['reduce']!(params, add, 0), 'tree.reduce', 'a function as f', 'tree.reduce(f, tree, initial)'],
    ['reduce by nothing', () => t['reduce']!(null, params, 0), 'tree.reduce', 'got null'],
    ['reduce of a promise', () => t['reduce']!(add, Promise.resolve(params), 0), 'tree.reduce', 'await'],
    ['all with a value', () => t['all']!(params, 3), 'tree.all', 'a function as predicate', 'number 3'],
    ['all swapped', () => t['all']!(inc, params), 'tree.all', 'a function as predicate'],
    ['all of a promise', () => t['all']!(Promise.resolve(params)), 'tree.all', 'await'],
    ['flatten with a flag', () => t['flatten']!(params, true), 'tree.flatten', 'isLeaf', 'boolean true'],
    ['flatten with options', () => t['flatten']!(params, { isLeaf: inc }), 'tree.flatten', 'isLeaf', 'keys {isLeaf}'],
    ['leaves with a list of paths', () => t['leaves']!(params, ['dense']), 'isLeaf', 'an array of length 1'],
    ['structure with a name', () => t['structure']!(params, 'dense'), 'isLeaf', 'string "dense"'],
    ['leavesWithPath with a flag', () => t['leavesWithPath']!(params, 1), 'tree.leavesWithPath', 'isLeaf', 'number 1'],
    ['broadcastPrefix with a number', () => t['broadcastPrefix']!(0, params, 0), 'tree.broadcastPrefix', 'isLeaf'],
    ['partial of nothing', () => t['partial']!(undefined, params), 'tree.partial', 'a function as f'],
    ['partial swapped', () => t['partial']!(params, inc), 'tree.partial', 'keys {dense, layers}', 'tree.partial(f, bound)'],
  ])
})

describe('structures', () => {
  refuses([
    ['unflatten swapped', () => t['unflatten']!([1, 2], pair), 'tree.unflatten', 'a list as leaves', 'tree.unflatten(treedef, leaves)'],
    ['unflatten by a tree', () => t['unflatten']!(params, [1, 2, 3, 4]), 'tree.unflatten', 'expected a structure', 'keys {dense, layers}'],
    ['unflatten by nothing', () => t['unflatten']!(undefined, [1]), 'tree.unflatten', 'got undefined'],
    ['unflatten of too few', () => t['unflatten']!(def, [1, 2]), 'has 4 leaves, got 2'],
    ['unflatten of too many', () => t['unflatten']!(pair, [1, 2, 3]), 'has 2 leaves, got 3'],
    ['unflatten of a tree', () => t['unflatten']!(pair, params), 'a list as leaves'],
    ['unflatten of what flatten answers', () => t['unflatten']!(pair, tree.flatten([1, 2])), 'a list as leaves', 'keys {leaves, treedef}'],
    ["a structure's unflatten of no list", () => def.unflatten(3 as never), 'tree.unflatten', 'number 3'],
    ['flattenUpTo swapped', () => t['flattenUpTo']!(params, def), 'tree.flattenUpTo', 'expected a structure'],
    ['flattenUpTo of less', () => t['flattenUpTo']!(def, { dense: 1 }), 'tree.flattenUpTo', 'keys {dense}'],
    [
      'transpose of trees',
      () => t['transpose']!([1, 2], { a: 1 }, [{ a: 1 }]),
      'tree.transpose',
      'expected a structure',
      'tree.transpose(outer, inner, tree)',
    ],
    ['transpose of no outer of inners', () => t['transpose']!(pair, def, params), 'tree.transpose', 'expected ['],
    ['compose of trees', () => t['compose']!([1], [2]), 'tree.compose', 'expected a structure'],
    ['children of a tree', () => t['treedefChildren']!(params), 'tree.treedefChildren', 'expected a structure'],
    ['withoutStatic of a tree', () => t['withoutStatic']!(params), 'tree.withoutStatic', 'expected a structure'],
  ])
})

describe('trees that do not fit', () => {
  refuses([
    [
      'map of one that lacks a key',
      () => tree.map(add, params, { dense: { kernel: 1 }, layers: [3, 4] }),
      'tree.map at .dense',
      'keys {kernel}',
    ],
    ['map of one with another key', () => tree.map(add, { a: 1 }, { b: 1 }), 'tree.map', '{a: *}', 'keys {b}'],
    ['map of a shorter list', () => tree.map(add, [1, 2], [1]), 'tree.map', 'an array of length 1'],
    ['map of a list and an object', () => tree.map(add, [1], { 0: 1 }), 'tree.map', 'keys {0}'],
    ['map of null in the place of a tree', () => tree.map(add, params, null), 'tree.map', 'got null'],
    ['map of a promise beside a tree', () => tree.map(add, params, Promise.resolve(params)), 'tree.map', 'await'],
    ['mapWithPath of another', () => tree.mapWithPath(add as never, [1, 2], [1]), 'tree.mapWithPath', 'an array of length 1'],
    ['broadcastPrefix of a longer list', () => tree.broadcastPrefix([0, 1, 2], [1, 2]), 'tree.broadcastPrefix', 'an array of length 3'],
    ['a tree that holds itself', () => tree.leaves(cyclic), 'tree.flatten at .self', 'holds itself'],
  ])
})

describe('classes', () => {
  class Pair {}
  class Odd {}
  class Known {}
  const apart = { flatten: () => [[], null] as const, unflatten: () => new Known() }
  tree.registerNode(Known, apart)
  tree.registerNode(Odd, { flatten: () => ({}) as never, unflatten: () => new Odd() })
  refuses([
    ['registered twice', () => tree.registerNode(Known, apart), 'tree.registerNode', 'class Known is registered already'],
    ['an instance', () => t['registerNode']!(new Pair(), apart), 'tree.registerNode', 'a function as the class', 'a Pair'],
    ['an arrow function', () => t['registerNode']!(() => 0, apart), 'tree.registerNode', 'expected a class'],
    ['how, without', () => t['registerNode']!(Pair), 'tree.registerNode', 'instances of Pair', 'got undefined'],
    ['how, by a function alone', () => t['registerNode']!(Pair, () => []), 'tree.registerNode', 'instances of Pair'],
    ['no unflatten', () => t['registerNode']!(Pair, { flatten: () => [[], null] }), 'a function as unflatten', 'undefined'],
    ['no flatten', () => t['registerNode']!(Pair, { unflatten: () => new Pair() }), 'a function as flatten', 'undefined'],
    ['a flatten that answers no pair', () => tree.leaves(new Odd()), 'flatten of class Odd must answer [children, static data]'],
  ])
})
