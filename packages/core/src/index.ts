/**
 * The functional core: filters, variables, random streams, boxes and scopes as values, errors as data. It knows nothing of arrays.
 */
export * as step from './step.js'
export { aliases, type Aliases, type Link, type Place } from './alias.js'
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
} from './axes.js'
export { decodeOptions } from './codec.js'
export { explain, type Problem, type ScopeError } from './error.js'
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
} from './filter.js'
export { group, ungroup } from './group.js'
export {
  addAxis,
  AxisMetadata,
  getPartitionSpec,
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
} from './meta.js'
export { pathText, startsWith, type Path } from './path.js'
export type { LeafOps, RngOps } from './ports.js'
export {
  countersAt,
  countOf,
  extend,
  hashParts,
  increment,
  lazyRng,
  minus,
  noCounts,
  plus,
  toKey,
  withCountersAt,
  type Counters,
  type LazyRng,
} from './rng.js'
export {
  checkValid,
  defaultName,
  getFlag,
  invalidate,
  isMutableCollection,
  makeStore,
  nameReserved,
  push,
  reserve,
  rewound,
  root,
  type Cursor,
  type PushOptions,
  type Reservations,
  type RootOptions,
  type ScopeState,
  type ScopeStep,
  type Store,
} from './scope.js'
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
} from './scope-variables.js'
export { decodeVariables, getIn, isDict, merge, setIn, type VariableDict, type Variables } from './variables.js'
