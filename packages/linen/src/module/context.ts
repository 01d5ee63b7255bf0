/**
 * The context of a call: whose method runs, which values are captured, who intercepts calls, and how a clone is being made.
 *
 * What a traced function reads of it (who captures, intercepts, observes) is ambient state, so that a program that was traced with it is
 * not run without.
 */
import { ambient, staticKey } from '@heddle/func'
import type { AnyModule } from './state'
import type { Scope } from '@heddle/lift'

/** Which return values are kept among the intermediates: of which module (what filters take is known above), and which method. */
export type AnyCaptureFilter = (module: never, method: string) => boolean

/** What an interceptor is told of the call. */
export interface InterceptorContextOf<M> {
  readonly module: M
  readonly method: string
  /** The method without any interceptor around it. */
  readonly original: (...args: readonly unknown[]) => unknown
}

/** Stands around the call of a method: `next` calls it, or the next interceptor. */
export type InterceptorOf<M> = (
  next: (...args: readonly unknown[]) => unknown,
  args: readonly unknown[],
  context: InterceptorContextOf<M>,
) => unknown

/** Told of each call of a method when it has returned. */
export interface CallObserver {
  readonly enter: (module: AnyModule, method: string) => number
  readonly leave: (index: number, module: AnyModule, method: string, args: readonly unknown[], result: unknown) => void
}

/** What a clone is made of, in place of what its constructor passes on. */
export interface CloneRecipe {
  readonly constructor: unknown
  readonly props: object
  readonly name: string | undefined
  readonly parent: AnyModule | Scope | null
}

interface Context {
  modules: readonly (AnyModule | null)[]
  recipe: CloneRecipe | undefined
  /** The class of the module that init or apply runs. */
  root: object | undefined
}

/** Which results are captured. */
export const capture = ambient<AnyCaptureFilter | undefined>(undefined, staticKey)
/** Who stands around calls, the outermost first. */
export const interceptors = ambient<readonly InterceptorOf<never>[]>([], staticKey)
/** Who is told of calls. */
export const observer = ambient<CallObserver | undefined>(undefined, staticKey)

/** Captures what `call`s return. */
export const captureCalls = (_module: unknown, method: string): boolean => method === 'call'

/** Does someone want to see each call as it happens? Programs compiled before would hide them. */
export const isWatched = (): boolean => {
  const filter = capture.get()
  return observer.get() !== undefined || interceptors.get().length > 0 || (filter !== undefined && filter !== captureCalls)
}

/** The one context; code is synchronous, so it is a stack in effect. */
export const context: Context = { modules: [null], recipe: undefined, root: undefined }

/** The module whose method runs; null outside. */
export const currentModule = (): AnyModule | null => context.modules.at(-1) ?? null

/** Runs as if inside a method of a module, or outside of all (null). */
export const inside = <R>(module: AnyModule | null, run: () => R): R => {
  const { modules, recipe } = context
  context.modules = [...modules, module]
  try {
    return run()
  } finally {
    context.modules = modules
    context.recipe = recipe
  }
}

/** Runs what init or apply runs of a module, for errors to say which. */
export const withRoot = <R>(module: AnyModule, run: () => R): R => {
  const before = context.root
  context.root = module.constructor
  try {
    return run()
  } finally {
    context.root = before
  }
}
