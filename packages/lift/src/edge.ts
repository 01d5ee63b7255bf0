/**
 * The edge: where an error that is data, as core answers it, becomes an exception: a class for each kind (`exception`), and the value or the
 * exception of an Either (`orThrow`). All that lift throws itself is made here.
 */
import { either as E } from 'fp-ts'
import { explain, type ScopeError } from '@heddle/core'
import { errorClass, HeddleError } from '@heddle/tree'

/** An error of scopes, modules and their transformations. */
export abstract class LinenError<Detail extends object = object> extends HeddleError<Detail> {}

type Tag = ScopeError['_tag']

const scopeError = <T extends Tag>(tag: T) =>
  /* @__PURE__ */ errorClass(tag, (detail: Extract<ScopeError, { readonly _tag: T }>) => detail, explain, LinenError)

/** A parameter that the model asks for is not among the variables. */
export class ScopeParamNotFoundError extends scopeError('ScopeParamNotFoundError') {}
/** A parameter has another shape than its initializer gives. */
export class ScopeParamShapeError extends scopeError('ScopeParamShapeError') {}
/** A variable is asked for in a collection that is empty. */
export class ScopeCollectionNotFound extends scopeError('ScopeCollectionNotFound') {}
/** A variable that the model asks for is not in its collection. */
export class ScopeVariableNotFoundError extends scopeError('ScopeVariableNotFoundError') {}
/** A variable of an immutable collection is written. */
export class ModifyScopeVariableError extends scopeError('ModifyScopeVariableError') {}
/** A random stream is missing, or what was given is no key. */
export class InvalidRngError extends scopeError('InvalidRngError') {}
/** A scope is used after its function has returned. */
export class InvalidScopeError extends scopeError('InvalidScopeError') {}
/** A name is used twice in a scope. */
export class NameInUseError extends scopeError('NameInUseError') {}
/** The name of a parameter, variable, collection, stream or submodule is no string. */
export class InvalidNameError extends scopeError('InvalidNameError') {}
/** A flag is asked for that the scope does not have. */
export class FlagNotFoundError extends scopeError('FlagNotFoundError') {}
/** What says which collections are meant is none of: true, false, a name, a list of names, `denyList(...)`. */
export class InvalidFilterError extends scopeError('InvalidFilterError') {}
/** What was given as variables is no object of collections. */
export class ApplyScopeInvalidVariablesTypeError extends scopeError('ApplyScopeInvalidVariablesTypeError') {}
/** The variables have a layer `params` too many. */
export class ApplyScopeInvalidVariablesStructureError extends scopeError('ApplyScopeInvalidVariablesStructureError') {}
/** Options of a transformation have a wrong name, or values of the wrong type. */
export class InvalidOptionsError extends scopeError('InvalidOptionsError') {}
/** Nothing tells the size of a mapped axis, or arguments and variables disagree about it. */
export class AxisSizeError extends scopeError('AxisSizeError') {}
/** An argument or variable lacks the axis that is to be mapped. */
export class AxisRangeError extends scopeError('AxisRangeError') {}
/** What is shared along a mapped axis depends on what is mapped. */
export class SharedOutputError extends scopeError('SharedOutputError') {}
/** What a loop carries changes its structure, shape or type. */
export class CarryMismatchError extends scopeError('CarryMismatchError') {}
/** The branches of a condition answer different things, or leave different variables. */
export class BranchMismatchError extends scopeError('BranchMismatchError') {}
/** A function does not answer what its transformation needs. */
export class ResultMismatchError extends scopeError('ResultMismatchError') {}
/** A transformation is given what is no function, or what are no scopes. */
export class InvalidTargetError extends scopeError('InvalidTargetError') {}
/** What is broadcast in a loop depends on the loop. */
export class LoopVariantError extends scopeError('LoopVariantError') {}
/** A partitioned variable got an axis without a name. */
export class PartitioningUnspecifiedError extends scopeError('PartitioningUnspecifiedError') {}
/** A lifted function uses a scope from outside of it, not the one that it is given. */
export class OuterScopeError extends scopeError('OuterScopeError') {}
/** An array can not lie on a mesh of devices as it is asked to. */
export class ShardingError extends scopeError('ShardingError') {}
/** Logical axes of an array can not be placed on those of a mesh. */
export class LogicalAxesError extends scopeError('LogicalAxesError') {}
/** A variable depends on an argument of which only the shape was given. */
export class LazyInitError extends scopeError('LazyInitError') {}

const classes: { readonly [T in Tag]: new (detail: never) => LinenError } = {
  ScopeParamNotFoundError,
  ScopeParamShapeError,
  ScopeCollectionNotFound,
  ScopeVariableNotFoundError,
  ModifyScopeVariableError,
  InvalidRngError,
  InvalidScopeError,
  NameInUseError,
  InvalidNameError,
  FlagNotFoundError,
  InvalidFilterError,
  ApplyScopeInvalidVariablesTypeError,
  ApplyScopeInvalidVariablesStructureError,
  InvalidOptionsError,
  AxisSizeError,
  AxisRangeError,
  SharedOutputError,
  CarryMismatchError,
  BranchMismatchError,
  ResultMismatchError,
  InvalidTargetError,
  LoopVariantError,
  PartitioningUnspecifiedError,
  OuterScopeError,
  ShardingError,
  LogicalAxesError,
  LazyInitError,
}

/** The exception for an error. */
export const exception = (e: ScopeError): LinenError => new classes[e._tag](e as never)

/** The value, or the exception. */
export const orThrow = <A>(e: E.Either<ScopeError, A>): A => {
  if (E.isLeft(e)) throw exception(e.left)
  return e.right
}
