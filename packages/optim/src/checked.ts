/**
 * What is checked of each call of a gradient transformation: that trees hold tensors, that gradients and parameters fit, that there is a
 * state. It is done once, for the outermost of transformations in transformations.
 */
import { ArgumentError, isTensor, type Tensor } from '@heddle/func'
import { describe } from '@heddle/func/options'
import { HeddleError, keystr, leavesWithPath } from '@heddle/tree'
import type { Extra, GradientTransformation } from './transformation'

const isNumber = (x: unknown): boolean => typeof x === 'number' && !Number.isNaN(x)
const noTensor = (x: unknown): string =>
  isNumber(x)
    ? `${describe(x)}; np.array makes a tensor of it`
    : typeof x === 'function'
      ? `${describe(x)} (is it to be called?)`
      : describe(x)

/** A tree of tensors, by place. Errors: ArgumentError that names the place of what is none. */
const tensorsOf = (where: string, what: string, tree: unknown): ReadonlyMap<string, Tensor> => {
  if (tree === undefined || tree === null)
    throw new ArgumentError(where, `${what} are missing: expected a tree of tensors, got ${String(tree)}`)
  const found = new Map<string, Tensor>()
  for (const [path, leaf] of leavesWithPath(tree)) {
    const at = keystr(path)
    if (!isTensor(leaf)) throw new ArgumentError(where, `${what}${at === '' ? '' : ` at ${at}`}: expected a tensor, got ${noTensor(leaf)}`)
    found.set(at, leaf)
  }
  return found
}
/** Two trees of tensors with the same places and shapes; `axes` of the first are its own. Errors: ArgumentError that names the first that differs. */
export const checkFit = (
  where: string,
  [a, first]: readonly [string, unknown],
  [b, second]: readonly [string, unknown],
  axes: 0 | 1 = 0,
): void => {
  const mine = tensorsOf(where, a, first)
  const others = tensorsOf(where, b, second)
  for (const [at, x] of mine) {
    const y = others.get(at)
    const place = at === '' ? '' : ` at ${at}`
    if (y === undefined) throw new ArgumentError(where, `${a} and ${b} do not fit: ${b} have nothing${place}`)
    if (x.ndim < axes) throw new ArgumentError(where, `${a}${place} have no axis of examples: expected shape [n,${y.shape.join(',')}]`)
    if (x.shape.slice(axes).join() !== y.shape.join())
      throw new ArgumentError(where, `${a} and ${b} do not fit${place}: shapes [${x.shape.join(',')}] and [${y.shape.join(',')}]`)
  }
  for (const at of others.keys())
    if (!mine.has(at)) throw new ArgumentError(where, `${a} and ${b} do not fit: ${a} have nothing${at === '' ? '' : ` at ${at}`}`)
}

/** How the gradients of a transformation and the parameters fit. Errors: ArgumentError. */
export type Fit = (where: string, gradients: unknown, params: unknown) => void
const alike: Fit = (where, gradients, params) => checkFit(where, ['the gradients', gradients], ['the parameters', params])
const fits = /* @__PURE__ */ new WeakMap<object, Fit>()
/** How they fit, where that is not by having the same shapes. */
export const fitOf = (t: object): Fit | undefined => fits.get(t)
/** Gradients of each example of a batch, along their first axis. */
export const perExample: Fit = (where, gradients, params) =>
  checkFit(where, ['the gradients of each example', gradients], ['the parameters', params], 1)

const usage = 'call update(gradients, state, params), where state = init(params), or what the update before answered'
const checkState = (where: string, state: unknown): void => {
  if (typeof state !== 'object' || state === null || isTensor(state))
    throw new ArgumentError(where, `the state is missing, got ${describe(state)}; ${usage}`)
  if ('then' in state && typeof state.then === 'function') throw new ArgumentError(where, `expected a state, got ${describe(state)}`)
}
const keysOf = (x: unknown): string => (typeof x === 'object' && x !== null ? Object.keys(x).sort().join(', ') : '')

let inside = false
const outermost = <R>(check: () => void, run: () => R): R => {
  if (inside) return run()
  check()
  inside = true
  try {
    return run()
  } finally {
    inside = false
  }
}

/** The same transformation, whose calls are checked. Errors: ArgumentError. */
export const checked = <S>(where: string, transformation: GradientTransformation<S>, fit?: Fit): GradientTransformation<S> => {
  const made = checkedBy(where, transformation, fit ?? alike)
  if (fit !== undefined) fits.set(made, fit)
  return made
}
const checkedBy = <S>(where: string, { init, update }: GradientTransformation<S>, fit: Fit): GradientTransformation<S> => ({
  init: (params) =>
    outermost(
      () => tensorsOf(`${where}.init`, 'the parameters', params),
      () => init(params),
    ),
  update: <T>(gradients: T, state: S, params?: unknown, extra?: Extra): [T, S] => {
    const name = `${where}.update`
    const check = (): void => {
      if (params === undefined || params === null) tensorsOf(name, 'the gradients', gradients)
      else fit(name, gradients, params)
      checkState(name, state)
    }
    const outer = !inside
    try {
      return outermost(check, () => update(gradients, state, params, extra))
    } catch (cause) {
      // Looked for only when it has failed: a state of another transformation, or of other parameters.
      if (!outer || cause instanceof ArgumentError || (!(cause instanceof HeddleError) && !(cause instanceof TypeError))) throw cause
      const made = keysOf(init(params ?? gradients))
      if (made !== keysOf(state)) throw new ArgumentError(name, `the state has { ${keysOf(state)} }, expected { ${made} }; ${usage}`)
      if (!(cause instanceof TypeError)) throw new ArgumentError(name, `the state does not fit the gradients (${cause.message}); ${usage}`)
      throw cause
    }
  },
})
