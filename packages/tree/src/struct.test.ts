/** Records as nodes of trees: laws, transformations of func over them, what TypeScript infers, and what is refused. */
import { hostBackend } from '@heddle/backend-host'
import { grad, jit, lax, np, setDefaultBackend, type Tensor, vmap } from '@heddle/func'
import { beforeAll, describe, expect, expectTypeOf, test } from 'vitest'
import * as tree from '.'
import { struct } from '.'

beforeAll(() => setDefaultBackend(hostBackend()))

class Line extends struct.dataclass<{ slope: Tensor; bias: Tensor; name: string; link: (x: Tensor) => Tensor }>({
  static: ['name', 'link'],
}) {
  at(x: Tensor): Tensor {
    return this.link(this.slope.mul(x).add(this.bias))
  }
}
const identity = (x: Tensor): Tensor => x
const line = (slope = 2, name = 'line', link = identity): Line => new Line({ slope: np.array(slope), bias: np.array(1), name, link })

describe('laws', () => {
  test('a record comes apart into the fields that are not static, and together as one of its class', () => {
    const x = line()
    expect(tree.leavesWithPath(x).map(([path]) => tree.keystr(path))).toEqual(['.bias', '.slope'])
    const y = tree.map((t: Tensor) => t, x)
    expect(y).toBeInstanceOf(Line)
    expect([y.slope.item(), y.bias.item(), y.name, y.link]).toEqual([2, 1, 'line', identity])
  })
  test('structures are equal when class, names and static fields are', () => {
    const key = (x: unknown): string => tree.structure(x).key
    expect(key(line(2))).toBe(key(line(3)))
    expect(key(line())).not.toBe(key(line(2, 'other')))
    expect(key(line())).not.toBe(key(line(2, 'line', (x) => x)))
    class Segment extends Line {}
    const segment = new Segment({ ...line() })
    expect(key(segment)).not.toBe(key(line()))
    expect(tree.map((t: Tensor) => t, segment)).toBeInstanceOf(Segment)
  })
  test('replace', () => {
    const moved = line().replace({ bias: np.array(5) })
    expectTypeOf(moved).toEqualTypeOf<Line>()
    expect(moved.at(np.array(1)).item()).toBe(7)
    expect(tree.structure(line().replace({})).key).toBe(tree.structure(line()).key)
  })
  test('a field that holds trees, with null where there is none', () => {
    class State extends struct.dataclass<{ params: { w: number }; stats: { m: number } | null }>() {}
    const state = new State({ params: { w: 1 }, stats: null })
    expect(tree.leaves(state)).toEqual([1])
    expect(tree.map((x: number) => x + 1, state)).toEqual(new State({ params: { w: 2 }, stats: null }))
  })
})

describe('under transformations', () => {
  test('grad, jit, vmap and scan take and answer records', () => {
    const x = np.array(3)
    const g = grad((l: Line) => l.at(x))(line())
    expect(g).toBeInstanceOf(Line)
    expect([g.slope.item(), g.bias.item(), g.name]).toEqual([3, 1, 'line'])
    const step = jit((l: Line) => l.replace({ bias: l.bias.add(1) }))
    expect(step(step(line())).bias.item()).toBe(3)
    const many = vmap((slope: Tensor) => line().replace({ slope }))(np.arange(3))
    expect([many.slope.shape, many.bias.shape]).toEqual([[3], [3]])
    const [last] = lax.scan((l: Line, d: Tensor) => [l.replace({ slope: l.slope.add(d) }), null], line(), np.arange(4))
    expect(last.slope.item()).toBe(8)
  })
})

const loose = line() as unknown as { replace: (x: unknown) => unknown; bias: unknown }
const refused: readonly (readonly [string, () => unknown, string])[] = [
  ['a tensor in the place of fields', () => new Line(np.array(1) as never), 'new Line: expected the fields as an object'],
  ['a field with the name of a method', () => new Line({ at: 1 } as never), 'new Line at .at: the field has the name of a method'],
  ['a misspelt field', () => loose.replace({ bais: 1 }), 'Line.replace: there is no field "bais" (is bias meant?)'],
  [
    'a tensor in a static field',
    () => line(2, np.array(1) as never),
    'new Line at .name: the field is static and holds a tensor float32[]',
  ],
  ['no object', () => loose.replace(1), 'Line.replace: expected an object of new values by field'],
  ['an unknown option', () => struct.dataclass({ statics: [] } as object), 'there is no option "statics" (is static meant?)'],
]
test.each(refused)('%s is refused', (_, run, text) => {
  expect(run).toThrow(tree.TreeError)
  expect(run).toThrow(text)
})
test('a record never changes', () => {
  expect(() => {
    loose.bias = 1
  }).toThrow(TypeError)
})
