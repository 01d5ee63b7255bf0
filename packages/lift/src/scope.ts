/**
 * Scope: the scope state of core in a cell, with methods that run steps and throw at the edge. The one mutable thing in lift: a function that
 * is transformed gets scopes with cells of their own, so that what they change is an output of it.
 *
 * All scopes of a model share a cell with the store; each has a cursor of its own.
 */
import {
  checkName,
  checkValid,
  defaultName,
  forkRngs,
  getFlag,
  getVariable,
  hasRng,
  hasVariable,
  inFilter,
  isCollectionEmpty,
  leaveNote,
  makeRng,
  mutableVariablesOf,
  nameReserved,
  noCounts,
  pathText,
  push,
  putVariable,
  reserve,
  rewound,
  sow,
  takeNote,
  variablesOf,
  withCountersAt,
  type AxisMetadata,
  type Cursor,
  type Filter,
  type Path,
  type PushOptions,
  type ScopeState,
  type ScopeStep,
  type Sowing,
} from '@heddle/core'
import { reach, synchronous, type Tensor } from '@heddle/func'
import { anything, boolean, func, required, string } from '@heddle/tree/options'
import { param, variable } from './declare'
import { orThrow } from './edge'
import { asValue } from './given'
import { rngOps, type Key } from './ports'
import type { Declarer } from './init-shapes'
import { checkUse, isOutside, makeCell, type Cell, type Use } from './inside'
import { asFunction } from './misuse'
import { optionsOf } from './options'
import type { ChildOptions, DeclareOptions, Init, ReadVariables, ScopeFn } from './scope-types'
import type { Variable } from './variable'

const pushOptions = optionsOf({ prefix: string, reuse: boolean })
const childOptions = optionsOf({ name: string, prefix: string })
const rewindOptions = optionsOf({ rewindRngs: boolean })
const sowingOptions = optionsOf({ init: required(anything), reduce: required(func) })
const sowingOf = (sowing: Sowing): Sowing => {
  sowingOptions('sow', sowing as object)
  return sowing
}

/**
 * A place among the variables and random streams of a model.
 *
 * Every method throws a LinenError where core answers an error. Source: `flax.core.Scope`.
 */
export class Scope {
  readonly cell: Cell
  #cursor: Cursor<Key>

  constructor(cell: Cell, cursor: Cursor<Key>) {
    this.cell = cell
    this.#cursor = cursor
  }

  /** A root scope, or the scope of a state. */
  static of({ store, cursor }: ScopeState<Tensor, Key>): Scope {
    return new Scope(makeCell(store), cursor)
  }

  get cursor(): Cursor<Key> {
    reach(this.cell.home)
    return this.#cursor
  }
  get state(): ScopeState<Tensor, Key> {
    return { store: this.cell.store, cursor: this.cursor }
  }
  /** Names from the root of the model. */
  get path(): Path {
    return this.cursor.path
  }
  /** The path as text, with the transformations on the way: `/vmap(Dense_0)`. */
  get pathText(): string {
    return pathText(this.cursor.debugPath)
  }
  /** Its own name; undefined for a root. */
  get name(): string | undefined {
    return this.cursor.path.at(-1)
  }
  /** Which collections may be written. */
  get mutable(): Filter {
    return this.cursor.mutable
  }
  /** Names of its random streams. */
  get rngNames(): readonly string[] {
    return Object.keys(this.cursor.rngs)
  }
  /** False once the function that it was made for has returned. */
  get valid(): boolean {
    return this.cell.store.valid
  }

  /** Runs a step: its result, and the next state in the cell. */
  run<A>(step: ScopeStep<Tensor, Key, A>): A {
    const [result, next] = orThrow(step(this.state))
    this.cell.store = next.store
    this.#cursor = next.cursor
    return result
  }

  /** Runs what is to leave no trace: names, counts and variables are as before. */
  #unchanged<R>(run: () => R): R {
    const { store } = this.cell
    const cursor = this.#cursor
    try {
      return run()
    } finally {
      this.cell.store = store
      this.#cursor = cursor
    }
  }

  /** Refuses what a lifted function may not do by a scope from outside of it. Errors: OuterScopeError. */
  #check(use: Use, of: string, name?: string): void {
    if (isOutside(this.cell)) checkUse(this.cell, this.#cursor, use, of, name)
  }
  /** Refuses to declare a variable so. */
  #checkDeclared(collection: string, name: string): void {
    if (isOutside(this.cell)) this.#check(hasVariable(this.state, collection, name) ? 'read' : 'make', collection, name)
  }

  /** Refuses to lift variables and streams from outside of a lifted function. Errors: OuterScopeError. */
  checkLifted(collections: (name: string) => boolean, streams: (name: string) => boolean): void {
    if (!isOutside(this.cell)) return
    for (const name of Object.keys(variablesOf(this.state)).filter(collections)) this.#check('read', name)
    for (const name of this.rngNames.filter(streams)) this.#check('draw', name)
  }

  /** Are both the same place of the same model? */
  equals(other: Scope): boolean {
    return other instanceof Scope && this.cell === other.cell && pathText(this.cursor.at) === pathText(other.#cursor.at)
  }

  /**
   * A parameter: what is there, or what the initializer gives, with a new key of the stream `params`.
   *
   * Errors: ScopeParamNotFoundError, ScopeCollectionNotFound, ScopeParamShapeError, NameInUseError, InvalidRngError.
   */
  param<T, Args extends readonly unknown[]>(name: string, init: Init<T, Args>, ...args: Args): T {
    return this.paramOf(name, init, args)
  }

  /** `param` with options; `declarer` tells whose the initializer is, that it need not be asked for its shape again. */
  paramOf<T, Args extends readonly unknown[]>(
    name: string,
    init: Init<T, Args>,
    args: Args,
    options?: DeclareOptions,
    declarer?: Declarer,
  ): T {
    this.#checkDeclared('params', name)
    return param(this, (run) => this.#unchanged(run), { name, init, args, options, declarer })
  }

  /**
   * A variable of a collection: made by the initializer if it is absent and the collection is mutable.
   *
   * Errors: ScopeVariableNotFoundError, ScopeCollectionNotFound, NameInUseError.
   */
  variable<T, Args extends readonly unknown[] = readonly []>(
    collection: string,
    name: string,
    init?: (...args: Args) => T | AxisMetadata<T>,
    ...args: Args
  ): Variable<T> {
    return this.variableOf<T>(collection, name, typeof init === 'function' ? () => init(...args) : init)
  }

  /** `variable` with options. */
  variableOf<T>(collection: string, name: string, init?: () => T | AxisMetadata<T>, options?: DeclareOptions): Variable<T> {
    this.#checkDeclared(collection, name)
    return variable(this, collection, name, init, options)
  }

  #checkNames(collection: string, name: string): void {
    if (typeof collection !== 'string') this.run(checkName<Tensor, Key>('collection', collection))
    if (typeof name !== 'string') this.run(checkName<Tensor, Key>('variable', name))
  }

  /** The value of a variable, boxes and all; `fallback` where there is none. */
  getVariable<T = unknown>(collection: string, name: string, fallback?: T): T {
    this.#checkNames(collection, name)
    this.#check('read', collection, name)
    return (hasVariable(this.state, collection, name) ? getVariable(this.state, collection, name) : fallback) as T
  }
  hasVariable(collection: string, name: string): boolean {
    this.#checkNames(collection, name)
    this.#check('read', collection, name)
    return hasVariable(this.state, collection, name)
  }
  /** Writes a variable; a dict is merged into the one that is there. Errors: ModifyScopeVariableError, InvalidScopeError. */
  putVariable(collection: string, name: string, value: unknown): void {
    if (this.isMutableCollection(collection)) this.#check('write', collection, name)
    if (value === undefined || value instanceof Promise) {
      this.#checkNames(collection, name)
      asValue('putVariable', this.cursor.debugPath, `the value of variable "${name}" of collection "${collection}"`, value)
    }
    this.run(putVariable<Tensor, Key>(collection, name, value))
  }
  /** Adds to a variable if its collection is mutable; was it? */
  sow(collection: string, name: string, value: unknown, sowing?: Sowing): boolean {
    if (this.isMutableCollection(collection)) this.#check('write', collection, name)
    return this.run(sow<Tensor, Key>(collection, name, value, sowing === undefined ? undefined : sowingOf(sowing)))
  }
  /** All variables of this scope and those in it, by collection. */
  variables(): ReadVariables {
    const all = variablesOf(this.state)
    for (const collection of Object.keys(all)) this.#check('read', collection)
    return all as ReadVariables
  }
  /** Those that may be written. */
  mutableVariables(): ReadVariables {
    return mutableVariablesOf(this.state) as ReadVariables
  }
  isMutableCollection(collection: string): boolean {
    if (typeof collection !== 'string') this.run(checkName<Tensor, Key>('collection', collection))
    return inFilter(this.cursor.mutable, collection)
  }
  isCollectionEmpty(collection: string): boolean {
    return isCollectionEmpty(this.state, collection)
  }

  hasRng(name: string): boolean {
    if (typeof name !== 'string') this.run(checkName<Tensor, Key>('random stream', name))
    return hasRng(this.cursor, name)
  }
  /** A new key of a stream, or of `params` if there is no such stream. Errors: InvalidRngError, InvalidScopeError. */
  makeRng(name = 'params'): Key {
    this.#check('draw', name)
    return this.run(makeRng<Tensor, Key>(rngOps, name))
  }
  /** This scope with fresh streams, for a compiled function: see `forkRngs` of core. */
  forkRngs(): Scope {
    for (const name of this.rngNames) this.#check('draw', name)
    return new Scope(this.cell, this.run(forkRngs<Tensor, Key>(rngOps)))
  }

  /**
   * Leaves a static value with this scope. A transformation brings it out to the scope outside, as it does counts: for what a library on top
   * of scopes learns besides variables, such as names that it gave.
   */
  leaveNote(value: unknown): void {
    this.run(leaveNote<Tensor, Key>(value))
  }
  /** What was left with this scope, once; undefined where nothing was. */
  takeNote(): unknown {
    return this.run(takeNote<Tensor, Key>())
  }

  /** A child scope. Without a name it is the first free one with the prefix. Errors: NameInUseError, InvalidScopeError. */
  push(name?: string, options?: PushOptions): Scope {
    if (options !== undefined) pushOptions('push', options)
    return new Scope(this.cell, this.run(push<Tensor, Key>(name, options)))
  }
  /**
   * A function with a child scope put in as its first argument. Called again it uses the same variables.
   *
   * The name is `name`, else `prefix` (by default the function's name and `_`) and the first free number.
   */
  child<Args extends readonly unknown[], R>(fn: ScopeFn<Args, R>, name?: string | ChildOptions): (...args: Args) => R {
    asFunction('child', fn, 'a function of a scope')
    const options = typeof name === 'string' ? { name } : childOptions('child', name)
    const prefix = options.prefix ?? (fn.name === '' ? '' : `${fn.name}_`)
    const scope = this.push(options.name, { prefix })
    return (...args) => fn(scope.rewound(), ...args)
  }
  /** The same place with no names taken. With `rewindRngs` its streams begin anew. Errors: InvalidScopeError. */
  rewound(options?: { readonly rewindRngs?: boolean }): Scope {
    const { rewindRngs = false } = rewindOptions('rewound', options)
    const scope = new Scope(this.cell, this.run(rewound<Tensor, Key>()))
    const { store } = this.cell
    if (rewindRngs) this.cell.store = { ...store, counters: withCountersAt(store.counters, this.cursor.at, noCounts) }
    return scope
  }

  /** Takes a name for a variable of a collection, or for a scope. Errors: NameInUseError. */
  reserve(name: string, collection?: string): void {
    this.run(reserve<Tensor, Key>(name, collection))
  }
  nameReserved(name: string, collection?: string): boolean {
    return nameReserved(this.cursor, name, collection)
  }
  defaultName(prefix: string): string {
    return defaultName(this.cursor, prefix)
  }

  hasFlag(name: string): boolean {
    return Object.hasOwn(this.cursor.flags, name)
  }
  /** The value of a flag, or the fallback. Errors: FlagNotFoundError where there is neither. */
  getFlag(name: string, ...fallback: readonly unknown[]): unknown {
    return this.hasFlag(name) || fallback.length === 0 ? this.run(getFlag<Tensor, Key>(name)) : fallback[0]
  }
  /** Is the model being initialized? */
  get isInitializing(): boolean {
    return this.getFlag('initializing', false) === true
  }

  /** Ends its life, and that of all scopes of the model. */
  invalidate(): void {
    this.cell.store = { ...this.cell.store, valid: false }
  }
  /** Errors: InvalidScopeError. */
  checkValid(): void {
    this.run(checkValid<Tensor, Key>())
  }
  /** Calls a function with this scope, and ends its life. Errors: AsyncFunctionError. */
  temporary<R>(fn: (scope: Scope) => R): R {
    asFunction('temporary', fn, 'a function of a scope')
    try {
      return synchronous('temporary', fn(this))
    } finally {
      this.invalidate()
    }
  }
}
