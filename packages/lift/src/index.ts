/**
 * The lifted transformations: functions of scopes, vectorized, looped, compiled and differentiated with their variables and random streams.
 */
export {
  AxisMetadata,
  broadcast,
  getPartitionSpec,
  getSharding,
  In,
  isAxisMetadata,
  NamedSharding,
  Out,
  PARTITION_NAME,
  Partitioned,
  PartitionSpec,
  pathText,
  prettyRepr,
  replaceBoxed,
  unbox,
  UNCONSTRAINED,
  withPartitioning,
  type Axis,
  type AxisNames,
  type DenyList,
  type Filter,
  type FilterMap,
  type InOut,
  type LogicalNames,
  type LogicalRules,
  type Mesh,
  type MeshAxes,
  type MetadataParams,
  type PartitionOptions,
  type Path,
  type Sowing,
} from '@heddle/core'
export { apply, bind, decodeRngs, init, type Applied, type BindOptions, type InitOptions, type Rngs } from './apply'
export { checkpoint, checkpointOptions, remat, type CheckpointOptions } from './checkpoint'
export { branchOptions, cond, switch_ as switch, whileLoop, whileOptions, type BranchOptions, type WhileOptions } from './control'
export { customVjp, customVjpOptions, type CustomVjpOptions } from './custom-vjp'
export {
  derivativeOptions,
  jvp,
  jvpOptions,
  valueAndGrad,
  valueAndGradWithAux,
  vjp,
  vjpOptions,
  vjpWithAux,
  type Backward,
  type DerivativeOptions,
  type JvpOptions,
  type VjpOptions,
} from './derivatives'
export * from './edge'
export { optionsOf } from './options'
export { isKey, type Key } from './ports'
export { shapesKey, type Declarer } from './init-shapes'
export { denyList, inFilter } from './filters'
export { foldRngs, foldRngsOptions, type FoldRngsOptions } from './fold-rngs'
export { jit, jitOptions, type JitOptions } from './jit'
export { lazyInit } from './lazy-init'
export { currentMesh, onMesh, withMesh } from './mesh'
export { addMetadataAxis, mapVariables, mapVariablesOptions, swapCollection, type MapVariablesOptions } from './map-variables'
export {
  entryKey,
  type Entry,
  type Groups,
  type KeyGroups,
  type Learned,
  type Packed,
  type PackPlan,
  type Scopes,
  type ScopesFn,
} from './entry'
export {
  close,
  countersOf,
  doneOf,
  open,
  pureOf,
  runOn,
  type Answer,
  type Closed,
  type Done,
  type Opened,
  type OpenOptions,
  type Pure,
} from './opened'
export { pack } from './pack'
export { rematScan, type RematScanOptions, rematScanOptions } from './remat-scan'
export { scan, type ScanFn, type ScanOptions, scanOptions, type ScanAxes } from './scan'
export { Scope } from './scope'
export type { ChildOptions, Declared, DeclareOptions, Init, Params, ReadVariables, ScopeFn, Variables } from './scope-types'
export { type Argnums, argumentsAt, Static } from './static'
export { Variable } from './variable'
export { vmap, vmapOptions, type VmapOptions } from './vmap'
