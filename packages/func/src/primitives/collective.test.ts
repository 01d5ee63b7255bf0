import { hostBackend } from '@heddle/backend-host'
import { beforeAll, describe, expect, it } from 'vitest'
import { setDefaultBackend, jit, jvp, np, type Tensor, vjp, vmap } from '..'
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
