/**
 * Types of modules: of their classes, of what is given to constructors, and of what apply takes and answers.
 */
import type { Filter } from '@heddle/core'
import type { ShapeDtype, Tensor } from '@heddle/func'
import type { Params, ReadVariables as Variables, Scope } from '@heddle/lift'
import type * as bind from './bind'
import type { InterceptorContextOf, InterceptorOf } from './context'
import type { Module } from './module'

/** Which return values are kept among the intermediates: of which module, and which method. */
export type CaptureFilter = (module: Module, method: string) => boolean
/** What an interceptor is told of the call. */
export type InterceptorContext = InterceptorContextOf<Module>
/** Stands around the call of a method: `next` calls it, or the next interceptor. */
export type Interceptor = InterceptorOf<Module>
/** Options of init. */
export type InitOptions = bind.InitOptions<CaptureFilter>
/** Options of apply. */
export type ApplyOptions = bind.ApplyOptions<CaptureFilter>

/** A class of modules. */
export type ModuleClass<M extends Module = Module> = new (...args: never[]) => M

/** A name and a parent for a module, where they are not to be found by itself. */
export interface ModuleOptions {
  readonly name?: string | undefined
  readonly parent?: Module | Scope | null | undefined
}

/** Props as they are given to a constructor: those with defaults may be left out. */
export type PropsIn<P, D extends keyof P> = Readonly<Omit<P, D>> & { readonly [K in D]?: P[K] | undefined }

/** Arguments of a constructor. Props may be left out where none is needed; name and parent may stand among them. */
export type ModuleArgs<P, D extends keyof P> =
  Record<never, never> extends PropsIn<P, D>
    ? [props?: PropsIn<P, D> & ModuleOptions, options?: ModuleOptions]
    : [props: PropsIn<P, D> & ModuleOptions, options?: ModuleOptions]

type Fn = (...args: never[]) => unknown
type ParametersOf<F> = F extends (...args: infer A) => unknown ? A : readonly unknown[]
type ResultOf<F> = F extends (...args: infer _) => infer R ? R : unknown
type HasCall = Module & { readonly call: Fn }
type PropsOf<M> = M extends { readonly props: infer P } ? P : never
/** A method; of a submodule in an attribute or prop, its call. */
type MethodAt<M, K extends PropertyKey> = M extends { readonly [k in K]: infer F }
  ? F extends { readonly call: infer C }
    ? F extends Fn
      ? F
      : C
    : F
  : PropsOf<M> extends { readonly [k in K]: { readonly call: infer C } }
    ? C
    : unknown

/** Arguments of the method that is run. */
export type ArgsOf<M, O> = O extends { readonly method: infer K }
  ? K extends (module: never, ...args: infer A) => unknown
    ? A
    : ParametersOf<MethodAt<M, K & string>>
  : ParametersOf<MethodAt<M, 'call'>>

/** A tree in which types may stand for tensors. */
export type TypesOr<T> = T extends Tensor
  ? T | ShapeDtype
  : T extends readonly unknown[] | Readonly<Record<string, unknown>>
    ? { readonly [K in keyof T]: TypesOr<T[K]> }
    : T

/** What the method that is run answers. */
export type OutputOf<M, O> = O extends { readonly method: infer K }
  ? K extends Fn
    ? ResultOf<K>
    : ResultOf<MethodAt<M, K & string>>
  : ResultOf<MethodAt<M, 'call'>>

type Mutates<O> = O extends { readonly mutable: infer F extends Filter } ? ([F] extends [false] ? Captures<O> : true) : Captures<O>
type Captures<O> = O extends { readonly captureIntermediates: infer C } ? ([C] extends [false] ? false : true) : false

/** The names of mutable collections, where they are listed. */
type Listed<F> = F extends string ? F : F extends readonly (infer K extends string)[] ? K : never
type ListedIn<O> = Listed<O extends { readonly mutable: infer F } ? F : never>
/** The mutable collections: those that are listed by name, of the types in which they were given. */
type Updated<O, V> = [ListedIn<O>] extends [never]
  ? Variables
  : Variables & { readonly [K in ListedIn<O>]: K extends keyof V ? V[K] : Params }

/** What apply answers: the output, and with mutable collections or captured intermediates these too. */
export type Applied<M, O, V = unknown> = AppliedBy<OutputOf<M, O>, O, V>

/** What apply answers where a function in the place of a method answers R. */
export type AppliedBy<R, O, V = unknown> = Mutates<O> extends true ? readonly [output: R, variables: Updated<O, V>] : R
/** Options of apply for a module: `method` is one of its own. */
export type ApplyOptionsOf<M> = Omit<ApplyOptions, 'method'> & { readonly method?: MethodOf<M> }
/** Options of init for a module: `method` is one of its own. */
export type InitOptionsOf<M> = Omit<InitOptions, 'method'> & { readonly method?: MethodOf<M> }

type MethodOf<M> =
  | { [K in keyof M & string]: M[K] extends Fn | HasCall ? K : never }[keyof M & string]
  | { [K in keyof PropsOf<M> & string]: PropsOf<M>[K] extends HasCall ? K : never }[keyof PropsOf<M> & string]
  | ((module: M, ...args: never[]) => unknown)
