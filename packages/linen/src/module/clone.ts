/**
 * Clones: a module is made again by its class from its props. Transformations, init, apply and bind work on clones, so that the module
 * that the user made never holds variables.
 */
import type { Scope } from '@heddle/lift'
import { context, inside, type CloneRecipe } from './context'
import { mapModules } from './module-tree'
import { type AnyModule, internals } from './state'

/** How a clone differs. */
export interface CloneOptions {
  readonly parent?: AnyModule | Scope | null
  /** The name; that of the original where the key is absent. */
  readonly name?: string | undefined
  /** Props that change. */
  readonly props?: object
}

/** A clone that shares the modules in its props. Source: `flax.linen.Module.clone`. */
export const clone = <M extends AnyModule>(module: M, options: CloneOptions = {}): M => {
  const s = module[internals]
  return make<M>({
    constructor: module.constructor,
    props: { ...s.props, ...options.props },
    name: Object.hasOwn(options, 'name') ? options.name : s.name,
    parent: options.parent ?? null,
  })
}

/** A module of a class, whatever its constructor takes. */
export const make = <M extends AnyModule>(recipe: CloneRecipe): M => {
  const before = context.recipe
  context.recipe = recipe
  try {
    return inside(null, () => new (recipe.constructor as new (props: object) => M)(recipe.props))
  } finally {
    context.recipe = before
  }
}

/** How a deep clone differs. */
export interface DeepCloneOptions extends CloneOptions {
  /** Forget the names of the modules in the props. */
  readonly resetNames?: boolean
}

/** A clone whose modules in props are clones too; one that is there twice stays one. */
export const deepClone = <M extends AnyModule>(module: M, options: DeepCloneOptions = {}, known = new Map<number, AnyModule>()): M => {
  const copy = (m: AnyModule): AnyModule => {
    const { id } = m[internals]
    const copied = known.get(id) ?? deepClone(m, options.resetNames === true ? { name: undefined, resetNames: true } : {}, known)
    known.set(id, copied)
    return copied
  }
  const props = { ...module[internals].props, ...options.props }
  const copied = Object.fromEntries(Object.entries(props).map(([k, v]) => [k, mapModules(copy, v)]))
  return clone(module, { ...options, props: copied })
}

/** Is it a clone in the making, of this class? Answers the recipe, once. */
export const takeRecipe = (constructor: unknown): typeof context.recipe => {
  const { recipe } = context
  if (recipe === undefined || recipe.constructor !== constructor) return undefined
  context.recipe = undefined
  return recipe
}
