/**
 * Where an operation comes from: the scope in force when it was applied (the path of the module, and names that users give), and the line of the
 * program, where that is asked for. An equation keeps it, relative to where its program was traced, so it says the same wherever that is run.
 */
import { captured } from '@heddle/tree'
import { ambient } from './ambient'
import { environment } from './environment'

/** Of an equation. */
export interface Origin {
  /** `Model/Dense_0`; empty for none. */
  readonly scope: string
  /** Made where the operation was applied; its frames are looked at when they are asked for. */
  readonly stack: Error | undefined
}

/** What is looked for among the results of every operation. */
export interface Hunt {
  readonly nans: boolean
  readonly infs: boolean
}
const noHunt: Hunt = { nans: false, infs: false }
const initial: Hunt = { nans: environment('HEDDLE_DEBUG_NANS'), infs: environment('HEDDLE_DEBUG_INFS') }
const isOn = ({ nans, infs }: Hunt): boolean => nans || infs
/** For the way of each operation, which asks no more than this. */
export const hunting: { on: boolean } = { on: isOn(initial) }
const hunt = ambient<Hunt>(isOn(initial) ? initial : noHunt, ({ nans, infs }) => `${nans ? 'n' : ''}${infs ? 'i' : ''}`)
export const currentHunt = hunt.get
/** From here on. */
export const setHunt = (wanted: Hunt): void => {
  hunt.set(wanted)
  hunting.on = isOn(wanted)
}
/** While `run` runs. Errors: AsyncFunctionError. */
export const whileHunting = <R>(where: string, wanted: Hunt, run: () => R): R => {
  const before = hunting.on
  hunting.on = isOn(wanted)
  try {
    return hunt.during(where, wanted, run)
  } finally {
    hunting.on = before
  }
}

let scope = ''
let stack: Error | undefined
let last: Origin = { scope: '', stack: undefined }

export const joined = (outer: string, inner: string): string => (outer === '' ? inner : inner === '' ? outer : `${outer}/${inner}`)
export const currentScope = (): string => scope
/** Goes into a scope, and answers what was before, for `leaveScope`. */
export const enterScope = (name: string): string => {
  const before = scope
  scope = before === '' ? name : `${before}/${name}`
  return before
}
/** Back to the scope that `enterScope` answered. */
export const leaveScope = (before: string): void => {
  scope = before
}
/** For messages: of the operation that is applied now. */
export const currentOrigin = (): Origin => ({ scope, stack })

/** Of what is applied now, in a program whose tracing began in the scope `base`. */
export const originFrom = (base: string): Origin => {
  const own = base === '' ? scope : scope.startsWith(base) ? scope.slice(base.length + 1) : scope
  const line = hunting.on ? (stack ?? captured()) : undefined
  if (last.scope !== own || last.stack !== line) last = { scope: own, stack: line }
  return last
}
/** Applies equations of a program again: `at(e)` says that it is this one's turn. In the end all is as before. */
export const reapplying = <A>(run: (at: (origin: Origin | undefined) => void) => A): A => {
  const outer = scope
  const outerStack = stack
  try {
    return run((origin) => {
      scope = origin === undefined ? outer : joined(outer, origin.scope)
      stack = origin?.stack ?? outerStack
    })
  } finally {
    scope = outer
    stack = outerStack
  }
}
