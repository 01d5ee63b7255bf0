/**
 * Tensors and transformations of pure functions: JAX's, in TypeScript, on any backend.
 *
 * Namespaces: `np` (arrays), `lax` (primitives and control flow), `nn` (activations, initializers), `random`, `tree`.
 */
import './interpreters/eval'
import { installMethods } from './numpy/methods'

installMethods()

export * as tree from '@heddle/tree'
export { HeddleError, staticKey } from '@heddle/tree'
export { ConcreteTensor } from './array'
export type { Aval, Shape, ShapeDtype } from './aval'
export type { Device } from './backend/backend'
export { getDefaultBackend, setDefaultBackend, withBackend } from './backend/registry'
export { bytesOf, type DType, dtypes, isDType, isFloating, isInteger, type TypedArray } from './dtype'
export * from './error'
export type { ClosedJaxpr, Jaxpr } from './ir/jaxpr'
export { printJaxpr } from './ir/print'
export { typecheckJaxpr } from './ir/typecheck'
export * as lax from './lax'
export * as nn from './nn'
export * as np from './numpy'
export type { TensorLike } from './numpy/promote'
export type { CheckpointPolicy } from './primitives/call/checkpoint'
export { checkpointName } from './primitives/call/name'
export * as random from './random'
export { isTensor, Tensor } from './tensor'
export { checkpoint, type CheckpointOptions, checkpointPolicies, remat } from './transforms/checkpoint'
export { type CustomJvp, customJvp, type CustomOptions, type CustomVjp, customVjp } from './transforms/custom'
export { evalKnown, type Known } from './transforms/eval-known'
export { isStatic } from './transforms/flat'
export { hessian, jacfwd, type JacobianOf, type JacobianOptions, jacrev } from './transforms/jacobian'
export { jit, type JitOptions, type Jitted } from './transforms/jit'
export { jvp } from './transforms/jvp'
export { linearize } from './transforms/linearize'
export { evalShape, makeJaxpr, type ShapesOf } from './transforms/make-jaxpr'
export type { MeshLike, ShardingLike } from './sharding'
export { devicePut, type Shardings, withShardingConstraint } from './transforms/sharding'
export { dispose, tidy } from './transforms/tidy'
export { grad, type GradOptions, valueAndGrad, vjp, vjpWithAux } from './transforms/vjp'
export { type Axes, vmap, type VmapOptions } from './transforms/vmap'
