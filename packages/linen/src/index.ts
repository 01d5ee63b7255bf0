/**
 * Flax linen in TypeScript: modules, layers, and transformations of modules.
 */
export { type Cost, costOf } from '@heddle/func'
export {
  AxisMetadata,
  broadcast,
  denyList,
  getPartitionSpec,
  getSharding,
  In,
  NamedSharding,
  Out,
  PARTITION_NAME,
  Partitioned,
  PartitionSpec,
  replaceBoxed,
  unbox,
  UNCONSTRAINED,
  Variable,
  withMesh,
  withPartitioning,
  type Filter,
  type FilterMap,
  type InOut,
  type Key,
  type LogicalNames,
  type LogicalRules,
  type Mesh,
  type MeshAxes,
  type MetadataParams,
  type PartitionOptions,
  type Rngs,
  type Scope,
  type Params,
  type ReadVariables as Variables,
} from '@heddle/lift'
export * from './layers/activation'
export type { BindOptions } from './module/bind'
export { canonicalizeDtype, promoteDtype, type DtypeOptions, type PromoteDtype } from './layers/dtypes'
export * from './errors'
export {
  apply,
  init,
  initWithOutput,
  interceptMethods,
  moduleTable,
  shareScope,
  tabulate,
  type Row,
  type Table,
} from './module/functional'
export { initializers, ones, onesInit, zeros, zerosInit, type Initializer } from './layers/initializers'
export * from './layers'
export { LogicallyPartitioned, withLogicalPartitioning, type LogicalOptions } from './sharding/logically-partitioned'
export { mergeParam } from './layers/merge-param'
export { isModule, Module } from './module/module'
export type { PropTypes } from './module/props'
export * as partitioning from './sharding/partitioning'
export {
  getLogicalAxisRules,
  logicalAxisRules,
  logicalConstraint,
  logicalToMesh,
  logicalToMeshAxes,
  logicalToMeshSharding,
  RulesFallback,
  setLogicalAxisRules,
  withLogicalConstraint,
  type ConstraintOptions,
  type LogicalSpec,
} from './sharding/spmd'
export type { TableOptions } from './summary/table'
export type { TabulateOptions } from './summary/text'
export * from './transforms'
export type {
  Applied,
  ApplyOptions,
  ArgsOf,
  CaptureFilter,
  InitOptions,
  Interceptor,
  InterceptorContext,
  ModuleArgs,
  ModuleClass,
  ModuleOptions,
  OutputOf,
  PropsIn,
} from './module/types'
export type { SowOptions } from './module/variable'
