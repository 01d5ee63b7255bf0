/** `np.linalg`: linear algebra. Source: the jax.numpy.linalg functions of the same names, and some of jax.scipy.linalg. */
export { cross, matmul, outer, tensordot, trace, vecdot } from './contraction'
export {
  cholesky,
  type CholeskyOptions,
  eigh,
  type EighOptions,
  eigvalsh,
  lu,
  luFactor,
  type LuOptions,
  qr,
  type QrOptions,
  svd,
  type SvdOptions,
  svdvals,
} from './decompositions'
export { det, slogdet } from './determinant'
export { cond, lstsq, matrixRank, type MatrixRankOptions, pinv, type PinvOptions } from './least-squares'
export { expm, type ExpmOptions, matrixPower, multiDot } from './matrix-functions'
export { matrixNorm, norm, type NormOptions, type NormOrder, vectorNorm } from './norm'
export { diagonal } from './sequences'
export { matrixTranspose } from './shape'
export {
  choFactor,
  type ChoFactorOptions,
  choSolve,
  inv,
  luSolve,
  type LuSolveOptions,
  solve,
  solveTriangular,
  tensorinv,
  tensorsolve,
  type TensorsolveOptions,
  type TriangularOptions,
} from './systems'
