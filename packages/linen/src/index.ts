/**
 * Flax linen in TypeScript: modules, layers, and transformations of modules.
 */
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
  type Variables,
} from '@heddle/lift'
export * from './activation'
export type { ApplyOptions, BindOptions, InitOptions } from './bind'
export type { CaptureFilter, Interceptor, InterceptorContext } from './context'
export { canonicalizeDtype, promoteDtype, type DtypeOptions, type PromoteDtype } from './dtypes'
export * from './errors'
export { apply, init, initWithOutput, interceptMethods, shareScope } from './functional'
export { initializers, ones, onesInit, zeros, zerosInit, type Initializer } from './initializers'
export * from './layers'
export { LogicallyPartitioned, withLogicalPartitioning, type LogicalOptions } from './logically-partitioned'
export { mergeParam } from './merge-param'
export { Module } from './module'
export type { PropTypes } from './props'
export * as partitioning from './partitioning'
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
} from './spmd'
export { isModule } from './state'
export { costOf, type Cost } from './summary/cost'
export { moduleTable, type Row, type Table, type TableOptions } from './summary/table'
export { tabulate, type TabulateOptions } from './summary/text'
export * from './transforms'
export type { Applied, ArgsOf, ModuleArgs, ModuleClass, ModuleOptions, OutputOf, PropsIn } from './types'
export type { SowOptions } from './variable'
