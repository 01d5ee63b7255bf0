/** Rows of random bits and of the decompositions. */
import { add, mul } from '../../primitives/arithmetic'
import { dotGeneral } from '../../primitives/contraction'
import { eq } from '../../primitives/piecewise'
import { iota } from '../../primitives/layout'
import { eigh, lu, svd } from '../../primitives/decompositions'
import { cholesky, qr, triangularSolve } from '../../primitives/linalg'
import { threefry2x32 } from '../../primitives/random'
import { broadcastInDim, convertElementType, transpose } from '../../primitives/structural'
import type { LinalgParams, RandomParams } from '../../table'
import type { Tensor } from '../../tensor'
import { fullLike } from '../../literal'
import { num, type Row, type Rows, rough, smooth, word } from '../row'
import { given, type Sampler, uniform } from '../sample'

export const randomRows: { readonly [N in keyof RandomParams]: Rows } = {
  threefry2x32: [
    rough('vectors', threefry2x32, [word([3]), word([3]), word([3]), word([3])]),
    rough('scalar key', threefry2x32, [word([]), word([]), word([2, 3]), word([2, 3])]),
    rough('zeros', threefry2x32, [word([]), word([]), { ...word([2]), sample: given(0) }, { ...word([2]), sample: given(1) }]),
  ],
}

/** c times the identity, of the shape and type of x [..., n, n]. */
const eye = (x: Tensor, c: number): Tensor => {
  const [i, j] = [x.ndim - 2, x.ndim - 1].map((dimension) => iota({ dtype: 'int32', shape: x.shape, dimension }))
  return mul(fullLike(x, c), convertElementType(eq(i!, j!), { newDtype: x.dtype, weakType: false }))
}
/** x xᵀ + identity over the last two axes. */
const gram = (x: Tensor): Tensor => {
  const batch = Array.from({ length: x.ndim - 2 }, (_, i) => i)
  const last = x.ndim - 1
  const xx = dotGeneral(x, x, {
    dimensionNumbers: [
      [[last], [last]],
      [batch, batch],
    ],
    preferredElementType: null,
  })
  return add(xx, eye(xx, 1))
}
const small: Sampler = uniform(-0.4, 0.4)
type Solve = LinalgParams['triangular_solve']
const solve =
  (params: Partial<Solve>) =>
  (a: Tensor, b: Tensor): Tensor =>
    triangularSolve(add(a, eye(a, 1.5)), b, { leftSide: true, lower: true, transposeA: false, unitDiagonal: false, ...params })
/** Symmetric, with eigenvalues and singular values apart. */
const spacedOut = (x: Tensor): Tensor => {
  const column = iota({ dtype: 'int32', shape: x.shape, dimension: x.ndim - 1 })
  return add(x, mul(eye(x, 1.5), convertElementType(column, { newDtype: x.dtype, weakType: false })))
}
const last = (x: Tensor, y: Tensor, [of, by]: readonly [number, number]): Tensor => {
  const batch = Array.from({ length: x.ndim - 2 }, (_, i) => i)
  return dotGeneral(x, y, {
    dimensionNumbers: [
      [[x.ndim - of], [x.ndim - by]],
      [batch, batch],
    ],
    preferredElementType: null,
  })
}
const eigenOf =
  (lower: boolean) =>
  (x: Tensor): readonly Tensor[] => {
    const y = spacedOut(x)
    const permutation = y.shape.map((_, i) => (i === y.ndim - 1 ? i - 1 : i === y.ndim - 2 ? i + 1 : i))
    const [v, w] = eigh(add(y, transpose(y, { permutation })), { lower })
    return [mul(v, v), w]
  }
/** u and vt without their signs; where the rest is fixed. */
const singularOf =
  (fullMatrices: boolean) =>
  (x: Tensor): readonly Tensor[] => {
    const [s, u, vt] = svd(fullMatrices ? spacedOut(x) : x, { fullMatrices, computeUv: true }) as [Tensor, Tensor, Tensor]
    return [s, mul(u, u), mul(vt, vt)]
  }
/** Values, and what must be identities. */
const remade = ([s, u, vt]: readonly Tensor[]): readonly Tensor[] => [s!, last(u!, u!, [2, 2]), last(vt!, vt!, [1, 1])]
const solveRow = (about: string, params: Partial<Solve>, b: readonly number[] = [3, 2]): Row =>
  smooth(about, solve(params), [num([3, 3], small), num(b)])

export const linalgRows: { readonly [N in keyof LinalgParams]: Rows } = {
  qr: [
    smooth('square', (x) => qr(add(x, eye(x, 2)), { fullMatrices: false }), [num([3, 3], small)], { tolerance: 10 }),
    smooth('tall', (x) => qr(x, { fullMatrices: false }), [num([4, 2], given(1, 0.2, -0.3, 1.1, 0.5, -0.4, 0.1, 0.7))], { tolerance: 10 }),
    smooth('batch', (x) => qr(add(x, eye(x, 2)), { fullMatrices: false }), [num([2, 2, 2], small)], { tolerance: 10 }),
    smooth('full, square', (x) => qr(add(x, eye(x, 2)), { fullMatrices: true }), [num([2, 2], small)], { tolerance: 10 }),
    smooth('full, tall', (x) => qr(x, { fullMatrices: true }), [num([4, 2], given(1, 0.2, -0.3, 1.1, 0.5, -0.4, 0.1, 0.7))], {
      tolerance: 10,
    }),
    smooth('wide', (x) => qr(x, { fullMatrices: false }), [num([2, 4], given(1, 0.2, -0.3, 0.4, 0.5, -1.4, 0.1, 0.7))], { tolerance: 10 }),
  ],
  cholesky: [
    smooth('matrix', (x) => cholesky(gram(x)), [num([3, 3])], { tolerance: 10 }),
    smooth('batch', (x) => cholesky(gram(x)), [num([2, 2, 2])], { tolerance: 10 }),
    smooth('one by one', (x) => cholesky(gram(x)), [num([1, 1])]),
  ],
  triangular_solve: [
    solveRow('lower', {}),
    solveRow('upper', { lower: false }),
    solveRow('lower transposed', { transposeA: true }),
    solveRow('upper transposed', { lower: false, transposeA: true }),
    solveRow('from the right', { leftSide: false }, [2, 3]),
    solveRow('from the right, upper transposed', { leftSide: false, lower: false, transposeA: true }, [2, 3]),
    solveRow('unit diagonal', { unitDiagonal: true }),
    smooth('batch', solve({ lower: false }), [num([2, 2, 2], small), num([2, 2, 1])]),
  ],
  // signs of vectors are any: what is compared has none
  eigh: [
    smooth('lower', eigenOf(true), [num([3, 3], small)], { tolerance: 20 }),
    smooth('upper, batch', eigenOf(false), [num([2, 2, 2], small)], { tolerance: 20 }),
    smooth('one by one', (x) => eigh(x, { lower: true })[1], [num([1, 1])]),
    rough('reads one triangle', (x) => eigh(x, { lower: true })[1], [num([4, 4])], { tolerance: 10 }),
  ],
  svd: [
    smooth('values', (x) => svd(spacedOut(x), { fullMatrices: false, computeUv: false }), [num([3, 3], small)], { tolerance: 20 }),
    smooth('square', singularOf(true), [num([3, 3], small)], { tolerance: 20 }),
    smooth('tall', singularOf(false), [num([4, 2], given(1, 0.2, -0.3, 1.1, 0.5, -0.4, 0.1, 0.7))], { tolerance: 20 }),
    smooth('wide, batch', singularOf(false), [num([1, 2, 3], given(1, 0.2, -0.3, 0.4, 0.5, -1.4))], { tolerance: 20 }),
    rough('full', (x) => remade(svd(x, { fullMatrices: true, computeUv: true })), [num([2, 3])], { tolerance: 20 }),
    rough(
      'of rank one',
      (x) => remade(svd(broadcastInDim(x, { shape: [3, 2], broadcastDimensions: [1] }), { fullMatrices: false, computeUv: true })),
      [num([2])],
      { tolerance: 20 },
    ),
  ],
  lu: [
    smooth('square', (x) => lu(add(x, eye(x, 2)))[0], [num([3, 3], small)], { tolerance: 10 }),
    smooth('pivots', (x) => lu(x), [num([3, 3], given(0.1, 0.9, 0.4, 1.5, -0.3, 0.2, -0.7, 0.8, 2.1))], { tolerance: 10 }),
    smooth('tall', (x) => lu(x)[0], [num([3, 2], given(0.1, 0.9, 1.5, -0.3, -0.7, 0.8))], { tolerance: 10 }),
    smooth('wide, batch', (x) => lu(x)[0], [num([1, 2, 3], given(0.1, 0.9, 0.4, 1.5, -0.3, 0.2))], { tolerance: 10 }),
    rough('singular', (x) => lu(broadcastInDim(x, { shape: [3, 3], broadcastDimensions: [1] })), [num([3])]),
  ],
}
