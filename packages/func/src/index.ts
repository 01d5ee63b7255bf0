/**
 * Tensors and transformations of pure functions: JAX's, in TypeScript, on any backend.
 *
 * Namespaces: `np` (arrays), `lax` (primitives and control flow), `nn` (activations, initializers), `random`, `special` (special functions),
 * `tree`.
 */
import './install'

export * as tree from '@heddle/tree'
export { HeddleError, staticKey } from '@heddle/tree'
export { type Ambient, ambient, here, type Home, reach } from './ambient'
export { ConcreteTensor } from './array'
export type { Aval, Shape, ShapeDtype } from './aval'
export type { Device } from './backend/backend'
export { getDefaultBackend, setDefaultBackend, withBackend } from './backend/registry'
export { bytesOf, type DType, dtypes, isDType, isFloating, isInteger, type TypedArray } from './dtype'
export * from './error'
export { type Cost, costOf } from './ir/cost'
export type { ClosedJaxpr, Jaxpr } from './ir/jaxpr'
export { explain } from './profile/explain'
export { Profile, profile, type ProfileOptions, type ProfileRow } from './profile/profile'
export type { Span } from './profiling'
export { printJaxpr, type PrintJaxprOptions } from './ir/print'
export { typecheckJaxpr } from './ir/typecheck'
export { check } from './checkify/check'
export {
  allChecks,
  automaticChecks,
  checkError,
  checkify,
  type CheckifyOptions,
  divChecks,
  floatChecks,
  indexChecks,
  nanChecks,
  userChecks,
} from './checkify/checkify'
export { CheckResult } from './checkify/result'
export type { CheckKind } from './checkify/sites'
export * as debug from './debug'
export { pureCallback, type PureCallbackOptions, type TensorsOf } from './debug/callback'
export { effectsBarrier } from './debug/delivery'
export { blockUntilReady } from './debug/ready'
export { debugInfs, debugNans, disableJit, namedScope, type Setting } from './debug/settings'
export * as lax from '@heddle/func/lax'
export * as nn from '@heddle/func/nn'
export * as np from '@heddle/func/np'
export type { TensorLike } from './numpy/promote'
export type { CheckpointPolicy } from './primitives/call/checkpoint'
export { checkpointName } from './primitives/call/name'
export * as random from '@heddle/func/random'
export * as special from '@heddle/func/special'
export * as flattenUtil from '@heddle/func/flatten-util'
export * as image from '@heddle/func/image'
export * as ops from '@heddle/func/ops'
export { enterScope, leaveScope } from './origin'
export { type Synchronous, synchronous } from './synchronous'
export { isTensor, Tensor } from './tensor'
export type { DataOf, ScalarOf } from './tensor-methods'
export { checkpoint, type CheckpointOptions, checkpointPolicies, remat } from './transforms/checkpoint'
export { type CustomJvp, customJvp, type CustomOptions, type CustomVjp, customVjp } from './transforms/custom'
export { type BatchedTree, type CustomVmap, customVmap, sequentialVmap } from './transforms/custom-batching'
export { evalKnown, type Known } from './transforms/eval-known'
export { isStatic } from './transforms/flat'
export { hessian, jacfwd, type JacobianOf, type JacobianOptions, jacrev } from './transforms/jacobian'
export { jit, type JitOptions, type Jitted } from './transforms/jit'
export { jvp } from './transforms/jvp'
export { linearize } from './transforms/linearize'
export { closureConvert, customGradient, linearTranspose } from './transforms/linear-transpose'
export { evalShape, makeJaxpr, type ShapesOf } from './transforms/make-jaxpr'
export type { MeshLike, ShardingLike } from './sharding'
export {
  type BlockOf,
  type CallbackOptions,
  devicePut,
  makeArrayFromCallback,
  placementOf,
  type Shardings,
  withShardingConstraint,
} from './transforms/sharding'
export { switchWithAux } from './transforms/cond'
export { dispose, tidy } from './transforms/tidy'
export type { Next, NoNumbers, NoNumbersAt, Result } from './transforms/traced'
export { grad, type GradOptions, valueAndGrad, vjp, vjpWithAux } from './transforms/vjp'
export { type Axes, vmap, type VmapOptions } from './transforms/vmap'
export { whileLoopWithAux } from './transforms/while-loop'
