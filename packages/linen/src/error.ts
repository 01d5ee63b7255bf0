/**
 * Errors of modules: a class for each kind, named as Flax names it. Those of scopes and variables are lift's; all are LinenErrors.
 */
import { LinenError } from '@heddle/lift'
import { describe as describeValue } from '@heddle/tree/options'

interface Detail {
  readonly _tag: string
  readonly [field: string]: unknown
}

const quote = (x: unknown): string => (typeof x === 'string' ? JSON.stringify(x) : String(x))

/** A method is written as a function in a field, so that modules do not know that it runs. */
export class MethodInFieldError extends LinenError<Detail> {
  constructor(module: string, method: string) {
    super(
      'MethodInFieldError',
      { _tag: 'MethodInField', module, method },
      `${method} of ${module} is a function in a field of the instance, which can't have submodules and variables (write it as a method: ${method}(x) { ... } in place of ${method} = (x) => ...)`,
    )
  }
}
/** A submodule is made where a module can't have new ones. */
export class AssignSubModuleError extends LinenError<Detail> {
  constructor(child: string, parent: string) {
    super(
      'AssignSubModuleError',
      { _tag: 'AssignSubModule', child, parent },
      `submodule ${child} is made in a method of ${parent} that is not compact (make it in setup() or in call(), or list the method in static compact)`,
    )
  }
}
/** A parameter or variable is declared where a module can't have new ones. */
export class DeclareVariableError extends LinenError<Detail> {
  constructor(kind: string, name: string, module: string) {
    super(
      'DeclareVariableError',
      { _tag: 'DeclareVariable', kind, name, module },
      `${kind} ${quote(name)} of ${module} is declared in a method that is not compact (declare it in setup() or in call(), or list the method in static compact)`,
    )
  }
}
/** An attribute is set outside of setup. */
export class SetAttributeFrozenModuleError extends LinenError<Detail> {
  constructor(module: string, attribute: string) {
    super(
      'SetAttributeFrozenModuleError',
      { _tag: 'SetAttributeFrozenModule', module, attribute },
      `can't set ${quote(attribute)} of a ${module}: a module is frozen outside of setup() (set it in setup(), or keep what changes in this.variable)`,
    )
  }
}
/** A prop is set in setup. */
export class SetAttributeInModuleSetupError extends LinenError<Detail> {
  constructor(module: string, attribute: string) {
    super(
      'SetAttributeInModuleSetupError',
      { _tag: 'SetAttributeInModuleSetup', module, attribute },
      `can't set ${quote(attribute)} of a ${module} in setup(): props are what the constructor was given (keep what setup() makes of them in an attribute of another name)`,
    )
  }
}
/** A method that needs an instance is called on the class. */
export class InvalidInstanceModuleError extends LinenError<Detail> {
  constructor(module: string, method: string, args: number) {
    super(
      'InvalidInstanceModuleError',
      { _tag: 'InvalidInstanceModule', module, method, args },
      `${module}.${method} is called on the class (make an instance first: new ${module}({ ... }).${method}(...))`,
    )
  }
}
/** A class has a property of a name that modules need themselves. */
export class ReservedModuleAttributeError extends LinenError<Detail> {
  constructor(module: string, attribute: string) {
    super(
      'ReservedModuleAttributeError',
      { _tag: 'ReservedModuleAttribute', module, attribute },
      `class ${module} defines ${quote(attribute)}, which every module has already (give it another name)`,
    )
  }
}
/** The `method` of init or apply is no method of the module and no function. */
export class ApplyModuleInvalidMethodError extends LinenError<Detail> {
  constructor(module: string, method: unknown) {
    super(
      'ApplyModuleInvalidMethodError',
      { _tag: 'ApplyModuleInvalidMethod', module, method },
      `${module} has no method ${quote(method)} (pass the name of a method, or a function of the module)`,
    )
  }
}
/** What is to be a list of the arguments of a method is none. */
export class InvalidArgumentsError extends LinenError<Detail> {
  constructor(module: string, operation: string, first: string, actual: unknown) {
    super(
      'InvalidArgumentsError',
      { _tag: 'InvalidArguments', module, operation },
      `${module}.${operation}: the arguments of the method stand in a list, model.${operation}(${first}, [x]); got ${describeValue(actual)} in its place`,
    )
  }
}
/** A compact method of a module without variables is called. */
export class CallCompactUnboundModuleError extends LinenError<Detail> {
  constructor(module: string, method: string, outer?: string) {
    super(
      'CallCompactUnboundModuleError',
      { _tag: 'CallCompactUnboundModule', module, method },
      outer === undefined
        ? `${module}.${method}: the module has no variables yet (call it by model.init(key, [x]) and model.apply(variables, [x]), or bind it by model.bind(variables))`
        : `${module}.${method}: the module is no submodule of the ${outer} that calls it, so it has no variables (make it in call(), or assign it to an attribute in setup(), or give it as a prop; what is in a #private field, a Map, a Set or a variable outside of the class is not seen, but arrays and objects of modules are)`,
    )
  }
}
/** setup of a module without variables is called. */
export class CallSetupUnboundModuleError extends LinenError<Detail> {
  constructor(module: string) {
    super(
      'CallSetupUnboundModuleError',
      { _tag: 'CallSetupUnboundModule', module },
      `${module}.setup is called on a module without variables (setup runs by itself, inside of init, apply or bind)`,
    )
  }
}
/** A module without variables is asked for what only a bound one has. */
export class UnboundModuleError extends LinenError<Detail> {
  constructor(module: string, what: string) {
    super(
      'UnboundModuleError',
      { _tag: 'UnboundModule', module, what },
      `${module} is not bound, so it has no ${what} (use it inside of init or apply, or bind it by model.bind(variables))`,
    )
  }
}
/** unbind of a module that is not bound. */
export class CallUnbindOnUnboundModuleError extends LinenError<Detail> {
  constructor(module: string) {
    super(
      'CallUnbindOnUnboundModuleError',
      { _tag: 'CallUnbindOnUnboundModule', module },
      `${module} is not bound, there is nothing to unbind (bind it by model.bind(variables))`,
    )
  }
}
/** shareScope of a module that is not bound. */
export class CallShareScopeOnUnboundModuleError extends LinenError<Detail> {
  constructor() {
    super(
      'CallShareScopeOnUnboundModuleError',
      { _tag: 'CallShareScopeOnUnboundModule' },
      'shareScope: both modules must be bound (call it in setup())',
    )
  }
}
/** A transformed method returns a module or a variable. */
export class TransformedMethodReturnValueError extends LinenError<Detail> {
  constructor(method: string) {
    super(
      'TransformedMethodReturnValueError',
      { _tag: 'TransformedMethodReturnValue', method },
      `transformed method ${method} returns a Module or a Variable, which live only inside of the transformation (return arrays)`,
    )
  }
}
/** A module made or wrote variables inside of a transformation of functions, which has ended with them. */
export class JaxTransformError extends LinenError<Detail> {
  constructor(path: string, transformation: string) {
    super(
      'JaxTransformError',
      { _tag: 'JaxTransform', path, transformation },
      `variable ${quote(path)} was made or written inside of ${transformation}, which has ended: a transformation of functions knows nothing of modules (take that of modules: nn.jit, nn.vmap, nn.remat and others)`,
    )
  }
}
/** What is to be transformed is neither a class of modules nor a function. */
export class TransformTargetError extends LinenError<Detail> {
  constructor(transformation: string, target: unknown) {
    super(
      'TransformTargetError',
      { _tag: 'TransformTarget', transformation, target },
      `${transformation} takes a Module class, or a function whose first argument is a module; got ${describe(target)} (pass the class, not an instance)`,
    )
  }
}
/** What a function of a module is differentiated by lies in another module, that it holds but is not given. */
export class HeldModuleError extends LinenError<Detail> {
  constructor(transformation: string, given: string, held: string, collection: string) {
    super(
      'HeldModuleError',
      { _tag: 'HeldModule', transformation, given, held, collection },
      `${transformation}: the module "${given}" holds the module "${held}" of elsewhere, whose derivatives by ${quote(collection)} would have no place beside its own (give the function both, in an object or array: ${transformation}(({ a, b }, x) => a.call(x), { a, b }, ...), and what is answered for variables is such an object too)`,
    )
  }
}
/** A setting is given both or neither to the constructor and to the call. */
export class MergeParamError extends LinenError<Detail> {
  constructor(name: string, times: 'never' | 'twice') {
    super(
      'MergeParamError',
      { _tag: 'MergeParam', name, times },
      times === 'never'
        ? `${quote(name)} must be given to the constructor or to the call`
        : `${quote(name)} is given to the constructor and to the call (give it once)`,
    )
  }
}
/** Settings of a layer, or the shapes of its inputs, that do not fit. */
export class LayerError extends LinenError<Detail> {
  constructor(layer: string, reason: string) {
    super('LayerError', { _tag: 'Layer', layer, reason }, `${layer}: ${reason}`)
  }
}

const describe = (x: unknown): string => (typeof x === 'object' && x !== null ? `an instance of ${x.constructor.name}` : quote(x))
