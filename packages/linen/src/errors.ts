/**
 * The errors of modules, and those of scopes under them.
 */
export * from './error'
export {
  ApplyScopeInvalidVariablesStructureError,
  ApplyScopeInvalidVariablesTypeError,
  AxisSizeError,
  FlagNotFoundError,
  InvalidFilterError,
  InvalidOptionsError,
  InvalidRngError,
  InvalidScopeError,
  LazyInitError,
  LinenError,
  LogicalAxesError,
  LoopVariantError,
  ModifyScopeVariableError,
  NameInUseError,
  PartitioningUnspecifiedError,
  ScopeCollectionNotFound,
  ScopeParamNotFoundError,
  ScopeParamShapeError,
  ScopeVariableNotFoundError,
  ShardingError,
  UnmappedOutputError,
} from '@heddle/lift'
