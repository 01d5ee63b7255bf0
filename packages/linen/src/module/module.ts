/**
 * Module: the base class of neural network modules. A module has props, which are its settings, and gets variables and random streams
 * from init, apply and bind. Its machinery is in attach, call, bind and variable; here are its methods.
 */
import type { AxisMetadata } from '@heddle/core'
import type { Result } from '@heddle/func'
import { keyOf } from '@heddle/tree'
import type { Key, Path, Declared, DeclareOptions, Init, Params, ReadVariables as Variables, Rngs, Scope, Variable } from '@heddle/lift'
import { takePlace, settledProps, touch } from './attach'
import { apply, bind, initWithOutput, lazyInit, unbind, type BindOptions } from './bind'
import { attributes, wrapClass } from './call'
import { clone, deepClone, takeRecipe, type CloneOptions } from './clone'
import { classNameOf } from './class-name'
import { currentModule } from './context'
import { moduleKey, sameModule } from './equality'
import { InvalidInstanceModuleError, SetAttributeFrozenModuleError, SetAttributeInModuleSetupError } from '../error'
import { checkProps, propsOf, withDefaults } from './props'
import { showModule } from './show'
import * as machinery from './state'
import { internals, newInternals, type Internals } from './state'
import { moduleTable, type TableOptions } from '../summary/table'
import { tabulate, type TabulateOptions } from '../summary/text'
import type {
  Applied,
  AppliedBy,
  ApplyOptions,
  ApplyOptionsOf,
  ArgsOf,
  InitOptions,
  InitOptionsOf,
  ModuleArgs,
  ModuleOptions,
  OutputOf,
  TypesOr,
} from './types'
import { param, perturb, scopeOf, sow, variable, type SowOptions } from './variable'
import { whereOf } from './where'

/** A function of the module in the place of a method; its arguments are those of the list. */
type ByFunction<M, A extends readonly unknown[], R> = { readonly method: (module: M, ...args: A) => R }
type ApplyBy = Omit<ApplyOptions, 'method'>
type InitBy = Omit<InitOptions, 'method'>

/**
 * The base class of modules. Extend it, and write `call`, which may make submodules and declare parameters.
 *
 * `P` are the props, `D` the names of those that have a default in `static defaultProps`. Classes need no constructor: props are given to
 * `new`, and read as `this.props`.
 *
 * A class may have, besides methods: `call`, what the module computes; `setup`, which makes submodules and declares variables as
 * attributes, and runs by itself before the first method of a module with variables; `static compact`, names of methods besides `call` in
 * which submodules may be made and variables declared; `static compactNameScope`, such methods whose submodules are named under the
 * method; `static nowrap`, names of methods that run as they are, for what needs no variables;
 * `static moduleName`, the name of the class for submodules without a name, where a minifier changes that of the source;
 * `static childNames`, names for the modules in props, where they are not to be those of the props;
 * `static propTypes`, the kind of value that each prop takes: with it props that there are not, that are missing or of another kind are
 * refused with the nearest right name, as those of built-in layers are.
 * Source: `flax.linen.Module`.
 *
 * @example
 * class MLP extends nn.Module<{ widths: readonly number[] }> {
 *   call(x: Tensor): Tensor {
 *     for (const features of this.props.widths) x = nn.relu(new nn.Dense({ features }).call(x))
 *     return x
 *   }
 * }
 */
export class Module<P extends object = object, D extends keyof P = never> {
  /** What the machinery keeps of the module. */
  declare readonly [internals]: Internals

  static {
    Object.setPrototypeOf(this.prototype, new Proxy(Object.create(Object.prototype) as object, attributes))
  }

  constructor(...args: ModuleArgs<P, D>)
  constructor(props: object & ModuleOptions = {}, options: ModuleOptions = {}) {
    wrapClass(new.target, Module.prototype)
    const given: ModuleOptions = typeof props === 'object' && props !== null ? props : {}
    const recipe = takeRecipe(new.target)
    const parent = options.parent === undefined ? given.parent : options.parent
    const s =
      recipe === undefined
        ? newInternals(propsOf(new.target, props), options.name ?? given.name, parent === undefined ? currentModule() : parent)
        : newInternals(withDefaults(new.target, recipe.props), recipe.name, recipe.parent)
    Object.defineProperty(this, internals, { value: s })
    takePlace(this)
  }

  /** The settings of the module, frozen. Modules in them are submodules of this one, or of where they were made. */
  get props(): Readonly<P> {
    return settledProps(this) as Readonly<P>
  }
  set props(_: never) {
    const Refused = touch(this).inSetup ? SetAttributeInModuleSetupError : SetAttributeFrozenModuleError
    throw new Refused(whereOf(this), 'props')
  }
  /** Its name among the submodules of its parent; undefined as long as it has none. */
  get name(): string | undefined {
    return touch(this).name
  }
  /** The module that it is a submodule of; null for the outermost. */
  get parent(): Module | null {
    const { parent } = touch(this)
    return isModule(parent) ? parent : null
  }
  /** Its scope; undefined as long as it has no variables. */
  get scope(): Scope | undefined {
    return touch(this).scope
  }
  /** Names from the root of the model. Errors: UnboundModuleError. */
  get path(): Path {
    return this.#scope('path').path
  }
  /** Its variables and those of its submodules, by collection. Errors: UnboundModuleError. */
  get variables(): Variables {
    return this.#scope('variables').variables()
  }

  #scope(what: string): Scope {
    return scopeOf(this, what)
  }

  /**
   * Initializes variables: runs a method (`call`) on arguments and answers the variables that it made.
   *
   * `rngs` is a key for `params`, or keys by stream. Of variables any name may be read; who says the names of params has them checked:
   * `const { params }: nn.Variables<{ Dense_0: { kernel: Tensor; bias: Tensor } }> = model.init(key, [x])`, or `model.init<...>(key, [x])`.
   * Source: `flax.linen.Module.init`.
   */
  init<P extends object = Params, const A extends readonly unknown[] = readonly unknown[]>(
    rngs: Rngs,
    args: readonly [...A],
    options: InitBy & ByFunction<this, A, unknown>,
  ): Variables<P>
  init<P extends object = Params, const A extends readonly unknown[] = readonly unknown[]>(
    rngs: Rngs,
    args: readonly [...A],
    options: InitBy & { readonly method: (...args: A) => unknown },
  ): Variables<P>
  init<P extends object = Params, const O extends InitOptionsOf<this> = object>(
    rngs: Rngs,
    args: ArgsOf<this, O>,
    options?: O,
  ): Variables<P>
  init(rngs: Rngs, args: unknown, options?: object): Variables<never> {
    return initWithOutput(this, rngs, args as readonly unknown[], options as InitOptions)[1] as Variables<never>
  }
  /**
   * Initializes variables without the computation: arguments may be types, `{ shape, dtype }`, in place of tensors.
   *
   * Errors: LazyInitError where a variable depends on the value of such an argument. Source: `flax.linen.Module.lazy_init`.
   *
   * @example
   * const variables = model.lazyInit(random.key(0), [{ shape: [1024, 128], dtype: 'float32' }])
   */
  lazyInit<P extends object = Params, const O extends InitOptionsOf<this> = object>(
    rngs: Rngs,
    args: TypesOr<ArgsOf<this, O>>,
    options?: O,
  ): Variables<P> {
    return lazyInit(this, rngs, args as readonly unknown[], options as InitOptions) as Variables<P & Params>
  }
  /** `init` that answers the output too. */
  initWithOutput<P extends object = Params, const O extends InitOptionsOf<this> = object>(
    rngs: Rngs,
    args: ArgsOf<this, O>,
    options?: O,
  ): readonly [output: OutputOf<this, O>, variables: Variables<P>] {
    return initWithOutput(this, rngs, args as readonly unknown[], options as InitOptions, 'initWithOutput') as readonly [
      OutputOf<this, O>,
      Variables<P & Params>,
    ]
  }
  /**
   * Runs a method (`call`) on variables and arguments.
   *
   * With `mutable` it answers a pair: the output, and the collections that may be written. Source: `flax.linen.Module.apply`.
   *
   * @example
   * const [y, updated] = model.apply(variables, [x], { mutable: ['batch_stats'], rngs: { dropout: key }, method: 'encode' })
   */
  apply<const A extends readonly unknown[], const R extends Result, const O extends ApplyBy, V extends object>(
    variables: V,
    args: readonly [...A],
    options: O & ByFunction<this, A, R>,
  ): AppliedBy<R, O, V>
  apply<const A extends readonly unknown[], const R extends Result, const O extends ApplyBy, V extends object>(
    variables: V,
    args: readonly [...A],
    options: O & { readonly method: (...args: A) => R },
  ): AppliedBy<R, O, V>
  apply<const O extends ApplyOptionsOf<this>, V extends object>(variables: V, args: ArgsOf<this, O>, options?: O): Applied<this, O, V>
  apply(variables: object, args: unknown, options?: object): unknown {
    return apply(this, variables, args as readonly unknown[], options as ApplyOptions)
  }
  /** A clone that holds variables, for working with it by hand. Source: `flax.linen.Module.bind`. */
  bind(variables: object, options?: BindOptions): this {
    return bind(this, variables, options)
  }
  /** A clone without variables, and the variables. Errors: CallUnbindOnUnboundModuleError. */
  unbind(): readonly [module: this, variables: Variables] {
    return unbind(this)
  }

  /**
   * A parameter: what is there, or what the initializer gives for a key and the further arguments (a shape, a dtype).
   *
   * Errors: ScopeParamNotFoundError, ScopeParamShapeError, NameInUseError, DeclareVariableError. Source: `flax.linen.Module.param`.
   */
  param<T, Args extends readonly unknown[]>(name: string, init: Init<T, Args>, ...args: Args): T {
    return param(this, name, init, args)
  }
  /** `param` with options: `unbox: false` answers boxes with metadata as they are. */
  paramOf<T, Args extends readonly unknown[], const O extends DeclareOptions = object>(
    name: string,
    init: Init<T, Args>,
    args: Args,
    options?: O,
  ): Declared<T, O> {
    return param(this, name, init, args, options)
  }
  /**
   * A variable of a collection, made by the initializer if it is absent and the collection is mutable. Read and write its `value`.
   *
   * Errors: ScopeVariableNotFoundError, ScopeCollectionNotFound, NameInUseError, DeclareVariableError.
   */
  variable<T, Args extends readonly unknown[] = readonly []>(
    collection: string,
    name: string,
    init?: (...args: Args) => T | AxisMetadata<T>,
    ...args: Args
  ): Variable<T> {
    return this.variableOf<T>(collection, name, init === undefined ? undefined : () => init(...args))
  }
  /** `variable` with options: `unbox: false` answers boxes with metadata as they are. */
  variableOf<T>(collection: string, name: string, init?: () => T | AxisMetadata<T>, options?: DeclareOptions): Variable<T> {
    return variable(this, collection, name, init, options)
  }
  /** Is there a variable of this name? Errors: UnboundModuleError. */
  hasVariable(collection: string, name: string): boolean {
    return this.#scope('variables').hasVariable(collection, name)
  }
  /** The value of a variable; `fallback` where there is none. Errors: UnboundModuleError. */
  getVariable<T = unknown>(collection: string, name: string, fallback?: T): T {
    return this.#scope('variables').getVariable(collection, name, fallback)
  }
  /** Writes a variable. Errors: ModifyScopeVariableError, UnboundModuleError. */
  putVariable(collection: string, name: string, value: unknown): void {
    this.#scope('variables').putVariable(collection, name, value)
  }
  /**
   * Keeps a value, if its collection is mutable (answers whether): in an array of all that were kept, or as `options` say.
   *
   * @example
   * this.sow('intermediates', 'h', h)
   */
  sow<T, S = readonly T[]>(collection: string, name: string, value: T, options?: SowOptions<S, T>): boolean {
    return sow(this, collection, name, value, options)
  }
  /** Adds a variable of zeros to a value, so that its gradient can be asked for. Source: `flax.linen.Module.perturb`. */
  perturb<T>(name: string, value: T, collection = 'perturbations'): T {
    return perturb(this, name, value, collection)
  }
  /** A new key of a stream, or of `params` if there is no such stream. Errors: InvalidRngError, UnboundModuleError. */
  makeRng(name = 'params'): Key {
    return this.#scope('random streams').makeRng(name)
  }
  hasRng(name: string): boolean {
    return this.#scope('random streams').hasRng(name)
  }
  /** Is the model being initialized? */
  isInitializing(): boolean {
    return this.#scope('state').isInitializing
  }
  /** May variables of the collection be written? */
  isMutableCollection(collection: string): boolean {
    return this.#scope('variables').isMutableCollection(collection)
  }

  /** A table of the submodules, their inputs, outputs and variables, as text. Nothing is computed. Source: `flax.linen.Module.tabulate`. */
  tabulate<const O extends InitOptionsOf<this> & TabulateOptions>(rngs: Rngs, args: TypesOr<ArgsOf<this, O>>, options?: O): string {
    return tabulate(this, rngs, args as readonly unknown[], options as TabulateOptions)
  }
  /** Clones of the modules that a call runs, by path. Nothing is computed. Source: `flax.linen.Module.module_paths`. */
  modulePaths<const O extends InitOptionsOf<this> & TableOptions>(
    rngs: Rngs,
    args: TypesOr<ArgsOf<this, O>>,
    options?: O,
  ): Readonly<Record<string, Module>> {
    const { rows } = moduleTable(this, rngs, args as readonly unknown[], options as TableOptions, 'modulePaths')
    return Object.fromEntries(rows.map(({ path, module }) => [path.join('/'), module as Module]))
  }

  /** A clone with some props changed, sharing the modules in its props; without variables unless a parent is given. */
  clone(props: Partial<P> = {}, options: Pick<CloneOptions, 'parent' | 'name'> = {}): this {
    checkProps(this.constructor, withDefaults(this.constructor, { ...this[internals].props, ...props }))
    return clone(this, { ...options, props })
  }
  /** A clone with some props changed, whose modules in props are clones too, as a submodule of the module that makes it. */
  copy(props: Partial<P> = {}, options: ModuleOptions = {}): this {
    const parent = options.parent === undefined ? currentModule() : options.parent
    checkProps(this.constructor, withDefaults(this.constructor, { ...this[internals].props, ...props }))
    return deepClone(this, { parent, name: options.name, props })
  }

  /** Are class, name and props equal? A module that holds variables is equal to itself alone. */
  equals(other: unknown): boolean {
    return sameModule(this, other)
  }
  [keyOf](): string {
    return moduleKey(this)
  }
  /** Class, props and submodules, over several lines. */
  toString(): string {
    return showModule(this)
  }
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return showModule(this)
  }

  /** For a message to who calls it on the class. Errors: InvalidInstanceModuleError. */
  static init(...args: never[]): unknown {
    return noInstance(this, 'init', args)
  }
  static apply(...args: never[]): unknown {
    return noInstance(this, 'apply', args)
  }
  static initWithOutput(...args: never[]): unknown {
    return noInstance(this, 'initWithOutput', args)
  }
  static lazyInit(...args: never[]): unknown {
    return noInstance(this, 'lazyInit', args)
  }
}

/** Is it a module? */
export const isModule = (x: unknown): x is Module => machinery.isModule(x)

const noInstance = (cls: object, method: string, args: readonly unknown[]): never => {
  throw new InvalidInstanceModuleError(classNameOf(cls), method, args.length)
}
