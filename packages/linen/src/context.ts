/**
 * The context of a call: whose method runs, which values are captured, who intercepts calls, and how a clone is being made.
 */
import type { Scope } from '@heddle/lift'
import type { Module } from './module'

/** Which return values are kept among the intermediates: of which module, and which method. */
export type CaptureFilter = (module: Module, method: string) => boolean

/** What an interceptor is told of the call. */
export interface InterceptorContext {
  readonly module: Module
  readonly method: string
  /** The method without any interceptor around it. */
  readonly original: (...args: readonly unknown[]) => unknown
}

/** Stands around the call of a method: `next` calls it, or the next interceptor. */
export type Interceptor = (next: (...args: readonly unknown[]) => unknown, args: readonly unknown[], context: InterceptorContext) => unknown

/** Told of each call of a method when it has returned. */
export interface CallObserver {
  readonly enter: (module: Module, method: string) => number
  readonly leave: (index: number, module: Module, method: string, args: readonly unknown[], result: unknown) => void
}

/** What a clone is made of, in place of what its constructor passes on. */
export interface CloneRecipe {
  readonly constructor: unknown
  readonly props: object
  readonly name: string | undefined
  readonly parent: Module | Scope | null
}

interface Context {
  modules: readonly (Module | null)[]
  capture: CaptureFilter | undefined
  interceptors: readonly Interceptor[]
  observer: CallObserver | undefined
  recipe: CloneRecipe | undefined
  /** The class of the module that init or apply runs. */
  root: object | undefined
}

/** The one context; code is synchronous, so it is a stack in effect. */
export const context: Context = {
  modules: [null],
  capture: undefined,
  interceptors: [],
  observer: undefined,
  recipe: undefined,
  root: undefined,
}

/** Runs with some of the context replaced. */
export const withContext = <R>(change: Partial<Context>, run: () => R): R => {
  const before = { ...context }
  Object.assign(context, change)
  try {
    return run()
  } finally {
    Object.assign(context, before)
  }
}

/** The module whose method runs; null outside. */
export const currentModule = (): Module | null => context.modules.at(-1) ?? null

/** Runs as if inside a method of a module, or outside of all (null). */
export const inside = <R>(module: Module | null, run: () => R): R => withContext({ modules: [...context.modules, module] }, run)
