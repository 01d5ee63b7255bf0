/**
 * The functional core: filters, variables, random streams, boxes and scopes as values, errors as data. It knows nothing of arrays.
 */
export * as step from './step'
export { aliases, type Aliases, type Link, type Place } from './alias'
export {
  broadcast,
  decodeScanAxes,
  decodeSplitRngs,
  decodeVariableAxes,
  In,
  Out,
  splitInOut,
  type Axis,
  type Broadcast,
  type FilterEntries,
  type FilterMap,
  type InOut,
  type InOutAxes,
} from './axes'
export { decodeOptions } from './codec'
export { explain, type Mismatch, type Problem, type Nearest, type ScopeError, type Sized } from './error'
export {
  decodeFilter,
  denyList,
  Filter,
  inFilter,
  intersect,
  isEmpty,
  subtract,
  union,
  type CollectionFilter,
  type DenyList,
  type RngFilter,
} from './filter'
export { group, ungroup } from './group'
export {
  addAxis,
  AxisMetadata,
  getPartitionSpec,
  getSharding,
  isAxisMetadata,
  PARTITION_NAME,
  Partitioned,
  registerPartitioned,
  removeAxis,
  replaceBoxed,
  unbox,
  withPartitioning,
  type AxisNames,
  type MetadataParams,
  type PartitionOptions,
} from './meta'
export { assignAxes, isLogicalNames, logicalNames, placeAxes, type LogicalNames, type LogicalRules } from './logical-axes'
export { pathText, startsWith, type Path } from './path'
export type { LeafOps, RngOps } from './ports'
export { prettyRepr } from './pretty'
export {
  countersAt,
  countOf,
  extend,
  hashParts,
  increment,
  lazyRng,
  isZero,
  minus,
  noCounts,
  plus,
  sharedStream,
  toKey,
  withCountersAt,
  type Counters,
  type LazyRng,
} from './rng'
export {
  checkName,
  checkValid,
  defaultName,
  getFlag,
  invalidate,
  isMutableCollection,
  leaveNote,
  makeStore,
  nameReserved,
  push,
  reserve,
  rewound,
  root,
  takeNote,
  withNotesAt,
  type Cursor,
  type Note,
  type Notes,
  type PushOptions,
  type Reservations,
  type RootOptions,
  type ScopeState,
  type ScopeStep,
  type Store,
} from './scope'
export {
  declareParam,
  declareVariable,
  forkRngs,
  gather,
  getVariable,
  hasRng,
  hasVariable,
  isCollectionEmpty,
  makeRng,
  mutableVariablesOf,
  present,
  putVariable,
  SEPARATOR_FLAG,
  shapeProblem,
  sow,
  variablesOf,
  type Declared,
  type DeclaredParam,
  type Sowing,
} from './scope-variables'
export {
  NamedSharding,
  namesOfAxes,
  PartitionSpec,
  shardingProblem,
  shardShape,
  UNCONSTRAINED,
  type Mesh,
  type MeshAxes,
} from './sharding'
export { decodeVariables, getIn, isDict, merge, setIn, type VariableDict, type Variables } from './variables'
