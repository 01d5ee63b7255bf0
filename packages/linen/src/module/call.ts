/**
 * The state machine around a method call. The methods of each class are wrapped once, when its first module is made: a call runs setup if
 * it has not run, says whose method runs, so that new modules know their parent, and in the end forgets which names were used.
 */
import { enterScope, leaveScope, synchronous } from '@heddle/func'
import { withDeepStacks } from '@heddle/tree'
import { classNameOf, classOf } from './class-name'
import { adoptAttribute, drain, touch } from './attach'
import { capture, currentModule, inside, interceptors, observer } from './context'
import { withPlace } from './error-place'
import {
  CallCompactUnboundModuleError,
  CallSetupUnboundModuleError,
  MethodInFieldError,
  ReservedModuleAttributeError,
  SetAttributeFrozenModuleError,
  UnboundModuleError,
} from '../error'
import { nameScope } from './name-scope'
import { type AnyModule, type AnyModuleClass, internals, isModule, resetState, type Internals } from './state'
import { sow } from './variable'
import { whereOf } from './where'

type Method = (this: AnyModule, ...args: unknown[]) => unknown

/** Marks wrapped methods, and those that are to stay as they are. */
const handled = new WeakSet<object>()
/** Of a wrapped method, its name, by which a transformation tells a method from a function of a module. */
const methodNames = new WeakMap<object, string>()

/** Of a method as it is in the source, the wrapped one. */
const wrappedOf = new WeakMap<object, object>()
/** Of a wrapped method, the one in the source. */
const sourceOf = new WeakMap<object, object>()
/** Of a transformed function, what was transformed. */
const targetOf = new WeakMap<object, object>()

/** Is it a wrapped method, which takes its module as `this`? */
export const isMethod = (f: object): boolean => methodNames.has(f)
/** The wrapped method of a function that is one, or that is one in the source; undefined for other functions. */
export const methodOf = (f: object): object | undefined => (isMethod(f) ? f : wrappedOf.get(f))
/** Takes a method as it is: what is inside is wrapped. */
export const asHandled = <F extends object>(f: F, name: string): F => {
  handled.add(f)
  methodNames.set(f, name)
  return f
}

/** A transformed function of a module. On the prototype of a class, put there before its first module is made, it is a method. */
export const asTransformed = <F extends (...args: readonly unknown[]) => unknown>(lifted: F, target: object): F => {
  const fn = function (this: unknown, ...args: readonly unknown[]): unknown {
    return isModule(this) && methodOf(target) !== undefined ? lifted(this, ...args) : lifted(...args)
  }
  targetOf.set(fn, target)
  return Object.defineProperty(fn, 'name', { value: (target as { readonly name?: string }).name ?? '' }) as F
}

/** Makes a transformed function on a prototype a method: what was transformed is one of the class. */
const adoptTransformed = (fn: object, name: string, compact: boolean): void => {
  const target = targetOf.get(fn)
  if (target === undefined) {
    if (methodOf(fn) === undefined) wrapMethod(fn as Method, name, compact)
    return
  }
  asHandled(fn, name)
  adoptTransformed(target, name, compact)
}

/** Methods with a scope of their own, without it. */
const scoped = new WeakMap<object, Method>()

const reserved = ['props', 'name', 'parent', 'scope']
/** What a field of a class would hide. */
const hidden = [...reserved, 'path', 'variables']
const wrapped = new WeakSet<object>()
let base: AnyModuleClass

/** The names in a static list of a class and of those it extends. */
const listed = (cls: object, list: 'compact' | 'compactNameScope' | 'nowrap'): ReadonlySet<string> => {
  const names = new Set<string>()
  for (let c: object | null = cls; c !== null && c !== Function.prototype; c = Object.getPrototypeOf(c) as object | null)
    if (Object.hasOwn(c, list)) for (const name of (c as { readonly [k in typeof list]: readonly string[] })[list]) names.add(name)
  return names
}

/** Wraps the methods of a class and of those it extends, up to Module. Errors: ReservedModuleAttributeError. */
export const wrapClass = (cls: { readonly prototype: object }, top: object): void => {
  const { prototype } = cls
  if (prototype === top || wrapped.has(prototype)) return
  wrapped.add(prototype)
  base = top.constructor as AnyModuleClass
  const above = Object.getPrototypeOf(prototype) as { readonly constructor: { readonly prototype: object } }
  if (above !== top) wrapClass({ prototype: above }, top)
  const compact = listed(prototype.constructor, 'compact')
  const nowrap = listed(prototype.constructor, 'nowrap')
  const scopes = listed(prototype.constructor, 'compactNameScope')
  for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(prototype)) as [string, PropertyDescriptor][]) {
    if (reserved.includes(name)) throw new ReservedModuleAttributeError(classNameOf(prototype.constructor), name)
    if (typeof value !== 'function' || name === 'constructor' || nowrap.has(name) || handled.has(value as object)) continue
    if (targetOf.has(value as object)) {
      adoptTransformed(value as object, name, name === 'call' || compact.has(name))
      continue
    }
    const method = scopes.has(name)
      ? scopedMethod(value as Method, name)
      : wrapMethod(value as Method, name, name === 'call' || compact.has(name))
    Object.defineProperty(prototype, name, { value: method, writable: true, configurable: true, enumerable: false })
  }
}

const wrapMethod = (fn: Method, name: string, compact: boolean): Method => {
  return inPlaceOf(fn, name, function (...args) {
    return isModule(this) ? callMethod(this, fn, name, compact, args) : fn.apply(this, args)
  })
}

const inPlaceOf = (fn: Method, name: string, method: Method): Method => {
  Object.defineProperty(method, 'name', { value: fn.name })
  Object.defineProperty(method, 'length', { value: fn.length })
  wrappedOf.set(fn, method)
  sourceOf.set(method, fn)
  return asHandled(method, name)
}

/** A method whose submodules have a scope of its name. Errors: CallCompactUnboundModuleError. */
const scopedMethod = (fn: Method, name: string): Method => {
  const method = inPlaceOf(fn, name, function (...args) {
    const s = touch(this)
    trySetup(this)
    const scope = s.nameScopes.get(name)
    if (scope === undefined) throw new CallCompactUnboundModuleError(classOf(this), name)
    return currentModule() === scope ? fn.apply(this, args) : scope.call(...args)
  })
  scoped.set(method, fn)
  return method
}

/** The scopes of methods that have one, as submodules. */
const makeNameScopes = (self: AnyModule): void => {
  for (const name of listed(self.constructor, 'compactNameScope')) {
    const fn = scoped.get(Reflect.get(self, name) as object)
    if (fn !== undefined)
      self[internals].nameScopes.set(
        name,
        nameScope(base, self, name, (...args) => fn.apply(self, [...args])),
      )
  }
}

/** The name under which the results of a method are kept: Flax's for `call`. */
const capturedName = (method: string): string => (method === 'call' ? '__call__' : method)

/** Calls a method; errors tell where. Errors: CallCompactUnboundModuleError, CallSetupUnboundModuleError. */
export const callMethod = (self: AnyModule, fn: Method, name: string, compact: boolean, args: readonly unknown[]): unknown => {
  try {
    if (currentModule() !== null) return runMethod(self, fn, name, compact, args)
    return withDeepStacks(() => runMethod(self, fn, name, compact, args))
  } catch (e) {
    throw withPlace(e, self, name)
  }
}

const unboundCall = (self: AnyModule, name: string): Error => {
  const outer = currentModule()
  return new CallCompactUnboundModuleError(classOf(self), name, outer === null || outer === self ? undefined : classOf(outer))
}

const runMethod = (self: AnyModule, fn: Method, name: string, compact: boolean, args: readonly unknown[]): unknown => {
  const s = touch(self)
  const isSetup = name === 'setup'
  if (isSetup && s.scope === undefined) throw new CallSetupUnboundModuleError(classOf(self))
  if (!isSetup) trySetup(self)
  if (compact && s.scope === undefined) throw unboundCall(self, name)
  const again = isSetup ? s.inSetup : compact && s.inCompact
  const argsBefore = s.args
  s.args = args
  // a method that another of the module calls is in its scope already
  const outside = currentModule() === self ? undefined : enterScope(s.scope?.path.at(-1) ?? classOf(self))
  if (isSetup) s.inSetup = true
  if (compact) s.inCompact = true
  try {
    return inside(self, () => {
      const index = isSetup ? undefined : observer.get()?.enter(self, name)
      const result = intercepted(self, fn, name)(...args)
      if (compact) drain(self)
      if (capture.get()?.(self as never, name) === true) sow(self, 'intermediates', capturedName(name), result)
      if (index !== undefined) observer.get()?.leave(index, self, name, args, result)
      return result
    })
  } finally {
    s.args = argsBefore
    if (outside !== undefined) leaveScope(outside)
    if (compact) s.scope = s.scope!.rewound()
    if ((compact || isSetup) && !again) resetState(s)
  }
}

const intercepted = (module: AnyModule, fn: Method, method: string): ((...args: readonly unknown[]) => unknown) => {
  const bare = (...args: readonly unknown[]): unknown => fn.apply(module, [...args])
  return interceptors.get().reduceRight<(...args: readonly unknown[]) => unknown>(
    (next, interceptor) =>
      (...args) =>
        interceptor(next, args, { module: module as never, method, original: bare }),
    bare,
  )
}

/**
 * Runs setup, if the module has a scope and setup has not run.
 *
 * Before and after, attributes that hold modules make them submodules: class fields, and what setup assigned.
 * Errors: MethodInFieldError, ReservedModuleAttributeError.
 */
const trySetup = (self: AnyModule): void => {
  const s = touch(self)
  if (s.scope === undefined || s.inSetup || s.setup === 'done') return
  s.inSetup = true
  try {
    clearUndefined(self)
    for (const name of ['call', 'setup']) if (Object.hasOwn(self, name)) throw new MethodInFieldError(classOf(self), name)
    for (const name of hidden) if (Object.hasOwn(self, name)) throw new ReservedModuleAttributeError(classOf(self), name)
    adoptFields(self)
    synchronous(`${classOf(self)}.setup`, (self as { readonly setup?: () => unknown }).setup?.())
    adoptFields(self)
    makeNameScopes(self)
    drain(self)
  } finally {
    s.inSetup = false
    s.queue = []
    s.setup = 'done'
  }
  Object.freeze(self)
}

/** Declared fields without a value are taken away, so that their assignment in setup is noticed. */
const clearUndefined = (self: AnyModule): void => {
  for (const [key, value] of Object.entries(self)) if (value === undefined) Reflect.deleteProperty(self, key)
}

const adoptFields = (self: AnyModule): void => {
  for (const [key, value] of Object.entries(self)) {
    const next = adoptAttribute(self, key, value)
    if (next !== value) define(self, key, next)
  }
}

const define = (self: AnyModule, key: PropertyKey, value: unknown): boolean =>
  Reflect.defineProperty(self, key, { value, writable: true, enumerable: true, configurable: true })

const frozen = (s: Internals): boolean => s.attached && !s.inSetup

const assignedNames = new WeakMap<object, ReadonlySet<string>>()

/** The attributes that setup assigns, by its source, in a class and those above it. */
const setupNames = (cls: object): ReadonlySet<string> => {
  const known = assignedNames.get(cls)
  if (known !== undefined) return known
  const names = new Set<string>()
  for (
    let p: object | null = (cls as { readonly prototype: object }).prototype;
    p !== null && p.constructor !== base;
    p = Object.getPrototypeOf(p) as object | null
  ) {
    const setup: unknown = Object.getOwnPropertyDescriptor(p, 'setup')?.value
    if (typeof setup !== 'function') continue
    const source = Function.prototype.toString.call(sourceOf.get(setup) ?? setup)
    for (const [, name] of source.matchAll(/\bthis\.([\w$]+)\s*=(?![=>])/g)) names.add(name!)
  }
  assignedNames.set(cls, names)
  return names
}

/**
 * Stands at the end of the prototypes of every module, where only attributes that it does not have are looked for: a new one is noticed
 * when it is assigned, and one that setup makes is found before setup has run.
 */
export const attributes: ProxyHandler<object> = {
  set: (target, key, value, receiver: object) => {
    if (!isModule(receiver)) return Reflect.set(target, key, value, receiver)
    const s = receiver[internals]
    if (frozen(s)) throw new SetAttributeFrozenModuleError(whereOf(receiver), String(key))
    return define(receiver, key, s.inSetup && typeof key === 'string' ? adoptAttribute(receiver, key, value) : value)
  },
  get: (target, key, receiver: object) => {
    if (typeof key === 'string' && !Reflect.has(target, key) && isModule(receiver)) {
      trySetup(receiver)
      if (Object.hasOwn(receiver, key)) return Reflect.get(receiver, key) as unknown
      if (receiver[internals].scope === undefined && setupNames(receiver.constructor).has(key))
        throw new UnboundModuleError(classOf(receiver), `attribute ${JSON.stringify(key)} yet, which setup() makes`)
    }
    return Reflect.get(target, key, receiver) as unknown
  },
}
