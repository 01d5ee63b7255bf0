/**
 * Modules in and out of a transformation. A transformation works on scopes; the modules that a function wants, those in their props and
 * those among the arguments are taken apart into their scopes and plain descriptions, and inside made again on the scopes they get there.
 */
import { exception, Scope, Variable } from '@heddle/lift'
import { flatten, leaves, mapUntil, registerNode, staticKey, type TreeDef } from '@heddle/tree'
import { drain, touch } from '../module/attach'
import { make } from '../module/clone'
import { type AnyModule, beginWith, exportState, internals, isModule, type CallState } from '../module/state'

/** A module without its scope: how it is made again. */
interface ModuleSpec {
  readonly _tag: 'Module'
  readonly id: number
  readonly constructor: unknown
  /** Props with descriptions in the place of modules. */
  readonly props: Readonly<Record<string, unknown>>
  readonly name: string | undefined
  readonly scope: number
}

/** A variable without its scope. */
interface VariableSpec {
  readonly _tag: 'Variable'
  readonly id: number
  /** Makes it again on another scope. */
  readonly on: (scope: Scope) => Variable
  readonly collection: string
  readonly name: string
  readonly scope: number
}

type Spec = ModuleSpec | VariableSpec

/** The place of a module or variable in a tree: part of its structure, and no leaf. */
class Ref {
  constructor(readonly spec: Spec) {}
}

registerNode(Ref, { flatten: (x) => [[], x], unflatten: (x) => x as Ref, auxKey: (x) => specKey((x as Ref).spec) })

/** Modules that a function wants, without their scopes. */
export interface Apart {
  /** The tree of modules, of descriptions. */
  readonly target: unknown
  readonly states: readonly CallState[]
}

/** What a transformation takes in place of modules. */
export interface Taken extends Apart {
  /** Those of the modules that the function wants, in order, then further ones. */
  readonly scopes: readonly Scope[]
  /** How many of the scopes are those of the modules that the function wants. */
  readonly main: number
  /** The arguments, with descriptions in the place of modules and variables. */
  readonly args: readonly unknown[]
}

const variableIds = new WeakMap<Variable, number>()
let variables = 0

const idOf = (x: Variable): number => {
  const known = variableIds.get(x)
  if (known !== undefined) return known
  variableIds.set(x, --variables)
  return variables
}

const isOpaque = (x: unknown): boolean => isModule(x) || x instanceof Variable || x instanceof Ref

/** The modules of a tree, which has modules only. Errors: InvalidTargetError for scopes, which transformations of `@heddle/lift` take. */
export const modulesOf = (target: unknown): { readonly modules: readonly AnyModule[]; readonly treedef: TreeDef } => {
  const { leaves, treedef } = flatten(target, isModule)
  const scope = leaves.find((x) => x instanceof Scope)
  if (scope !== undefined)
    throw exception({
      _tag: 'InvalidTargetError',
      where: 'a transformation of functions of modules',
      expected: 'a module, or a tree of modules, as first argument of the function (functions of scopes are transformed by @heddle/lift)',
      actual: scope,
    })
  return { modules: leaves.filter(isModule), treedef }
}

/** Takes modules apart. `scopeOf` may answer another scope than a module's own for those that the function wants. */
export const take = (target: unknown, args: readonly unknown[], change: (scope: Scope) => Scope = (scope) => scope): Taken => {
  const { modules } = modulesOf(target)
  const scopes: Scope[] = []
  const specs = new Map<number, Spec>()
  for (const m of modules) {
    const { scope } = touch(m)
    if (scope !== undefined) drain(m)
    if (scope !== undefined) scopes.push(change(scope))
  }
  const main = scopes.length
  let next = 0
  const describe = (m: AnyModule, own: boolean): AnyModule | Ref => {
    const s = touch(m)
    if (s.scope === undefined) return m
    const known = specs.get(s.id)
    if (known !== undefined) {
      if (own) next++
      return new Ref(known)
    }
    const scope = own ? next++ : scopes.push(s.scope) - 1
    const props = Object.fromEntries(Object.entries(s.props).map(([k, v]) => [k, put(v)]))
    const spec: Spec = { _tag: 'Module', id: s.id, constructor: m.constructor, props, name: s.name, scope }
    specs.set(s.id, spec)
    return new Ref(spec)
  }
  const put = (x: unknown): unknown =>
    !leaves(x, isOpaque).some(isOpaque)
      ? x
      : mapUntil(
          isOpaque,
          (leaf: unknown) => (isModule(leaf) ? describe(leaf, false) : leaf instanceof Variable ? variable(leaf) : leaf),
          x,
        )
  const variable = (v: Variable): Ref => {
    const id = idOf(v)
    const spec = specs.get(id) ?? {
      _tag: 'Variable',
      id,
      on: v.mover(),
      collection: v.collection,
      name: v.name,
      scope: scopes.push(v.scope) - 1,
    }
    specs.set(id, spec)
    return new Ref(spec)
  }
  return {
    target: mapUntil(isModule, (leaf: unknown) => (isModule(leaf) ? describe(leaf, true) : leaf), target),
    args: args.map(put),
    states: modules.map((m) => exportState(m[internals])),
    scopes,
    main,
  }
}

/** Makes modules and arguments again, on the scopes of the inside. `moduleClass` is the class of the modules, where it is another. */
export const remake = (
  { target, states }: Apart,
  args: readonly unknown[],
  scopes: readonly Scope[],
  moduleClass?: unknown,
): { readonly target: unknown; readonly args: readonly unknown[] } => {
  const made = new Map<number, AnyModule | Variable>()
  const remade = (spec: Spec, own: boolean): AnyModule | Variable => {
    const known = made.get(spec.id)
    if (known !== undefined) return known
    const fresh = spec._tag === 'Module' ? module(spec, own) : spec.on(scopes[spec.scope]!)
    made.set(spec.id, fresh)
    return fresh
  }
  const module = (spec: ModuleSpec, own: boolean): AnyModule =>
    make({
      constructor: own && moduleClass !== undefined ? moduleClass : spec.constructor,
      parent: scopes[spec.scope]!,
      name: spec.name,
      props: Object.fromEntries(Object.entries(spec.props).map(([k, v]) => [k, fill(v, false)])),
    })
  const fill = (x: unknown, own: boolean): unknown =>
    mapUntil(
      (y) => y instanceof Ref,
      (leaf: unknown) => (leaf instanceof Ref ? remade(leaf.spec, own) : leaf),
      x,
    )
  const inner = fill(target, true)
  modulesOf(inner).modules.forEach((m, i) => beginWith(m[internals], states[i]!))
  return { target: inner, args: args.map((x) => fill(x, false)) }
}

/** What says two modules apart for a compiled program: class, props and their modules, not names and paths. */
const specKey = (spec: Spec): string => {
  const seen = new Map<number, number>()
  const keyOf = (s: Spec): string => {
    if (s._tag === 'Variable') return staticKey(['variable', s.collection, s.name, s.scope])
    const known = seen.get(s.id)
    if (known !== undefined) return `#${known}`
    seen.set(s.id, seen.size)
    return `${staticKey([s.constructor, s.scope])}{${Object.keys(s.props)
      .sort()
      .map((k) => `${k}:${propKey(s.props[k])}`)
      .join(',')}}`
  }
  const propKey = (x: unknown): string => {
    const { leaves, treedef } = flatten(x, (y) => y instanceof Ref)
    return `${treedef.key}[${leaves.map((l) => (l instanceof Ref ? keyOf(l.spec) : staticKey(l))).join(',')}]`
  }
  return keyOf(spec)
}

/** The key of what is static of a call: two calls with equal keys, shapes and types run the same program. */
export const takenKey = ({ target, states }: Apart): string => `${flatten(target).treedef.key}${staticKey(states)}`
