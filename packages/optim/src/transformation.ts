/**
 * What a gradient transformation is, and how several become one.
 *
 * It is a pair of pure functions: `init` makes a state from parameters, `update` turns gradients into updates and the state
 * into the next. States are plain trees, so they go through `jit`, `scan` and checkpoints; their fields have optax's names,
 * unchanged, since they are what a checkpoint holds.
 */
import { ArgumentError, type Tensor } from '@heddle/func'
import { describe, func, readArgument } from '@heddle/func/options'
import { checked, type Fit, fitOf } from './checked'
import { mapLeaves, zerosLike } from './tree-math'

/** Values that some transformations ask for besides gradients and parameters, such as the loss. */
export type Extra = Readonly<Record<string, unknown>>

/** Two pure functions: `init` makes a state of parameters, `update` makes updates of gradients, and the next state. */
export interface GradientTransformation<S = unknown> {
  /** The first state, for parameters of this structure. */
  init(params: unknown): S
  /** Updates of the structure of the gradients, and the next state. Some transformations need the parameters too. */
  update<T>(gradients: T, state: S, params?: unknown, extra?: Extra): [updates: T, state: S]
}
/** The state of what keeps none. */
export type EmptyState = Readonly<Record<never, never>>
/** The state of a transformation that has none. */
export const emptyState: EmptyState = Object.freeze({})

/** A transformation without state. Source: optax.stateless. */
export const stateless = (f: <T>(updates: T, params: unknown, extra?: Extra) => T): GradientTransformation<EmptyState> => {
  readArgument('stateless', 'f', func, f)
  return { init: () => emptyState, update: (updates, state, params, extra) => [f(updates, params, extra), state] }
}
/** Leaves updates as they are. Source: optax.identity. */
export const identity = (): GradientTransformation<EmptyState> => stateless((updates) => updates)
/** Makes updates zero. Source: optax.set_to_zero. */
export const setToZero = (): GradientTransformation<EmptyState> => stateless((updates) => zerosLike(updates))

/** The parameters, or an error that says that they are needed. */
export const needParams = (where: string, params: unknown): unknown => {
  if (params === undefined || params === null) throw new ArgumentError(where, 'needs the parameters: call update(gradients, state, params)')
  return params
}

const has = (x: unknown, name: string): boolean => typeof x === 'object' && x !== null && typeof Reflect.get(x, name) === 'function'
/** Does it have what a gradient transformation has? */
export const isTransformation = (x: unknown): x is GradientTransformation => has(x, 'init') && has(x, 'update')
const fixOf = (x: unknown): string => {
  if (Array.isArray(x)) return '; the parts are arguments, not a list: chain(a, b)'
  return typeof x === 'function' ? `; is it to be called, as ${x.name || 'adam'}(...)?` : ''
}
const checkPart = (where: string, what: string, part: unknown): void => {
  if (!isTransformation(part))
    throw new ArgumentError(where, `${what}: expected a gradient transformation, such as adam(1e-3), got ${describe(part)}${fixOf(part)}`)
}

/** The way of the first part that has one of its own. */
const fitOfAll = (parts: readonly object[]): Fit | undefined => parts.map(fitOf).find((fit) => fit !== undefined)

type Transformations<S extends readonly unknown[]> = { readonly [K in keyof S]: GradientTransformation<S[K]> }
/**
 * One transformation after the other; the state is the list of theirs.
 *
 * Source: optax.chain.
 *
 * @example
 * const optimizer = chain(clipByGlobalNorm(1), adam(1e-3))
 */
export const chain = <const S extends readonly unknown[]>(...parts: Transformations<S>): GradientTransformation<S> => {
  const all = parts as readonly GradientTransformation[]
  for (const [i, part] of all.entries()) checkPart('chain', `part ${i}`, part)
  const made: GradientTransformation<S> = {
    init: (params) => all.map((t) => t.init(params)) as unknown as S,
    update: (gradients, state, params, extra) => {
      if (state.length !== all.length)
        throw new ArgumentError(
          'chain',
          `the state has ${Array.isArray(state) ? `${state.length} parts` : 'no parts'} for ${all.length} transformations; make it with init(params)`,
        )
      let updates = gradients
      const next = all.map((t, i) => {
        const [u, s] = t.update(updates, state[i], params, extra)
        updates = u
        return s
      })
      return [updates, next as unknown as S]
    },
  }
  return checked('chain', made, fitOfAll(all))
}
/** `chain` whose parts have names, by which the state has theirs. Source: optax.named_chain. */
export const namedChain = (
  ...parts: readonly (readonly [name: string, GradientTransformation])[]
): GradientTransformation<Record<string, unknown>> => {
  for (const [i, part] of parts.entries()) {
    if (!Array.isArray(part) || part.length !== 2 || typeof part[0] !== 'string')
      throw new ArgumentError('namedChain', `part ${i}: expected a pair [name, transformation], got ${describe(part)}`)
    checkPart('namedChain', `part ${part[0]}`, part[1])
  }
  const names = parts.map(([name]) => name)
  if (new Set(names).size !== names.length) throw new ArgumentError('namedChain', `names must be distinct, got ${names.join(', ')}`)
  const made: GradientTransformation<Record<string, unknown>> = {
    init: (params) => Object.fromEntries(parts.map(([name, t]) => [name, t.init(params)])),
    update: (gradients, state, params, extra) => {
      let updates = gradients
      const next = parts.map(([name, t]) => {
        const [u, s] = t.update(updates, state[name], params, extra)
        updates = u
        return [name, s] as const
      })
      return [updates, Object.fromEntries(next)]
    },
  }
  return checked('namedChain', made, fitOfAll(parts.map(([, t]) => t)))
}
/** Applies a function of each leaf of the updates. */
export const leafwise = (f: Parameters<typeof mapLeaves>[0]): GradientTransformation<EmptyState> =>
  stateless((updates) => mapLeaves(f, updates))
/**
 * A transformation without state, by a function of each leaf of the updates and of the parameters; the second is undefined where no
 * parameters are given. Source: optax.stateless_with_tree_map.
 */
export const statelessWithTreeMap = (f: (update: Tensor, param: Tensor | undefined) => Tensor): GradientTransformation<EmptyState> => {
  readArgument('statelessWithTreeMap', 'f', func, f)
  return stateless((updates, params) =>
    params === undefined || params === null ? mapLeaves((u) => f(u, undefined), updates) : mapLeaves((u, p) => f(u, p), updates, params),
  )
}
