/**
 * Lifting a class: a subclass some of whose methods run inside a transformation, on a module of the original class.
 */
import { asTransformed, wrapClass } from '../module/call'
import { classNameOf } from '../module/class-name'
import { TransformTargetError } from '../error'
import { asMethod, asModuleFn, type AnyModuleFn } from './lift-method'
import type { Lifter } from './lifter'
import { Module } from '../module/module'
import { isPlainObject } from '@heddle/tree/options'
import type { Check, Transformation } from './transformation'
import type { ModuleClass } from '../module/types'

/** The names of the methods of a class, without those of Module; any, where the target is a function. */
type MethodName<T> =
  T extends ModuleClass<infer M>
    ? { [K in Exclude<keyof M & string, keyof Module>]: M[K] extends (...args: never[]) => unknown ? K : never }[Exclude<
        keyof M & string,
        keyof Module
      >]
    : string

/** Options that may differ from method to method of a class `T`. */
export interface Methods<O, T = unknown> {
  /** Methods to transform: by default `call`. With an object each has options of its own. */
  readonly methods?: readonly MethodName<T>[] | { readonly [K in MethodName<T>]?: O } | undefined
}

/** Is it a class of modules? */
export const isModuleClass = (x: unknown): x is ModuleClass => typeof x === 'function' && (x === Module || x.prototype instanceof Module)

/** A subclass with transformed methods. Its name is that of the transformation and of the class: `VmapDense`. */
const liftClass = <O>(
  { name: transformation, prefix }: Naming,
  target: ModuleClass,
  options: O & Methods<O>,
  lifter: Lifter<O>,
): ModuleClass => {
  wrapClass(target, Module.prototype)
  const { methods = ['call'], ...common } = options
  const entries: [string, O][] = Array.isArray(methods)
    ? (methods as readonly string[]).map((m) => [m, common as O])
    : Object.entries(methods as Readonly<Record<string, O>>)
  const name = `${prefix}${classNameOf(target)}`
  const Lifted = class extends (target as ModuleClass) {}
  Object.defineProperty(Lifted, 'name', { value: name })
  // writable: a class that extends this one may assign its own
  Object.defineProperty(Lifted, 'moduleName', { value: name, writable: true })
  const { propTypes } = target as { readonly propTypes?: unknown }
  if (Object.hasOwn(target, 'propTypes')) Object.defineProperty(Lifted, 'propTypes', { value: propTypes })
  for (const [method, own] of entries) {
    const original: unknown = (target.prototype as Readonly<Record<string, unknown>>)[method]
    if (typeof original !== 'function') throw new TransformTargetError(transformation, method, classNameOf(target))
    const lifted = lifter(asModuleFn(original as AnyModuleFn), { moduleClass: target, name: method }, own)
    Object.defineProperty(Lifted.prototype, method, { value: asMethod(lifted, method), writable: true, configurable: true })
  }
  return Lifted
}

/** Options for all methods, and for each. */
const checkMethods = <O>(name: string, check: Check, options: object & Methods<O>): void => {
  const { methods, ...own } = options
  check(name, isPlainObject(options) ? own : options)
  if (methods === undefined || Array.isArray(methods)) return
  for (const [method, each] of Object.entries(methods)) check(`${name} of method ${method}`, each)
}

/** What a transformation is called, and what it puts before names of classes. */
export type Naming = Pick<Transformation, 'name' | 'prefix'>

/** Transforms a class of modules, or a function of a module. Errors: TransformTargetError, and those of `check`. */
export const liftChecked = <T, O>(naming: Naming, target: T, options: O & Methods<O>, lifter: Lifter<O>, check: Check): T => {
  checkMethods(naming.name, check, options)
  if (isModuleClass(target)) return liftClass(naming, target, options, lifter) as T
  if (typeof target !== 'function') throw new TransformTargetError(naming.name, target)
  const { methods: _, ...own } = options
  const fn = target as AnyModuleFn
  return asTransformed(lifter(asModuleFn(fn), { name: fn.name }, own as O), fn) as T
}

/** The same for one whose options have names. Errors: TransformTargetError, InvalidOptionsError. */
export const liftTarget = <T, O>(transformation: Transformation, target: T, options: O & Methods<O>, lifter: Lifter<O>): T =>
  liftChecked(transformation, target, options, lifter, transformation.options)
