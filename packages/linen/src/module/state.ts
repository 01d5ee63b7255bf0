/**
 * What the machinery keeps of each module, out of the way of its own attributes: identity, place in the tree of modules, and where it is
 * in the life of a call. Modules are recognized by it, so that the machinery needs no class: `AnyModule` is what it knows of one.
 */
import type { Scope } from '@heddle/lift'
import { type keyOf, noteCopy } from '@heddle/tree'

noteCopy('@heddle/linen')

/** The key under which a module keeps its internals. */
export const internals: unique symbol = Symbol.for('heddle.linen.module') as never

/** What the machinery knows of a module. `Module`, the class, stands above it. */
export interface AnyModule {
  readonly [internals]: Internals
  /** Equal strings mean equal modules. */
  [keyOf](): string
}

/** A class of modules, for the machinery. */
export type AnyModuleClass = new (...args: never[]) => AnyModule

/** The submodule that stands for a method with a scope of its own. */
export interface NameScope extends AnyModule {
  readonly call: (...args: readonly unknown[]) => unknown
}

/** How far setup is: not run; run outside of the transformation that the module now is in; run. */
type SetupState = 'new' | 'transformed' | 'done'

/** What a transformation takes along of the state of a call. */
export interface CallState {
  readonly inCompact: boolean
  readonly inSetup: boolean
  readonly setup: SetupState
  /** How many submodules of each class have been named. */
  readonly cursors: Readonly<Record<string, number>>
}

export interface Internals {
  /** By which a module that is shared by reference is known. */
  readonly id: number
  props: object
  name: string | undefined
  parent: AnyModule | Scope | null
  scope: Scope | undefined
  /** Waits for a name and a scope, which its parent gives to its new children in order, when they are first needed. */
  pending: boolean
  /** Has a scope, and is frozen outside of setup. */
  attached: boolean
  inCompact: boolean
  inSetup: boolean
  setup: SetupState
  cursors: Readonly<Record<string, number>>
  /** The arguments of the method that runs. */
  args: readonly unknown[]
  /** Submodules by name. */
  readonly children: Map<string, AnyModule>
  /** Of methods with a scope of their own, the submodules that stand for them. */
  readonly nameScopes: Map<string, NameScope>
  /** New children that have no name and scope yet. */
  queue: AnyModule[]
}

let ids = 0

/** The internals of a new module. */
export const newInternals = (props: object, name: string | undefined, parent: AnyModule | Scope | null): Internals => ({
  id: ids++,
  props,
  name,
  parent,
  scope: undefined,
  pending: false,
  attached: false,
  inCompact: false,
  inSetup: false,
  setup: 'new',
  args: [],
  cursors: {},
  children: new Map(),
  nameScopes: new Map(),
  queue: [],
})

/** Is it a module? */
export const isModule = (x: unknown): x is AnyModule => typeof x === 'object' && x !== null && Object.hasOwn(x, internals)

/** The state of a call, to be taken into a transformation. */
export const exportState = (s: Internals): CallState => ({
  inCompact: s.inCompact,
  inSetup: s.inSetup,
  setup: s.setup === 'new' ? 'new' : 'transformed',
  cursors: { ...s.cursors },
})

/** Begins where the state of another module was, inside of a transformation. */
export const beginWith = (s: Internals, state: CallState): void => {
  s.inCompact = state.inCompact
  s.inSetup = state.inSetup
  s.setup = state.setup
  s.cursors = { ...state.cursors }
}

/** Goes on where a transformation ended. */
export const goOnWith = (s: Internals, state: Omit<CallState, 'setup'>): void => {
  s.inCompact = state.inCompact
  s.inSetup = state.inSetup
  s.cursors = { ...state.cursors }
}

/** The end of a compact method or of setup. */
export const resetState = (s: Internals): void => {
  s.inCompact = false
  s.inSetup = false
  s.cursors = {}
  s.queue = []
}
