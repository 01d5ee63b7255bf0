/** Transformations of some parameters only. What is masked out is null in the trees that the inner transformation sees. */
import { ArgumentError } from '@heddle/func'
import { isPlainObject, type Kind, readArgument } from '@heddle/func/options'
import { type Mask, mask as maskKind, taking, transformation, treeOfBooleans } from './options'
import { leaves, map } from '@heddle/tree'
import { isPlaceholder } from './placeholder'
import { type Extra, type GradientTransformation, isTransformation, setToZero } from './transformation'

export type { Mask }
/** State of `masked`. */
export interface MaskedState<S = unknown> {
  readonly inner_state: S
}
/** State of `partition`. */
export interface PartitionState {
  readonly inner_states: Readonly<Record<string, unknown>>
}

const maskOf = (mask: Mask, tree: unknown): unknown => {
  if (isPlaceholder(tree)) return true
  const made: unknown = typeof mask === 'function' ? mask(tree as never) : mask
  if (typeof mask === 'function') readArgument('masked', 'what the mask answers', treeOfBooleans, made)
  return made
}
const hide = (mask: unknown, tree: unknown): unknown => map((m: boolean, x: unknown) => (m ? x : null), mask, tree)

/** Applies `inner` where the mask holds, and leaves other updates as they are. Source: optax.masked. */
export const masked = <S>(inner: GradientTransformation<S>, mask: Mask): GradientTransformation<MaskedState<S>> =>
  maskedOf(inner as GradientTransformation, mask) as GradientTransformation<MaskedState<S>>

const maskedOf = taking(
  'masked',
  [
    ['inner', transformation],
    ['mask', maskKind],
  ],
  <S>(inner: GradientTransformation<S>, mask: Mask): GradientTransformation<MaskedState<S>> => ({
    init: (params) => ({ inner_state: inner.init(hide(maskOf(mask, params), params)) }),
    update: <T>(updates: T, state: MaskedState<S>, params?: unknown, extra?: Extra) => {
      const where = maskOf(mask, updates)
      const shown = params === undefined || params === null ? undefined : hide(where, params)
      const [next, inner_state] = inner.update(hide(where, updates), state.inner_state, shown, extra)
      return [map<T>((m: boolean, now: unknown, before: unknown) => (m ? now : before), where, next, updates), { inner_state }]
    },
  }),
)

const transformationsByLabel: Kind = {
  expected: 'an object with a gradient transformation for each label',
  is: (x) => isPlainObject(x) && Object.values(x).every(isTransformation),
  hint: (x) => (isTransformation(x) ? 'partition(transformations, labels) takes one for each label: { name: adam(1e-3) }' : undefined),
}
const labelTree: Kind = {
  expected: 'a tree of labels (strings) like the parameters or a prefix of them, or a function that makes one of them',
  is: (x) => x !== undefined && x !== null && leaves(x).every((leaf) => typeof leaf === 'string'),
}

/**
 * A transformation for each label; `labels` is a tree of labels that is a prefix of the parameters' tree, or a function that
 * makes one of them. Errors: ArgumentError for a label without a transformation. Source: optax.partition.
 */
export const partition = (
  transformations: Readonly<Record<string, GradientTransformation>>,
  labels: unknown,
): GradientTransformation<PartitionState> => {
  readArgument('partition', 'transformations', transformationsByLabel, transformations)
  if (typeof labels !== 'function') readArgument('partition', 'labels', labelTree, labels)
  const groups = Object.entries(transformations)
  const labelsOf = (tree: unknown): unknown => {
    if (isPlaceholder(tree)) return null
    const of = typeof labels === 'function' ? (labels as (t: unknown) => unknown)(tree) : labels
    const unknown = [...new Set(leaves(of) as string[])].filter((l) => !Object.hasOwn(transformations, l))
    if (unknown.length > 0)
      throw new ArgumentError(
        'partition',
        `no transformation for label ${unknown.join(', ')}; there are ${Object.keys(transformations).join(', ')}`,
      )
    return of
  }
  const only = (group: string, t: GradientTransformation, of: unknown): GradientTransformation<MaskedState> =>
    masked(
      t,
      // of the stand-in for the parameters all is all groups'
      of === null ? true : map((l: string) => l === group, of),
    )
  return {
    init: (params) => {
      const of = labelsOf(params)
      return { inner_states: Object.fromEntries(groups.map(([g, t]) => [g, only(g, t, of).init(params)])) }
    },
    update: (gradients, state, params, extra) => {
      const of = labelsOf(gradients)
      let updates = gradients
      const next = groups.map(([g, t]) => {
        const [u, s] = only(g, t, of).update(updates, state.inner_states[g] as MaskedState, params, extra)
        updates = u
        return [g, s] as const
      })
      return [updates, { inner_states: Object.fromEntries(next) }]
    },
  }
}
/** Zero updates where the mask holds. Source: optax.freeze. */
export const freeze = (mask: Mask): GradientTransformation<MaskedState> => masked(setToZero(), mask)
