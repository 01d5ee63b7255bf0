/**
 * Attaching: how a module comes by a name, a parent and a scope.
 *
 * A module made in a compact method gets a name of its class and a number, one made in setup or in a class field that of its attribute,
 * one in a prop that of the prop. This happens when it is first needed, in the order in which the modules were made: only then is it known
 * which of them are class fields of others.
 */
import type { Scope } from '@heddle/lift'
import { classOf } from './class-name'
import { clone } from './clone'
import { AssignSubModuleError } from '../error'
import { holdsModules, mapModules, modulesIn } from './module-tree'
import { type AnyModule, internals, isModule, type Internals } from './state'
import { whereOf } from './where'

/** What was adopted in a model, by the id of the original: a module shared by reference is one submodule. */
const adopted = new WeakMap<object, Map<number, AnyModule>>()

const adoptedIn = (scope: Scope): Map<number, AnyModule> => {
  const known = adopted.get(scope.cell)
  if (known !== undefined) return known
  const fresh = new Map<number, AnyModule>()
  adopted.set(scope.cell, fresh)
  return fresh
}

/** May the module have new submodules and variables now? */
export const mayInitialize = (s: Internals): boolean => !s.attached || s.inSetup || s.inCompact

/** A new module takes its place: at once under a scope, in the parent's queue under a module. Errors: AssignSubModuleError. */
export const takePlace = (module: AnyModule): void => {
  const s = module[internals]
  if (s.parent === null) return
  if (!isModule(s.parent)) {
    s.scope = s.parent as Scope
    settle(module)
    return
  }
  const parent = s.parent[internals]
  if (parent.scope === undefined && !parent.pending) {
    s.parent = null
    return
  }
  if (!mayInitialize(parent)) throw new AssignSubModuleError(classOf(module), whereOf(s.parent))
  s.pending = true
  parent.queue.push(module)
}

/** Makes sure that a module has its name and scope, if it is to have some. */
export const touch = (module: AnyModule): Internals => {
  const s = module[internals]
  if (s.pending && isModule(s.parent)) drain(s.parent)
  return s
}

/** The props of a module, with the names of those in them. */
export const settledProps = (module: AnyModule): object => {
  const s = module[internals]
  return (s.pending && holdsModules(s.props) ? touch(module) : s).props
}

/** Attaches all new children of a module that have or get a name, in the order in which they were made. */
export const drain = (parent: AnyModule): void => {
  const p = touch(parent)
  if (p.queue.length === 0) return
  const queue = p.queue
  p.queue = []
  const fields = new Set<AnyModule>()
  for (const m of queue)
    for (const field of Object.values(m).flatMap(modulesIn)) if (queue.indexOf(field) > queue.indexOf(m)) fields.add(field)
  for (const m of queue) {
    const s = m[internals]
    if (!s.pending) continue
    if (fields.has(m)) release(s)
    else if (s.name === undefined && p.inSetup) p.queue.push(m)
    else attach(m)
  }
}

/** What is a class field of another module belongs to nobody until that module is set up. */
const release = (s: Internals): void => {
  s.pending = false
  s.parent = null
}

/** Gives a module its name and scope. Errors: NameInUseError, AssignSubModuleError. */
const attach = (module: AnyModule): void => {
  const s = module[internals]
  const parent = s.parent as AnyModule
  const p = parent[internals]
  s.pending = false
  if (!mayInitialize(p)) throw new AssignSubModuleError(classOf(module), whereOf(parent))
  if (s.name === undefined) {
    const prefix = classOf(module)
    const count = Object.hasOwn(p.cursors, prefix) ? p.cursors[prefix]! : 0
    s.name = `${prefix}_${count}`
    p.cursors = { ...p.cursors, [prefix]: count + 1 }
  }
  const reuse = p.inSetup && p.setup === 'transformed'
  s.scope = p.scope!.push(s.name, { reuse })
  p.children.set(s.name, module)
  settle(module)
}

/** A module with a scope adopts the modules in its props. */
const settle = (module: AnyModule): void => {
  adoptProps(module)
  module[internals].attached = true
}

/** The modules in the props become submodules, if they have no parent. */
const adoptProps = (module: AnyModule): void => {
  const s = module[internals]
  const entries = Object.entries(s.props)
  const { childNames = {} } = module.constructor as { readonly childNames?: Readonly<Record<string, string>> }
  const next = entries.map(([key, value]) => [key, adopt(module, childNames[key] ?? key, value, false)] as const)
  if (next.some(([, value], i) => value !== entries[i]![1])) s.props = Object.freeze(Object.fromEntries(next))
}

/** The modules in a class field or in an attribute that setup assigned become submodules. Answers what is to be kept in their place. */
export const adoptAttribute = (module: AnyModule, key: string, value: unknown): unknown => adopt(module, key, value, true)

const adopt = (self: AnyModule, key: string, value: unknown, own: boolean): unknown => {
  const scope = self[internals].scope!
  const fresh: AnyModule[] = []
  const result = mapModules((m, suffix) => adoptOne(self, `${key}${suffix}`, m, own, adoptedIn(scope), fresh), value)
  for (const m of fresh) attach(m)
  return result
}

const adoptOne = (
  self: AnyModule,
  name: string,
  original: AnyModule,
  own: boolean,
  known: Map<number, AnyModule>,
  fresh: AnyModule[],
): AnyModule => {
  let module = original
  let s = module[internals]
  if (s.pending && s.parent !== self) {
    if (own && s.name === undefined) release(s)
    else s = touch(module)
  } else if (s.pending && s.name !== undefined) s = touch(module)
  let kept: string | undefined
  if (s.parent === null) {
    if (keepsNames(self)) kept = s.name
    module = known.get(s.id) ?? clone(original, { name: undefined })
    known.set(s.id, module)
    s = module[internals]
  }
  if (s.name !== undefined) return module
  if (isModule(s.parent)) s.parent[internals].queue = s.parent[internals].queue.filter((m) => m !== module)
  s.parent = self
  s.name = kept ?? name
  fresh.push(module)
  return module
}

const keepsNames = (module: AnyModule): boolean =>
  (module.constructor as { readonly preserveAdoptedNames?: boolean }).preserveAdoptedNames === true

/** Is the first scope the second, or around it? */
export const contains = (outer: Scope, inner: Scope): boolean =>
  outer.cell === inner.cell && outer.cursor.at.every((name, i) => inner.cursor.at[i] === name)

/**
 * One module uses the scope of the other, so that it adds to it without a level of its own: a child that of its parent, else the first
 * that of the second. Source: `flax.linen.share_scope`.
 */
export const moveScope = (module: AnyModule, other: AnyModule): void => {
  const [inner, outer] = contains(touch(module).scope!, touch(other).scope!) ? [other, module] : [module, other]
  const s = inner[internals]
  const scope = outer[internals].scope!
  s.scope = scope
  for (const [name, child] of s.children) rehang(child, scope.push(name))
}

const rehang = (module: AnyModule, scope: Scope): void => {
  const s = module[internals]
  s.scope = scope
  for (const [name, child] of s.children) rehang(child, scope.push(name))
}
