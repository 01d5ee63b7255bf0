/** Rows of random bits and of the decompositions. */
import { add, mul } from '../../primitives/arithmetic'
import { dotGeneral } from '../../primitives/contraction'
import { eq } from '../../primitives/piecewise'
import { iota } from '../../primitives/layout'
import { cholesky, qr, triangularSolve } from '../../primitives/linalg'
import { threefry2x32 } from '../../primitives/random'
import { convertElementType } from '../../primitives/structural'
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
}
