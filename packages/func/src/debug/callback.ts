/** Functions of the user's that are called when a program comes to them, for users. */
import { flatten, flattenUpTo, unflatten } from '@heddle/tree'
import { type Aval, aval, type ShapeDtype } from '../aval'
import { ArgumentError } from '../error'
import { array, type ArrayData } from '../numpy/creation'
import { oneOf, optionsOf, readFunction } from '../options'
import { debugCallback, pureCallbackCall, type VmapMethod } from '../primitives/callback'
import { isTensor, type Tensor } from '../tensor'
import { deliver, later } from './delivery'
import { fill, type Piece, piecesOf, Shown } from './format'

/** A tree's tensors, and how to put others in their places; what is no tensor stays. */
export const apart = (tree: unknown): readonly [tensors: readonly Tensor[], together: (xs: readonly unknown[]) => unknown] => {
  const { leaves, treedef } = flatten(tree)
  return [
    leaves.filter(isTensor),
    (xs) => {
      let next = 0
      return unflatten(
        treedef,
        leaves.map((x) => (isTensor(x) ? xs[next++] : x)),
      )
    },
  ]
}
const isPromise = (x: unknown): x is PromiseLike<unknown> =>
  typeof x === 'object' && x !== null && typeof (x as { readonly then?: unknown }).then === 'function'

/**
 * Calls `f` with values for the tensors in `args`, when the program comes to it: under jit at each run, under vmap for each example, in a loop
 * at each turn, always in the order of the program. What is no tensor is handed on as it is; what `f` answers is ignored. A derivative doesn't
 * see it, and is not called for. An error that it throws reaches the caller. An async `f` is begun in order; `await effectsBarrier()` waits for it.
 * Source: jax.debug.callback, with ordered=True.
 */
export const callback = <A extends readonly unknown[]>(f: (...args: NoInfer<A>) => unknown, ...args: A): void => {
  readFunction('debug.callback', f)
  const [tensors, together] = apart(args)
  const call = (xs: readonly Tensor[]): void => {
    const result = f(...(together(xs) as A))
    if (isPromise(result)) later(async () => result)
  }
  debugCallback(tensors, call, f.name || 'callback')
}

const isNamed = (pieces: readonly Piece[]): boolean => pieces.some((p) => typeof p !== 'string' && typeof p.at === 'string')
/** What the fields read of the arguments. Errors: ArgumentError for a field without a value, and for a value without a field. */
export const fieldsOf = (
  where: string,
  format: string,
  pieces: readonly Piece[],
  args: readonly unknown[],
): ((values: readonly unknown[]) => (at: number | string) => unknown) => {
  const last = args.at(-1)
  const named = isNamed(pieces)
  if (named && (typeof last !== 'object' || last === null || isTensor(last) || Array.isArray(last)))
    throw new ArgumentError(
      where,
      `the format ${JSON.stringify(format)} has fields with names: give their values by an object at the end, ${where}(..., { x })`,
    )
  const positional = named ? args.length - 1 : args.length
  const used = new Set<number>()
  for (const p of pieces) {
    if (typeof p === 'string') continue
    if (typeof p.at === 'number') used.add(p.at)
    const known = typeof p.at === 'number' ? p.at < positional : Object.hasOwn(last as object, p.at)
    if (!known)
      throw new ArgumentError(
        where,
        `the field {${p.at}} of ${JSON.stringify(format)} has no value; ${positional} came by position${named ? `, and ${Object.keys(last as object).join(', ') || 'none'} by name` : ''}`,
      )
  }
  const unread = args.slice(0, positional).findIndex((_, i) => !used.has(i))
  if (unread >= 0)
    throw new ArgumentError(where, `value ${unread} is in no field of the format ${JSON.stringify(format)}: write {} where it is to stand`)
  return (values) => (at) => (typeof at === 'number' ? values[at] : (values.at(-1) as Readonly<Record<string, unknown>>)[at])
}

/**
 * Prints values when the program comes to it: as `debug.callback` of a function that prints. `{}` in the format is the next value, `{0}` the
 * first, `{name}` one of an object given last, `{loss:.3f}` with a format of Python's; a brace is written `{{`. Values may be trees.
 * Errors: ArgumentError for fields and values that don't fit. Source: jax.debug.print, with ordered=True.
 */
export const print = (format: string, ...args: readonly unknown[]): void => {
  if (typeof format !== 'string')
    throw new ArgumentError('debug.print', "the first argument is the text, with {} where values stand: debug.print('x = {}', x)")
  const pieces = piecesOf('debug.print', format)
  const read = fieldsOf('debug.print', format, pieces, args)
  const [tensors, together] = apart(args)
  const write = (xs: readonly Tensor[]): void =>
    deliver(xs, (hosts) => console.log(fill(pieces, read(together(hosts.map((h) => new Shown(h))) as readonly unknown[]))))
  debugCallback(tensors, write, `print ${JSON.stringify(format)}`)
}

const pureOptions = optionsOf({
  /** Under vmap: called for each example (the default), or once, where operands that are not mapped get an axis of size 1, or all of it. */
  vmapMethod: oneOf<VmapMethod>('sequential', 'expandDims', 'broadcastAll'),
})
/** Options of `pureCallback`. */
export interface PureCallbackOptions {
  readonly vmapMethod?: VmapMethod | undefined
}
type Types = ShapeDtype | readonly Types[] | { readonly [key: string]: Types }
/** A tree of tensors for a tree of types. */
export type TensorsOf<T> = T extends ShapeDtype ? Tensor : { readonly [K in keyof T]: TensorsOf<T[K]> }
const isType = (x: unknown): boolean => typeof x === 'object' && x !== null && 'shape' in x && 'dtype' in x

/**
 * What `f`, a function of the host, answers for the values of `args`: tensors (or numbers, arrays) of the types `resultShapeDtypes`, a tree of
 * `{ shape, dtype }`. It must depend on its arguments alone: it may be called more than once, or not at all where nobody reads what it answers.
 * It has no derivative but by customJvp or customVjp around it. Errors: ArgumentError for a result of another type. Source: jax.pure_callback.
 */
export const pureCallback = <const T extends Types, A extends readonly unknown[]>(
  f: (...args: NoInfer<A>) => unknown,
  resultShapeDtypes: T,
  args: readonly [...A],
  options?: PureCallbackOptions,
): TensorsOf<T> => {
  readFunction('pureCallback', f)
  const { vmapMethod = 'sequential' } = pureOptions('pureCallback', options)
  const { leaves, treedef } = flatten(resultShapeDtypes, isType)
  const types = leaves.map((t): Aval => {
    if (!isType(t))
      throw new ArgumentError('pureCallback', 'the second argument says what the function answers: a tree of { shape, dtype }')
    const { shape, dtype } = t as ShapeDtype
    return aval(shape, dtype)
  })
  const [tensors, together] = apart(args)
  const call = (xs: readonly Tensor[]): readonly Tensor[] =>
    flattenUpTo(treedef, f(...(together(xs) as A))).map((x, i) => (isTensor(x) ? x : array(x as ArrayData, { dtype: types[i]!.dtype })))
  return unflatten<TensorsOf<T>>(
    treedef,
    pureCallbackCall(tensors, { callback: call, name: f.name || 'callback', results: types, vmapMethod }),
  )
}
