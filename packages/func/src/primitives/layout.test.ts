import { describe, expect, it } from 'vitest'
import { type Aval, aval, showAval } from '../aval'
import { batchFlat } from '../interpreters/batch'
import { stage } from '../interpreters/stage'
import { backward } from '../interpreters/transpose'
import type { Dim } from '../primitive'
import type { Tensor } from '../tensor'
import { cumsum } from './cumulative'
import { concatenate, iota, pad, rev, slice } from './layout'
import { cholesky, qr, triangularSolve } from './linalg'
import { argmax, reduceAnd, reduceMax, reduceProd } from './reduction'
import { sort, topK } from './sort'

type F = (...xs: Tensor[]) => readonly Tensor[]
const f32 = (...shape: number[]): Aval => aval(shape, 'float32')
const recorded = (f: F, ...ins: Aval[]): string => {
  const { jaxpr } = stage((xs) => f(...xs), ins)
  return `${jaxpr.eqns.map((e) => e.primitive.name).join(' ')} -> ${jaxpr.outs.map((o) => showAval(o.aval)).join(' ')}`
}
const batched = (f: F, dims: readonly Dim[], ...ins: Aval[]): string => {
  let outDims: readonly Dim[] = []
  const g: F = (...xs) => {
    const r = batchFlat((ys) => f(...ys), { size: 5, name: undefined }, xs, dims)
    outDims = r.dims
    return r.outs
  }
  return `${recorded(g, ...ins)} @${outDims}`
}
const transposed = (f: F, ct: Aval, ...ins: Aval[]): string => {
  const { jaxpr } = stage((xs) => f(...xs), ins)
  return recorded((...cts) => backward(jaxpr, [], cts).map((c) => c!), ct)
}
const solve = { leftSide: true, lower: true, transposeA: false, unitDiagonal: false }

describe('types', () => {
  it('of slices', () => {
    const cut: F = (x) => [slice(x, { startIndices: [1, 0], limitIndices: [6, 3], strides: [2, 1] })]
    expect(recorded(cut, f32(7, 3))).toBe('slice -> f32[3,3]')
    expect(() => recorded(cut, f32(5, 3))).toThrow('slice: axis 0 of size 5 has no slice from 1 to 6')
    expect(() => recorded(cut, f32(7))).toThrow('must have 1 entries')
    expect(recorded((x) => [slice(x, { startIndices: [0], limitIndices: [3], strides: null })], f32(3))).toBe(' -> f32[3]')
  })
  it('of concatenations', () => {
    expect(recorded((x, y) => [concatenate([x, y], { dimension: 1 })], f32(2, 3), f32(2, 1))).toBe('concatenate -> f32[2,4]')
    expect(() => recorded((x, y) => [concatenate([x, y], { dimension: 0 })], f32(2, 3), f32(2, 1))).toThrow(
      'sizes must be equal on all axes but 0',
    )
    expect(() => recorded((x, y) => [concatenate([x, y], { dimension: 2 })], f32(2, 3), f32(2, 3))).toThrow(
      'there is no axis 2 to join along',
    )
  })
  it('of padding', () => {
    expect(recorded((x, v) => [pad(x, v, { paddingConfig: [[-1, 2, 1]] })], f32(3), f32())).toBe('pad -> f32[6]')
    expect(() => recorded((x, v) => [pad(x, v, { paddingConfig: [[-4, 0, 0]] })], f32(3), f32())).toThrow('padding would leave sizes [-1]')
    expect(() => recorded((x, v) => [pad(x, v, { paddingConfig: [[0, 0, 0]] })], f32(3), f32(1))).toThrow('must be a scalar')
  })
  it('of iota', () => {
    expect(recorded(() => [iota({ dtype: 'int32', shape: [2, 3], dimension: 1 })])).toBe('iota -> i32[2,3]')
    expect(() => recorded(() => [iota({ dtype: 'int32', shape: [2], dimension: 1 })])).toThrow('shape [2] has no axis 1')
  })
  it('of reductions', () => {
    expect(recorded((x) => [reduceMax(x, { axes: [0, 2] })], f32(2, 3, 4))).toBe('reduce_max -> f32[3]')
    expect(() => recorded((x) => [reduceMax(x, { axes: [3] })], f32(2))).toThrow('axes [3] must be axes of the operand')
    expect(() => recorded((x) => [reduceAnd(x, { axes: [0] })], f32(2))).toThrow('takes booleans, not float32')
    expect(recorded((x) => [argmax(x, { axes: [1], indexDtype: 'int32' })], f32(2, 3))).toBe('argmax -> i32[2]')
    expect(() => recorded((x) => [argmax(x, { axes: [0], indexDtype: 'int32' })], f32(0))).toThrow('axis 0 is empty')
    expect(() => recorded((x) => [cumsum(x, { axis: 1, reverse: false })], f32(3))).toThrow('the operand has no axis 1')
  })
  it('of sorts', () => {
    expect(recorded((x) => topK(x, { k: 2, axis: 0 }), f32(4, 3))).toBe('top_k -> f32[2,3] i32[2,3]')
    expect(() => recorded((x) => topK(x, { k: 5, axis: 0 }), f32(4))).toThrow('k = 5 is more than the 4 elements along axis 0')
    expect(() => recorded((x, y) => sort([x, y], { dimension: 0, isStable: true, numKeys: 1 }), f32(4), f32(3))).toThrow('equal shapes')
    expect(() => recorded((x) => sort([x], { dimension: 0, isStable: true, numKeys: 2 }), f32(4))).toThrow(
      'numKeys must be from 1 to 1, not 2',
    )
  })
  it('of decompositions', () => {
    expect(recorded((x) => qr(x, { fullMatrices: false }), f32(5, 4, 3))).toBe('qr -> f32[5,4,3] f32[5,3,3]')
    expect(recorded((x) => qr(x, { fullMatrices: true }), f32(4, 3))).toBe('qr -> f32[4,4] f32[4,3]')
    expect(recorded((x) => qr(x, { fullMatrices: false }), f32(3, 4))).toBe('qr -> f32[3,3] f32[3,4]')
    expect(() => recorded((x) => [cholesky(x)], f32(2, 3))).toThrow('the matrix must be square')
    expect(() => recorded((a, b) => [triangularSolve(a, b, solve)], f32(3, 3), f32(2, 3))).toThrow('the right-hand side must have 3 rows')
    expect(() => recorded((a, b) => [triangularSolve(a, b, solve)], f32(3), f32(3))).toThrow('operands must be matrices')
  })
})

describe('batching', () => {
  it('shifts axes', () => {
    expect(batched((x) => [slice(x, { startIndices: [1], limitIndices: [2], strides: null })], [1], f32(3, 5))).toBe('slice -> f32[1,5] @1')
    expect(batched((x) => [rev(x, { dimensions: [0] })], [0], f32(5, 3))).toBe('rev -> f32[5,3] @0')
    expect(batched((x) => [reduceMax(x, { axes: [0] })], [1], f32(3, 5, 2))).toBe('reduce_max -> f32[5,2] @0')
    expect(batched((x) => [argmax(x, { axes: [0], indexDtype: 'int32' })], [0], f32(5, 3))).toBe('argmax -> i32[5] @0')
    expect(batched((x) => [argmax(x, { axes: [0], indexDtype: 'int32' })], [1], f32(3, 5))).toBe('argmax -> i32[5] @0')
    expect(batched((x) => [cumsum(x, { axis: 0, reverse: false })], [1], f32(3, 5))).toBe('cumsum -> f32[3,5] @1')
    expect(batched((x) => topK(x, { k: 1, axis: 0 }), [1], f32(3, 5))).toBe('top_k -> f32[1,5] i32[1,5] @1,1')
  })
  it('pads with a batched value by choice', () => {
    const around: F = (x, v) => [pad(x, v, { paddingConfig: [[1, 1, 0]] })]
    expect(batched(around, [0, null], f32(5, 2), f32())).toBe('pad -> f32[5,4] @0')
    expect(batched(around, [1, 0], f32(2, 5), f32(5))).toMatch(/select_n -> f32\[4,5\] @1$/)
    expect(batched(around, [null, 0], f32(2), f32(5))).toMatch(/select_n -> f32\[5,4\] @0$/)
  })
  it('solves for many right-hand sides at once', () => {
    expect(batched((a, b) => [triangularSolve(a, b, solve)], [null, 0], f32(3, 3), f32(5, 3, 2))).toBe(
      'transpose reshape triangular_solve reshape -> f32[3,2,5] @2',
    )
  })
})

describe('transposition', () => {
  it('of layout', () => {
    expect(transposed((x) => [slice(x, { startIndices: [1], limitIndices: [4], strides: [2] })], f32(2), f32(6))).toBe('pad -> f32[6]')
    expect(transposed((x, y) => [concatenate([x, y], { dimension: 0 })], f32(5), f32(2), f32(3))).toBe('slice slice -> f32[2] f32[3]')
    expect(transposed((x, v) => [pad(x, v, { paddingConfig: [[1, -1, 1]] })], f32(5), f32(3), f32())).toBe(
      'pad slice reduce_sum reduce_sum sub -> f32[3] f32[]',
    )
    expect(transposed((x) => [cumsum(x, { axis: 0, reverse: false })], f32(3), f32(3))).toBe('cumsum -> f32[3]')
  })
  it('refuses what is not linear', () => {
    expect(() => transposed((x) => [reduceProd(x, { axes: [0] })], f32(), f32(3))).toThrow(
      'reduce_prod has no transpose rule: it is not linear',
    )
  })
})
