/**
 * TrainState: parameters, optimizer and the count of steps as one value.
 *
 * It is a node of trees: its arrays (`step`, `params`, `optState` and whatever fields were given besides) go through `jit`, with donation,
 * `scan`, `vmap` and checkpoints; `applyFn` and `tx` are part of the structure, compared by identity. So a state is replaced, never changed.
 *
 * Flax's users subclass to add fields; here they are given to `create`, and the type has them: `typeof state` names it.
 * Law: `unflatten(flatten(state))` is the state, with the same `applyFn` and `tx`.
 */
import { ArgumentError, isStatic, isTensor, np, type Tensor } from '@heddle/func'
import { describe, isPlainObject, suggestion } from '@heddle/func/options'
import { applyUpdates, type Extra, type GradientTransformation } from '@heddle/optim'
import { keystr, leavesWithPath, registerNode } from '@heddle/tree'

type Fn = (...args: never[]) => unknown
type Names = 'step' | 'applyFn' | 'params' | 'tx' | 'optState'
type Methods = 'applyGradients' | 'replace'
/** The fields of a state that may be replaced, but for some. A `?` alone would take `undefined` from a field that may be undefined. */
type Replaced<S, Not = never> = { readonly [K in Exclude<keyof S, Methods | Not>]?: S[K] | (undefined extends S[K] ? undefined : never) }

/** Gradients, and fields that are replaced. */
type Applied<S extends { readonly params: unknown }> = { readonly grads: S['params'] } & Replaced<S, 'params' | 'optState' | 'step'>

/** What every state has. */
export interface TrainStateFields<Params, OptState, ApplyFn> {
  /** How many gradients were applied: an int32 scalar. */
  readonly step: Tensor
  /** What computes the model, usually `(variables, x) => model.apply(variables, [x])`; static. */
  readonly applyFn: ApplyFn
  readonly params: Params
  /** The gradient transformation; static. */
  readonly tx: GradientTransformation<OptState>
  readonly optState: OptState
  /**
   * The next state: one step more, `params` and `optState` by the gradients, which have the structure of `params`; other fields given are
   * replaced. `extra` is for transformations that ask for it, such as line searches. Errors: ArgumentError where the gradients do not fit.
   */
  applyGradients(given: Applied<this>, extra?: Extra): this
  /** The state with other values of some fields. Errors: ArgumentError for a name that it has not. */
  replace(fields: Replaced<this>): this
}
/** A state with the fields of `More` besides; `typeof state` is the short way to say it. */
export type TrainState<Params = unknown, OptState = unknown, ApplyFn = Fn, More extends object = Record<never, never>> = TrainStateFields<
  Params,
  OptState,
  ApplyFn
> &
  Readonly<More>

interface Statics {
  readonly applyFn: unknown
  readonly tx: GradientTransformation
  /** Of the children, in their order. */
  readonly names: readonly string[]
}
const own = ['step', 'params', 'optState'] as const
const reserved: readonly string[] = ['applyFn', 'tx', ...own]

class TrainStateNode {
  declare readonly step: Tensor
  declare readonly params: unknown
  declare readonly optState: unknown
  declare readonly applyFn: unknown
  declare readonly tx: GradientTransformation
  readonly #statics: Statics

  constructor(statics: Statics, children: readonly unknown[]) {
    this.#statics = statics
    const fields = this as unknown as Record<string, unknown>
    for (let i = 0; i < children.length; i++) fields[statics.names[i]!] = children[i]
    fields.applyFn = statics.applyFn
    fields.tx = statics.tx
    Object.freeze(this)
  }
  static parts(state: TrainStateNode): readonly [children: readonly unknown[], aux: Statics] {
    const statics = state.#statics
    return [statics.names.map((name) => (state as unknown as Record<string, unknown>)[name]), statics]
  }
  static names(state: TrainStateNode): readonly string[] {
    return state.#statics.names
  }

  applyGradients(given: Readonly<Record<string, unknown>>, extra?: Extra): TrainStateNode {
    const where = 'TrainState.applyGradients'
    if (!isPlainObject(given) || given.grads === undefined)
      throw new ArgumentError(
        where,
        `expected { grads } and fields to replace, got ${saidOf(given)}; it is called applyGradients({ grads })`,
      )
    const { grads, ...more } = given
    for (const name of own) if (name in more) throw new ArgumentError(where, `${name} follows from the gradients; set it by replace`)
    const [updates, optState] = this.tx.update(grads, this.optState, this.params, extra)
    return this.#with(where, { ...more, step: np.add(this.step, 1), params: applyUpdates(this.params, updates), optState })
  }
  replace(fields: Readonly<Record<string, unknown>>): TrainStateNode {
    return this.#with('TrainState.replace', fields)
  }
  #with(where: string, fields: Readonly<Record<string, unknown>>): TrainStateNode {
    if (!isPlainObject(fields)) throw new ArgumentError(where, `expected fields to replace, got ${describe(fields)}`)
    const { applyFn, tx, names } = this.#statics
    for (const name of Object.keys(fields))
      if (!names.includes(name) && !reserved.includes(name))
        throw new ArgumentError(
          where,
          `this state has no field ${name}: ${suggestion(name, [...names, 'applyFn', 'tx'])}; create says which there are`,
        )
    const statics = 'applyFn' in fields || 'tx' in fields ? { applyFn, tx, names, ...pick(fields) } : this.#statics
    const now = this as unknown as Readonly<Record<string, unknown>>
    return new TrainStateNode(
      statics,
      names.map((name) => (fields[name] === undefined ? now[name] : fields[name])),
    )
  }
}
Object.defineProperty(TrainStateNode, 'name', { value: 'TrainState' })
registerNode(TrainStateNode, {
  flatten: TrainStateNode.parts,
  unflatten: (statics, children) => new TrainStateNode(statics as Statics, children),
  keys: TrainStateNode.names,
})

const pick = ({ applyFn, tx }: Readonly<Record<string, unknown>>): Partial<Statics> => ({
  ...(applyFn === undefined ? {} : { applyFn }),
  ...(tx === undefined ? {} : { tx: tx as GradientTransformation }),
})
const saidOf = (x: unknown): string => (isPlainObject(x) ? `{ ${Object.keys(x).join(', ')} }` : describe(x))
const isTransformation = (x: unknown): boolean =>
  typeof x === 'object' && x !== null && typeof Reflect.get(x, 'init') === 'function' && typeof Reflect.get(x, 'update') === 'function'

/** Errors: ArgumentError for a leaf of a field that is no array. */
const checkField = (where: string, name: string, field: unknown): void => {
  const bad = leavesWithPath(field).find(([, x]) => !isTensor(x) && typeof x !== 'number' && !ArrayBuffer.isView(x) && !isStatic(x))
  if (bad !== undefined)
    throw new ArgumentError(
      where,
      `${name}${keystr(bad[0])} is ${describe(bad[1])}, and fields are trees of tensors: close over what is none (applyFn and tx alone are static)`,
    )
}

/** Train states. Source: flax.training.train_state. */
export const TrainState = {
  /**
   * A state at step 0, with the optimizer's state for these parameters. Fields besides those four are kept as they are, trees of tensors, and
   * replaced by `applyGradients` and `replace`: `batchStats`, a dropout key, metrics.
   *
   * Errors: ArgumentError where something is missing or is not what it should be. Source: flax.training.train_state.TrainState.create.
   *
   * @example
   * const state = TrainState.create({ applyFn: (v: Variables, x: Tensor) => model.apply(v, [x]), params: variables.params, tx: adam(1e-3) })
   */
  create: <Params, OptState, ApplyFn, More extends object>(
    fields: {
      readonly params: Params
      readonly tx: GradientTransformation<OptState>
      readonly applyFn?: ApplyFn
      readonly step?: Tensor
    } & More,
  ): TrainState<Params, OptState, ApplyFn, Omit<More, Names>> => {
    const where = 'TrainState.create'
    if (!isPlainObject(fields)) throw new ArgumentError(where, `expected { applyFn, params, tx }, got ${describe(fields)}`)
    const { applyFn, params, tx, step = np.zeros([], 'int32'), ...more } = fields as Readonly<Record<string, unknown>> & typeof fields
    if (params === undefined || params === null) throw new ArgumentError(where, `params is missing; got ${saidOf(fields)}`)
    if (!isTransformation(tx))
      throw new ArgumentError(where, `tx: expected a gradient transformation, such as adam(1e-3), got ${describe(tx)}`)
    if (applyFn !== undefined && typeof applyFn !== 'function')
      throw new ArgumentError(
        where,
        `applyFn: expected a function, got ${describe(applyFn)}; of a model it is (variables, x) => model.apply(variables, [x])`,
      )
    checkField(where, 'params', params)
    checkField(where, 'step', step)
    for (const [name, field] of Object.entries(more)) {
      if (name === 'optState') throw new ArgumentError(where, 'optState is made of params by tx; set it by replace({ optState })')
      if (name in TrainStateNode.prototype || name === '__proto__')
        throw new ArgumentError(where, `a field can't be named ${name}, which all states have`)
      checkField(where, name, field)
    }
    const names = [...own, ...Object.keys(more).sort()]
    const children = [step, params, tx.init(params), ...names.slice(own.length).map((name) => (more as Record<string, unknown>)[name])]
    const state: unknown = new TrainStateNode({ applyFn, tx: tx as GradientTransformation, names }, children)
    return state as TrainState<Params, OptState, ApplyFn, Omit<More, Names>>
  },
} as const
