import { hostBackend } from '@heddle/backend-host'
import { beforeAll, describe, expect, it } from 'vitest'
import { setDefaultBackend, jit, jvp, makeJaxpr, np, printJaxpr, type Tensor, vjp, vmap } from '..'
import { allGather, allToAll, axisIndex, namedAxisSize, pmax, pmin, ppermute, psum, psumScatter } from './collective'

beforeAll(() => setDefaultBackend(hostBackend()))

type F = (x: Tensor) => Tensor
const over = (f: F, x: unknown, inAxes = 0): unknown => vmap(f, { inAxes, axisName: 'i' })(np.array(x as number[])).toArray()
const rows = [
  [1, 2],
  [3, 4],
  [5, 6],
]

describe('over a named axis', () => {
  it('sums and takes extrema, of what is not mapped too', () => {
    expect(over((x) => psum(x, { axes: ['i'] }), rows)).toEqual([
      [9, 12],
      [9, 12],
      [9, 12],
    ])
    expect(over((x) => pmax(x, { axes: ['i'] }), [1, 5, 2])).toEqual([5, 5, 5])
    expect(over((x) => pmin(x, { axes: ['i'] }), [1, 5, 2])).toEqual([1, 1, 1])
    expect(over((x) => np.add(psum(np.array(2), { axes: ['i'] }), np.multiply(x, 0)), [1, 5, 2])).toEqual([6, 6, 6])
    expect(over((x) => np.add(pmax(np.array(2), { axes: ['i'] }), np.multiply(x, 0)), [1, 5, 2])).toEqual([2, 2, 2])
  })
  it('knows the index and the size', () => {
    expect(over((x) => np.add(x, axisIndex({ axisName: 'i' })), [10, 10, 10])).toEqual([10, 11, 12])
    expect(over((x) => np.multiply(x, namedAxisSize('i')), [1, 2, 3])).toEqual([3, 6, 9])
  })
  it('permutes; who gets nothing has zeros', () => {
    const shift = [0, 1, 2].map((i) => [i, (i + 1) % 3] as const)
    expect(over((x) => ppermute(x, { axisName: 'i', perm: shift }), [1, 2, 3])).toEqual([3, 1, 2])
    expect(over((x) => ppermute(x, { axisName: 'i', perm: [[2, 0]] }), [1, 2, 3])).toEqual([3, 0, 0])
    expect(over((x) => np.add(ppermute(np.array(7), { axisName: 'i', perm: [[2, 0]] }), np.multiply(x, 0)), [1, 2, 3])).toEqual([7, 0, 0])
  })
  it('gathers, scatters sums and exchanges', () => {
    expect(over((x) => allGather(x, { axisName: 'i', allGatherDimension: 0, tiled: false }), [1, 2, 3])).toEqual([
      [1, 2, 3],
      [1, 2, 3],
      [1, 2, 3],
    ])
    expect(over((x) => allGather(x, { axisName: 'i', allGatherDimension: 0, tiled: true }), rows)).toEqual(
      [1, 2, 3].map(() => [1, 2, 3, 4, 5, 6]),
    )
    const square = [
      [1, 2],
      [3, 4],
    ]
    expect(over((x) => psumScatter(x, { axisName: 'i', scatterDimension: 0, tiled: false }), square)).toEqual([4, 6])
    expect(over((x) => psumScatter(x, { axisName: 'i', scatterDimension: 0, tiled: true }), square)).toEqual([[4], [6]])
    const exchange = { axisName: 'i', splitAxis: 0, concatAxis: 0, tiled: false }
    expect(over((x) => allToAll(x, exchange), square)).toEqual([
      [1, 3],
      [2, 4],
    ])
    // of what is not mapped everybody gets the part that is theirs, from all
    expect(over((x) => np.add(allToAll(np.array([1, 2]), exchange), np.multiply(x, 0)), [0, 0])).toEqual([
      [1, 1],
      [2, 2],
    ])
  })
  it('passes other mapped axes through, inside and outside, also from jit', () => {
    const f: F = (x) => psum(np.multiply(x, np.add(axisIndex({ axisName: 'i' }), 1)), { axes: ['i'] })
    const x = np.array(rows)
    const inner = vmap(vmap(jit(f)), { axisName: 'i' })(x)
    const outer = jit(vmap(vmap(f, { axisName: 'i', inAxes: 0 }), { inAxes: 1 }))(x)
    expect(inner.toArray()).toEqual([1, 2, 3].map(() => [22, 28]))
    expect(outer.toArray()).toEqual([
      [22, 22, 22],
      [28, 28, 28],
    ])
  })
  it('sums over two axes at once', () => {
    const f: F = (x) => psum(x, { axes: ['i', 'j'] })
    expect(vmap(vmap(f, { axisName: 'j' }), { axisName: 'i' })(np.array(rows)).toArray()).toEqual(rows.map((r) => r.map(() => 21)))
  })
})

describe('within groups along a named axis', () => {
  const four = [
    [1, 2],
    [3, 4],
    [5, 6],
    [7, 8],
  ]
  const neighbours = [
    [0, 1],
    [2, 3],
  ]
  // neither in order nor each beside each
  const crossed = [
    [2, 0],
    [3, 1],
  ]
  it('sums and takes extrema', () => {
    expect(over((x) => psum(x, { axes: ['i'], axisIndexGroups: neighbours }), four)).toEqual([
      [4, 6],
      [4, 6],
      [12, 14],
      [12, 14],
    ])
    expect(over((x) => psum(x, { axes: ['i'], axisIndexGroups: crossed }), [1, 2, 3, 4])).toEqual([4, 6, 4, 6])
    expect(over((x) => pmax(x, { axes: ['i'], axisIndexGroups: crossed }), [5, 2, 3, 4])).toEqual([5, 4, 5, 4])
    expect(over((x) => pmin(x, { axes: ['i'], axisIndexGroups: crossed }), [5, 2, 3, 4])).toEqual([3, 2, 3, 2])
    expect(over((x) => psum(x, { axes: ['i'], axisIndexGroups: [[0], [1], [2], [3]] }), [1, 2, 3, 4])).toEqual([1, 2, 3, 4])
    expect(over((x) => psum(x, { axes: ['i'], axisIndexGroups: [[3, 1, 0, 2]] }), [1, 2, 3, 4])).toEqual([10, 10, 10, 10])
  })
  it('counts the group, of what is not mapped', () => {
    expect(
      over((x) => np.add(psum(np.array(5), { axes: ['i'], axisIndexGroups: neighbours }), np.multiply(x, 0)), four[0]!.concat(four[1]!)),
    ).toEqual([10, 10, 10, 10])
    expect(over((x) => np.add(pmax(np.array(5), { axes: ['i'], axisIndexGroups: neighbours }), np.multiply(x, 0)), [0, 0, 0, 0])).toEqual([
      5, 5, 5, 5,
    ])
  })
  it('gathers in the order of the group, and scatters sums', () => {
    const gathering = { axisName: 'i', allGatherDimension: 0, axisIndexGroups: crossed }
    const [first, second] = [
      [3, 1],
      [4, 2],
    ]
    expect(over((x) => allGather(x, { ...gathering, tiled: false }), [1, 2, 3, 4])).toEqual([first, second, first, second])
    expect(over((x) => allGather(x, { ...gathering, tiled: true }), four)).toEqual([
      [5, 6, 1, 2],
      [7, 8, 3, 4],
      [5, 6, 1, 2],
      [7, 8, 3, 4],
    ])
    expect(over((x) => allGather(np.add(np.multiply(x, 0).sum(), 1), { ...gathering, tiled: false }), four)).toEqual(four.map(() => [1, 1]))
    const scattering = { axisName: 'i', scatterDimension: 0, axisIndexGroups: crossed }
    // the first of a group has the first part
    expect(over((x) => psumScatter(x, { ...scattering, tiled: false }), four)).toEqual([8, 12, 6, 10])
    expect(over((x) => psumScatter(x, { ...scattering, tiled: true }), four)).toEqual([[8], [12], [6], [10]])
    expect(over((x) => np.add(psumScatter(np.array([1, 2]), { ...scattering, tiled: false }), x), [0, 0, 0, 0])).toEqual([4, 4, 2, 2])
  })
  it('passes other mapped axes through, inside and outside, also from jit', () => {
    const f: F = (x) => psum(x, { axes: ['i'], axisIndexGroups: crossed })
    const g: F = (x) => allGather(x, { axisName: 'i', allGatherDimension: 0, tiled: true, axisIndexGroups: crossed })
    const x = np.array(four)
    const want = [
      [6, 8],
      [10, 12],
      [6, 8],
      [10, 12],
    ]
    expect(vmap(vmap(jit(f)), { axisName: 'i' })(x).toArray()).toEqual(want)
    expect(jit(vmap(vmap(f, { axisName: 'i' }), { inAxes: 1, outAxes: 1 }))(x).toArray()).toEqual(want)
    const blocks = x.reshape([4, 1, 2])
    expect(vmap(vmap(g, { inAxes: 1, outAxes: 1 }), { axisName: 'i' })(blocks).toArray()).toEqual(
      vmap(vmap(g, { axisName: 'i' }), { inAxes: 2, outAxes: 2 })(blocks).toArray(),
    )
  })
  it('stands in a program, where there are groups', () => {
    const inside = (axisIndexGroups: number[][] | null): string => {
      let text = ''
      over(
        (x) => {
          text = printJaxpr(makeJaxpr((y: Tensor) => psum(y, { axes: ['i'], axisIndexGroups }))({ shape: [], dtype: 'float32' }))
          return x
        },
        [1, 2, 3, 4],
      )
      return text
    }
    expect(inside(null)).toContain('psum[axes=(i,)] a')
    expect(inside(crossed)).toContain('psum[axes=(i,) axis_index_groups=((2, 0), (3, 1))] a')
  })
  it('are a partition into equal parts, of one axis', () => {
    const sum = (axisIndexGroups: number[][]) => () => over((x) => psum(x, { axes: ['i'], axisIndexGroups }), [1, 2, 3, 4])
    expect(sum([[0, 1], [2]])).toThrow('axisIndexGroups [[0, 1], [2]] must have each index along i, below 4, once')
    expect(sum([[0, 1, 2, 3, 4]])).toThrow('below 4, once')
    expect(
      sum([
        [0, 1],
        [1, 3],
      ]),
    ).toThrow('once') // prettier-ignore
    expect(sum([[0, 1, 2], [3]])).toThrow('must be of equal size')
    const two = (x: Tensor): Tensor => psum(x, { axes: ['i', 'j'], axisIndexGroups: neighbours })
    expect(() => vmap(vmap(two, { axisName: 'j' }), { axisName: 'i' })(np.ones([4, 4]))).toThrow('must be of one named axis, not of 2')
    expect(() => psum(np.ones([2]), { axes: ['i'], axisIndexGroups: neighbours })).toThrow('unbound axis name "i"')
  })
})

describe('derivatives inside of the map', () => {
  const adjoint = (name: string, f: F, shape: readonly number[]): void =>
    it(name, () => {
      const n = shape[0]!
      const fill = (s: readonly number[], k: number): Tensor =>
        np
          .sin(
            np.multiply(
              np.arange(
                s.reduce((a, b) => a * b, 1),
                { dtype: 'float32' },
              ),
              k,
            ),
          )
          .reshape(s)
      const x = fill(shape, 0.7)
      const t = fill(shape, 1.3)
      const y = vmap(f, { axisName: 'i' })(x)
      const ct = fill(y.shape, 2.1)
      const tangent = vmap((a: Tensor, b: Tensor) => jvp(f, [a], [b])[1], { axisName: 'i' })(x, t)
      const back = vmap((a: Tensor, c: Tensor) => vjp(f, a)[1](c)[0], { axisName: 'i' })(x, ct)
      // as in JAX, a sum over the axis is seen by all n of them
      expect(n).toBeGreaterThan(1)
      const dot = (a: Tensor, b: Tensor): number => Number(np.sum(np.multiply(a, b)).item())
      expect(dot(back, t)).toBeCloseTo(dot(ct, tangent), 4)
    })
  adjoint('psum', (x) => psum(x, { axes: ['i'] }), [3, 2])
  adjoint(
    'ppermute',
    (x) =>
      ppermute(x, {
        axisName: 'i',
        perm: [
          [0, 2],
          [2, 1],
        ],
      }),
    [3, 2],
  ) // prettier-ignore
  adjoint('all_gather', (x) => allGather(x, { axisName: 'i', allGatherDimension: 1, tiled: false }), [3, 2])
  adjoint('all_gather tiled', (x) => allGather(x, { axisName: 'i', allGatherDimension: 0, tiled: true }), [3, 2])
  adjoint('psum_scatter', (x) => psumScatter(x, { axisName: 'i', scatterDimension: 1, tiled: false }), [3, 2, 3])
  adjoint('psum_scatter tiled', (x) => psumScatter(x, { axisName: 'i', scatterDimension: 0, tiled: true }), [3, 6])
  adjoint('all_to_all', (x) => allToAll(x, { axisName: 'i', splitAxis: 0, concatAxis: 1, tiled: false }), [3, 3, 2])
  adjoint('all_to_all backwards', (x) => allToAll(x, { axisName: 'i', splitAxis: 1, concatAxis: 0, tiled: false }), [3, 2, 3])
  adjoint('all_to_all tiled', (x) => allToAll(x, { axisName: 'i', splitAxis: 1, concatAxis: 0, tiled: true }), [3, 2, 6])
  const axisIndexGroups = [
    [2, 0],
    [3, 1],
  ]
  adjoint('psum in groups', (x) => psum(x, { axes: ['i'], axisIndexGroups }), [4, 2])
  adjoint('all_gather in groups', (x) => allGather(x, { axisName: 'i', allGatherDimension: 1, tiled: false, axisIndexGroups }), [4, 2])
  adjoint('all_gather tiled in groups', (x) => allGather(x, { axisName: 'i', allGatherDimension: 0, tiled: true, axisIndexGroups }), [4, 2])
  adjoint('psum_scatter in groups', (x) => psumScatter(x, { axisName: 'i', scatterDimension: 1, tiled: false, axisIndexGroups }), [4, 3, 2])
  adjoint(
    'psum_scatter tiled in groups',
    (x) => psumScatter(x, { axisName: 'i', scatterDimension: 0, tiled: true, axisIndexGroups }),
    [4, 6],
  )
  it('does not exist for extrema', () => {
    expect(() => vmap((x: Tensor) => vjp((y: Tensor) => pmax(y, { axes: ['i'] }), x)[0], { axisName: 'i' })(np.ones([2]))).toThrow(
      'pmax has no jvp rule: as in JAX, the extremum over a named axis has none',
    )
  })
})

describe('what is wrong is said', () => {
  it('no such axis', () => {
    expect(() => psum(np.ones([2]), { axes: ['i'] })).toThrow('unbound axis name "i"')
    expect(() => vmap((x: Tensor) => psum(x, { axes: ['j'] }), { axisName: 'i' })(np.ones([2]))).toThrow('bound here: i')
    expect(() => namedAxisSize('i')).toThrow('no axis is named here')
  })
  it('unfit shapes', () => {
    const all =
      (f: F, ...shape: number[]): (() => unknown) =>
      () =>
        vmap(f, { axisName: 'i' })(np.ones(shape))
    expect(all((x) => psumScatter(x, { axisName: 'i', scatterDimension: 0, tiled: false }), 2, 3)).toThrow(
      'must equal the size of the named axis, 2',
    )
    expect(all((x) => psumScatter(x, { axisName: 'i', scatterDimension: 0, tiled: true }), 2, 3)).toThrow('must be divisible by')
    expect(all((x) => allToAll(x, { axisName: 'i', splitAxis: 0, concatAxis: 0, tiled: false }), 2, 3)).toThrow(
      'must have the size of the named axis, 2',
    )
    expect(all((x) => allToAll(x, { axisName: 'i', splitAxis: 0, concatAxis: 0, tiled: true }), 2, 3)).toThrow('must be divisible by')
    expect(all((x) => allGather(x, { axisName: 'i', allGatherDimension: 3, tiled: false }), 2, 3)).toThrow('must be an axis of the result')
    expect(all((x) => ppermute(x, { axisName: 'i', perm: [[0, 2]] }), 2)).toThrow('below 2')
    expect(
      all(
        (x) =>
          ppermute(x, {
            axisName: 'i',
            perm: [
              [0, 1],
              [1, 1],
            ],
          }),
        2,
      ),
    ).toThrow('must not repeat a source or a destination') // prettier-ignore
  })
})
