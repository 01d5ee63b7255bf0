/**
 * The edge: where an error that was data becomes an exception, a class for each kind. Nobody else throws a ScopeError.
 */
import { either as E } from 'fp-ts'
import { explain, type ScopeError } from '@heddle/core'
import { HeddleError } from '@heddle/tree'

/** An error of scopes, modules and their transformations. `detail` is the error as data. */
export class LinenError<D extends { readonly _tag: string } = { readonly _tag: string }> extends HeddleError {
  readonly _tag: string
  readonly detail: D

  constructor(name: string, detail: D, message: string) {
    super(message)
    this._tag = name
    this.detail = detail
  }
}

type Tag = ScopeError['_tag']
type Of<T extends Tag> = Extract<ScopeError, { readonly _tag: T }>

/** A class of errors about some kinds of mistakes. */
export interface ErrorClass<T extends Tag> {
  new (detail: Extract<ScopeError, { readonly _tag: T }>): LinenError<Extract<ScopeError, { readonly _tag: T }>>
}
const errorClass = <T extends Tag>(name: string, ..._tag: readonly T[]): ErrorClass<T> => {
  const Class = class extends LinenError<Of<T>> {
    constructor(detail: Of<T>) {
      super(name, detail, explain(detail))
    }
  }
  Object.defineProperty(Class, 'name', { value: name })
  return Class
}

/** A parameter that the model asks for is not among the variables. */
export const ScopeParamNotFoundError = errorClass('ScopeParamNotFoundError', 'ParamNotFound')
/** A parameter has another shape than its initializer gives. */
export const ScopeParamShapeError = errorClass('ScopeParamShapeError', 'ParamShape')
/** A variable is asked for in a collection that is empty. */
export const ScopeCollectionNotFound = errorClass('ScopeCollectionNotFound', 'CollectionNotFound')
/** A variable that the model asks for is not in its collection. */
export const ScopeVariableNotFoundError = errorClass('ScopeVariableNotFoundError', 'VariableNotFound')
/** A variable of an immutable collection is written. */
export const ModifyScopeVariableError = errorClass('ModifyScopeVariableError', 'ModifyVariable')
/** A random stream is missing, or what was given is no key. */
export const InvalidRngError = errorClass('InvalidRngError', 'RngMissing', 'InvalidRngs')
/** A scope is used after its function has returned. */
export const InvalidScopeError = errorClass('InvalidScopeError', 'InvalidScope')
/** A name is used twice in a scope. */
export const NameInUseError = errorClass('NameInUseError', 'NameInUse')
/** A name of a parameter, variable, collection, stream or submodule that is none. */
export const InvalidNameError = errorClass('InvalidNameError', 'InvalidName')
/** A flag that the scope does not have. */
export const FlagNotFoundError = errorClass('FlagNotFoundError', 'FlagMissing')
/** No filter of collections. */
export const InvalidFilterError = errorClass('InvalidFilterError', 'InvalidFilter')
/** What was given as variables is no object of collections. */
export const ApplyScopeInvalidVariablesTypeError = errorClass('ApplyScopeInvalidVariablesTypeError', 'InvalidVariables')
/** The variables have a layer `params` too many. */
export const ApplyScopeInvalidVariablesStructureError = errorClass('ApplyScopeInvalidVariablesStructureError', 'NestedParams')
/** The options of a transformation are of the wrong type. */
export const InvalidOptionsError = errorClass('InvalidOptionsError', 'InvalidOptions')
/** A collection was written in a transformation that has no way out for it. */
export const UnmappedOutputError = errorClass('UnmappedOutputError', 'UnmappedOutput')
/** The size of a mapped axis is unknown, or not one. */
export const AxisSizeError = errorClass('AxisSizeError', 'AxisSize')
/** An argument or variable lacks the axis that is to be mapped. */
export const AxisRangeError = errorClass('AxisRangeError', 'AxisRange')
/** What is shared along a mapped axis depends on what is mapped. */
export const SharedOutputError = errorClass('SharedOutputError', 'SharedOutput')
/** What a loop carries changes its structure, shape or type. */
export const CarryMismatchError = errorClass('CarryMismatchError', 'CarryMismatch')
/** Branches answer different things, or leave different variables. */
export const BranchMismatchError = errorClass('BranchMismatchError', 'BranchMismatch')
/** A function does not answer what its transformation needs. */
export const ResultMismatchError = errorClass('ResultMismatchError', 'ResultMismatch')
/** A transformation is given what is no function, or what are no scopes. */
export const InvalidTargetError = errorClass('InvalidTargetError', 'InvalidTarget')
/** What is broadcast in a loop depends on the loop. */
export const LoopVariantError = errorClass('LoopVariantError', 'LoopVariant')
/** A partitioned variable got an axis without a name. */
export const PartitioningUnspecifiedError = errorClass('PartitioningUnspecifiedError', 'PartitionUnspecified')
/** A lifted function uses a scope from outside of it, not the one that it is given. */
export const OuterScopeError = errorClass('OuterScopeError', 'OuterScope')
/** An array can not lie on a mesh of devices as it is asked to. */
export const ShardingError = errorClass('ShardingError', 'Sharding')
/** Logical axes that can not be placed. */
export const LogicalAxesError = errorClass('LogicalAxesError', 'LogicalAxes')
/** A variable depends on an argument of which only the shape was given. */
export const LazyInitError = errorClass('LazyInitError', 'LazyInit')

const classes: { readonly [T in Tag]: new (detail: never) => LinenError<ScopeError> } = {
  ParamNotFound: ScopeParamNotFoundError,
  ParamShape: ScopeParamShapeError,
  CollectionNotFound: ScopeCollectionNotFound,
  VariableNotFound: ScopeVariableNotFoundError,
  ModifyVariable: ModifyScopeVariableError,
  RngMissing: InvalidRngError,
  InvalidRngs: InvalidRngError,
  InvalidScope: InvalidScopeError,
  NameInUse: NameInUseError,
  InvalidName: InvalidNameError,
  FlagMissing: FlagNotFoundError,
  InvalidFilter: InvalidFilterError,
  InvalidVariables: ApplyScopeInvalidVariablesTypeError,
  NestedParams: ApplyScopeInvalidVariablesStructureError,
  InvalidOptions: InvalidOptionsError,
  UnmappedOutput: UnmappedOutputError,
  AxisSize: AxisSizeError,
  AxisRange: AxisRangeError,
  LoopVariant: LoopVariantError,
  SharedOutput: SharedOutputError,
  CarryMismatch: CarryMismatchError,
  BranchMismatch: BranchMismatchError,
  ResultMismatch: ResultMismatchError,
  InvalidTarget: InvalidTargetError,
  OuterScope: OuterScopeError,
  PartitionUnspecified: PartitioningUnspecifiedError,
  Sharding: ShardingError,
  LogicalAxes: LogicalAxesError,
  LazyInit: LazyInitError,
}

/** The exception for an error. */
export const exception = (e: ScopeError): LinenError<ScopeError> => new classes[e._tag](e as never)

/** The value, or the exception. */
export const orThrow = <A>(e: E.Either<ScopeError, A>): A => {
  if (E.isLeft(e)) throw exception(e.left)
  return e.right
}
