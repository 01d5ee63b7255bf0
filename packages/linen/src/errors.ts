/**
 * The errors of modules, and those of scopes under them.
 */
export * from './error'
export {
  ApplyScopeInvalidVariablesStructureError,
  ApplyScopeInvalidVariablesTypeError,
  AxisRangeError,
  AxisSizeError,
  BranchMismatchError,
  CarryMismatchError,
  FlagNotFoundError,
  InvalidFilterError,
  InvalidNameError,
  InvalidOptionsError,
  InvalidRngError,
  InvalidScopeError,
  InvalidTargetError,
  LazyInitError,
  LinenError,
  LogicalAxesError,
  LoopVariantError,
  ModifyScopeVariableError,
  NameInUseError,
  OuterScopeError,
  PartitioningUnspecifiedError,
  ResultMismatchError,
  ScopeCollectionNotFound,
  ScopeParamNotFoundError,
  ScopeParamShapeError,
  ScopeVariableNotFoundError,
  SharedOutputError,
  ShardingError,
} from '@heddle/lift'
export { HeddleError } from '@heddle/tree'
