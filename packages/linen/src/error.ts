/**
 * Errors of modules: a class for each kind, named as Flax names it. Those of scopes and variables are lift's; all are LinenErrors.
 */
import { LinenError } from '@heddle/lift'
import { errorClass } from '@heddle/tree'
import { describe as describeValue } from '@heddle/tree/options'

const quote = (x: unknown): string => (typeof x === 'string' ? JSON.stringify(x) : String(x))

/** A method is written as a function in a field, so that modules do not know that it runs. */
export class MethodInFieldError extends errorClass(
  'MethodInFieldError',
  (module: string, method: string) => ({ module, method }),
  ({ module, method }) =>
    `${method} of ${module} is a function in a field of the instance, which can't have submodules and variables (write it as a method: ${method}(x) { ... } in place of ${method} = (x) => ...)`,
  LinenError,
) {}
/** A submodule is made where a module can't have new ones. */
export class AssignSubModuleError extends errorClass(
  'AssignSubModuleError',
  (child: string, parent: string) => ({ child, parent }),
  ({ child, parent }) =>
    `submodule ${child} is made in a method of ${parent} that is not compact (make it in setup() or in call(), or list the method in static compact)`,
  LinenError,
) {}
/** A parameter or variable is declared where a module can't have new ones. */
export class DeclareVariableError extends errorClass(
  'DeclareVariableError',
  (kind: string, name: string, module: string) => ({ kind, name, module }),
  ({ kind, name, module }) =>
    `${kind} ${quote(name)} of ${module} is declared in a method that is not compact (declare it in setup() or in call(), or list the method in static compact)`,
  LinenError,
) {}
/** An attribute is set outside of setup. */
export class SetAttributeFrozenModuleError extends errorClass(
  'SetAttributeFrozenModuleError',
  (module: string, attribute: string) => ({ module, attribute }),
  ({ module, attribute }) =>
    `can't set ${quote(attribute)} of a ${module}: a module is frozen outside of setup() (set it in setup(), or keep what changes in this.variable)`,
  LinenError,
) {}
/** A prop is set in setup. */
export class SetAttributeInModuleSetupError extends errorClass(
  'SetAttributeInModuleSetupError',
  (module: string, attribute: string) => ({ module, attribute }),
  ({ module, attribute }) =>
    `can't set ${quote(attribute)} of a ${module} in setup(): props are what the constructor was given (keep what setup() makes of them in an attribute of another name)`,
  LinenError,
) {}
/** A method that needs an instance is called on the class. */
export class InvalidInstanceModuleError extends errorClass(
  'InvalidInstanceModuleError',
  (module: string, method: string, args: number) => ({ module, method, args }),
  ({ module, method }) => `${module}.${method} is called on the class (make an instance first: new ${module}({ ... }).${method}(...))`,
  LinenError,
) {}
/** A class has a property of a name that modules need themselves. */
export class ReservedModuleAttributeError extends errorClass(
  'ReservedModuleAttributeError',
  (module: string, attribute: string) => ({ module, attribute }),
  ({ module, attribute }) => `class ${module} defines ${quote(attribute)}, which every module has already (give it another name)`,
  LinenError,
) {}
/** The `method` of init or apply is no method of the module and no function. */
export class ApplyModuleInvalidMethodError extends errorClass(
  'ApplyModuleInvalidMethodError',
  (module: string, method: unknown) => ({ module, method }),
  ({ module, method }) => `${module} has no method ${quote(method)} (pass the name of a method, or a function of the module)`,
  LinenError,
) {}
/** The arguments of a method are not given as a list. */
export class InvalidArgumentsError extends errorClass(
  'InvalidArgumentsError',
  (module: string, operation: string, first: string, actual: unknown) => ({ module, operation, first, actual }),
  ({ module, operation, first, actual }) =>
    `${module}.${operation}: the arguments of the method stand in a list, model.${operation}(${first}, [x]); got ${describeValue(actual)} in its place`,
  LinenError,
) {}
/** A compact method of a module without variables is called. */
export class CallCompactUnboundModuleError extends errorClass(
  'CallCompactUnboundModuleError',
  (module: string, method: string, outer?: string) => ({ module, method, outer }),
  ({ module, method, outer }) =>
    outer === undefined
      ? `${module}.${method}: the module has no variables yet (call it by model.init(key, [x]) and model.apply(variables, [x]), or bind it by model.bind(variables))`
      : `${module}.${method}: the module is no submodule of the ${outer} that calls it, so it has no variables (make it in call(), or assign it to an attribute in setup(), or give it as a prop; what is in a #private field, a Map, a Set or a variable outside of the class is not seen, but arrays and objects of modules are)`,
  LinenError,
) {}
/** setup of a module without variables is called. */
export class CallSetupUnboundModuleError extends errorClass(
  'CallSetupUnboundModuleError',
  (module: string) => ({ module }),
  ({ module }) => `${module}.setup is called on a module without variables (setup runs by itself, inside of init, apply or bind)`,
  LinenError,
) {}
/** A module without variables is asked for what only a bound one has. */
export class UnboundModuleError extends errorClass(
  'UnboundModuleError',
  (module: string, what: string) => ({ module, what }),
  ({ module, what }) =>
    `${module} is not bound, so it has no ${what} (use it inside of init or apply, or bind it by model.bind(variables))`,
  LinenError,
) {}
/** A module that is not bound is unbound. */
export class CallUnbindOnUnboundModuleError extends errorClass(
  'CallUnbindOnUnboundModuleError',
  (module: string) => ({ module }),
  ({ module }) => `${module} is not bound, there is nothing to unbind (bind it by model.bind(variables))`,
  LinenError,
) {}
/** A module that is not bound is to share its scope. */
export class CallShareScopeOnUnboundModuleError extends errorClass(
  'CallShareScopeOnUnboundModuleError',
  () => ({}),
  () => 'shareScope: both modules must be bound (call it in setup())',
  LinenError,
) {}
/** A transformed method returns a module or a variable. */
export class TransformedMethodReturnValueError extends errorClass(
  'TransformedMethodReturnValueError',
  (method: string) => ({ method }),
  ({ method }) =>
    `${method === '' ? 'a transformed function' : `transformed method ${method}`} returns a Module or a Variable, which live only inside of the transformation (return arrays)`,
  LinenError,
) {}
/** A module made or wrote variables inside of a transformation of functions, which has ended with them. */
export class JaxTransformError extends errorClass(
  'JaxTransformError',
  (path: string, transformation: string) => ({ path, transformation }),
  ({ path, transformation }) =>
    `variable ${quote(path)} was made or written inside of ${transformation}, which has ended: a transformation of functions knows nothing of modules (take that of modules: nn.jit, nn.vmap, nn.remat and others)`,
  LinenError,
) {}
/** What is to be transformed is neither a class of modules nor a function, or a method that the class does not have. */
export class TransformTargetError extends errorClass(
  'TransformTargetError',
  (transformation: string, target: unknown, methodOf?: string) => ({ transformation, target, methodOf }),
  ({ transformation, target, methodOf }) =>
    methodOf === undefined
      ? `${transformation} takes a Module class, or a function whose first argument is a module; got ${describe(target)} (pass the class, not an instance)`
      : `${transformation}: ${methodOf} has no method ${describe(target)} (the option methods takes names of methods of the class)`,
  LinenError,
) {}
/** A function is differentiated by the variables of a module that it is not given: one that its module holds. */
export class HeldModuleError extends errorClass(
  'HeldModuleError',
  (transformation: string, given: string, held: string, collection: string) => ({ transformation, given, held, collection }),
  ({ transformation, given, held, collection }) =>
    `${transformation}: the module "${given}" holds the module "${held}" of elsewhere, whose derivatives by ${quote(collection)} would have no place beside its own (give the function both, in an object or array: ${transformation}(({ a, b }, x) => a.call(x), { a, b }, ...), and what is answered for variables is such an object too)`,
  LinenError,
) {}
/** A setting is given neither to the constructor nor to the call, or to both. */
export class MergeParamError extends errorClass(
  'MergeParamError',
  (name: string, times: 'never' | 'twice') => ({ name, times }),
  ({ name, times }) =>
    times === 'never'
      ? `${quote(name)} must be given to the constructor or to the call`
      : `${quote(name)} is given to the constructor and to the call (give it once)`,
  LinenError,
) {}
/** Settings of a layer, or the shapes of its inputs, do not fit. */
export class LayerError extends errorClass(
  'LayerError',
  (layer: string, reason: string) => ({ layer, reason }),
  ({ layer, reason }) => `${layer}: ${reason}`,
  LinenError,
) {}

const describe = (x: unknown): string => (typeof x === 'object' && x !== null ? `an instance of ${x.constructor.name}` : quote(x))
