/** Hyperparameters as a part of the state: they can be read, set from outside, or follow schedules. */
import { ArgumentError, type DType, isTensor, type Tensor } from '@heddle/func'
import { dtype, func, isPlainObject, type Kind, listOf, of, type OptionsOf, optionsOf, readArgument, string } from '@heddle/func/options'
import { type Argument, argumentsOf, scalar, type Schedule } from './options'
import { type Extra, type GradientTransformation, isTransformation } from './transformation'
import { floatDtypeOf, safeIncrement, type Scalar, scalarIn, zeroCount } from './tree-math'

/** A schedule with a state of its own, which may look at what an update is given, such as the loss. Source: optax.StatefulSchedule. */
export interface StatefulSchedule<S = unknown> {
  init(): S
  update(state: S, extra?: Extra): S
  /** The value at this state. */
  value(state: S, extra?: Extra): Scalar
}
/** State of `injectHyperparams`. */
export interface InjectHyperparamsState<S = unknown> {
  /** Steps done. */
  readonly count: Tensor
  /** The values of the last step by name; those without a schedule are what the next step takes, so that they may be set. */
  readonly hyperparams: Readonly<Record<string, Tensor>>
  /** Of those that follow a schedule. */
  readonly hyperparams_states: Readonly<Record<string, unknown>>
  readonly inner_state: S
}
/** What a factory takes, where each number may be a schedule, in objects of names too. */
export type Injected<A extends readonly unknown[]> = { [K in keyof A]: InjectedOne<A[K]> }
type InjectedOne<X> = number extends X ? X | Schedule | StatefulSchedule : InjectedIn<X>
type InjectedIn<X> = X extends Tensor | readonly unknown[] | ((...args: never[]) => unknown)
  ? X
  : X extends object
    ? { [K in keyof X]: InjectedOne<X[K]> }
    : X

const injectOptions = optionsOf({
  /** Names that stay as they are: no part of the state, and functions among them are no schedules. */
  staticArgs: of<string | readonly string[]>()({
    expected: 'a name or a list of names',
    is: (x) => string.is(x) || listOf(string).is(x),
  }),
  /** Of the state's values; that of the widest parameters by default. */
  hyperparamDtype: of<DType>()(dtype),
})

const isStateful = (x: unknown): x is StatefulSchedule =>
  typeof x === 'object' &&
  x !== null &&
  !isTransformation(x) &&
  ['init', 'update', 'value'].every((m) => typeof Reflect.get(x, m) === 'function')
/** A schedule of the count of steps, with that count as state. Source: optax.WrappedSchedule. */
const counting = (schedule: Schedule): StatefulSchedule<{ readonly count: Tensor }> => ({
  init: () => ({ count: zeroCount() }),
  update: ({ count }) => ({ count: safeIncrement(count) }),
  value: ({ count }) => schedule(count),
})

/** An argument by its name, and how one puts another value in its place. */
interface Place {
  readonly name: string
  readonly value: unknown
  readonly kind: Kind | undefined
  readonly put: (args: readonly unknown[], value: unknown) => readonly unknown[]
}
const at = (i: number) => (args: readonly unknown[], value: unknown) => args.map((x, j) => (i === j ? value : x))
const within = (i: number, name: string) => (args: readonly unknown[], value: unknown) =>
  args.map((x, j) => (i === j ? { ...(x as object), [name]: value } : x))

const kindsOf = (take: Argument | undefined): Readonly<Record<string, Kind>> =>
  typeof take === 'function' && 'kinds' in take ? (take.kinds as Readonly<Record<string, Kind>>) : {}
/** The arguments by their names: those that this package declares, and those of objects of names. */
const placesOf = (args: readonly unknown[], takes: readonly Argument[] | undefined): readonly Place[] =>
  args.flatMap((value, i): readonly Place[] => {
    const take = takes?.[i]
    if (take !== undefined && typeof take !== 'function') return [{ name: take[0], value, kind: take[1], put: at(i) }]
    if (isPlainObject(value) && !isStateful(value) && !isTransformation(value))
      return Object.entries(value).map(([name, x]) => ({ name, value: x, kind: kindsOf(take)[name], put: within(i, name) }))
    if (typeof value === 'number' || typeof value === 'function' || isTensor(value) || isStateful(value))
      throw new ArgumentError(
        'injectHyperparams',
        `argument ${i} has no name; let the function take one object: injectHyperparams(({ learningRate }) => ...)({ learningRate: 0.1 })`,
      )
    return []
  })
const isNumeric = (x: unknown): x is Scalar => typeof x === 'number' || (isTensor(x) && x.ndim === 0)

/**
 * Makes of a function that makes an optimizer one whose numbers are in the state, as `state.hyperparams`: read them for a log, set them
 * between steps without compiling anew, or give a schedule for any of them. Names are those of the arguments and options of optimizers of this
 * package that are given (what is left out stays inside), and those of the object that a function of your own takes.
 * Errors: ArgumentError for arguments that the function does not take, or that have no name. Source: optax.inject_hyperparams.
 *
 * @example
 * const optimizer = injectHyperparams(adam)(cosineDecaySchedule(1e-3, 1000), { b1: 0.9 })
 * const state = optimizer.init(params) // state.hyperparams is { learningRate, b1 }
 * const warmer = { ...state, hyperparams: { ...state.hyperparams, b1: np.array(0.95) } }
 */
export const injectHyperparams = <A extends readonly unknown[], S>(
  innerFactory: (...args: A) => GradientTransformation<S>,
  options?: OptionsOf<typeof injectOptions>,
): ((...args: Injected<A>) => GradientTransformation<InjectHyperparamsState<S>>) => {
  const where = 'injectHyperparams'
  readArgument(where, 'innerFactory', func, innerFactory)
  const { staticArgs = [], hyperparamDtype } = injectOptions(where, options)
  const still = new Set(typeof staticArgs === 'string' ? [staticArgs] : staticArgs)
  const takes = argumentsOf(innerFactory)
  const make = innerFactory as (...args: readonly unknown[]) => GradientTransformation<S>
  return (...args) => {
    const places = placesOf(args, takes).filter(
      ({ name, kind, value }) => !still.has(name) && value !== undefined && (kind?.is(0.5) ?? true),
    )
    /** Those that may be tensors: of some, such as radam's b2, a number is needed. */
    const numbersNow = (): readonly Place[] => {
      const some = zeroCount()
      return places.filter(({ value, kind }) => isNumeric(value) && (kind?.is(some) ?? true))
    }
    const schedules = places.flatMap(({ name, value, put }) => {
      if (typeof value === 'function') return [{ name, put, schedule: counting(value as Schedule) as StatefulSchedule }]
      return isStateful(value) ? [{ name, put, schedule: value }] : []
    })
    // What is no number in the end is refused now, where it is written.
    make(...schedules.reduce<readonly unknown[]>((all, { put }) => put(all, 0.5), args))
    const valueOf = ({ name, schedule }: (typeof schedules)[number], state: unknown, extra?: Extra): Scalar => {
      const value = schedule.value(state, extra)
      readArgument(where, `what the schedule of ${name} answers`, scalar, value)
      return value
    }
    const innerOf = (hyperparams: Readonly<Record<string, Tensor>>): GradientTransformation<S> =>
      make(...[...numbersNow(), ...schedules].reduce<readonly unknown[]>((all, { name, put }) => put(all, hyperparams[name]), args))
    return {
      init: (params) => {
        const to = hyperparamDtype ?? floatDtypeOf(params, 'highest')
        const hyperparams_states = Object.fromEntries(schedules.map(({ name, schedule }) => [name, schedule.init()]))
        const hyperparams = Object.fromEntries([
          ...numbersNow().map(({ name, value }) => [name, isTensor(value) ? value : scalarIn(to, value as Scalar)] as const),
          ...schedules.map((s) => [s.name, scalarIn(to, valueOf(s, hyperparams_states[s.name]))] as const),
        ])
        return { count: zeroCount(), hyperparams, hyperparams_states, inner_state: innerOf(hyperparams).init(params) }
      },
      update: (updates, state, params, extra) => {
        const followed = schedules.map((s) => {
          const old = state.hyperparams[s.name]
          return [s.name, scalarIn(old?.dtype ?? 'float32', valueOf(s, state.hyperparams_states[s.name], extra))] as const
        })
        const hyperparams = { ...state.hyperparams, ...Object.fromEntries(followed) }
        const [next, inner_state] = innerOf(hyperparams).update(updates, state.inner_state, params, extra)
        const hyperparams_states = Object.fromEntries(
          schedules.map(({ name, schedule }) => [name, schedule.update(state.hyperparams_states[name], extra)]),
        )
        return [next, { count: safeIncrement(state.count), hyperparams, hyperparams_states, inner_state }]
      },
    }
  }
}
/** The same as `injectHyperparams`, under the name that optax keeps for old programs. Source: optax.inject_stateful_hyperparams. */
export const injectStatefulHyperparams = injectHyperparams
