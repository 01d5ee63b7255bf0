/** A stand-in for the parameters, by which is seen where a state has copies of them. */
import { np } from '@heddle/func'
import { isPlainObject } from '@heddle/func/options'

const mark = 'the parameters'
/** Is this the stand-in? Masks and labels, which know the true parameters only, take all of it. */
export const isPlaceholder = (tree: unknown): boolean => isPlainObject(tree) && mark in tree

interface Visitor {
  readonly params: (copy: unknown) => unknown
  readonly other: (leaf: unknown) => unknown
}
/** Goes over a state: over the copies of the parameters in it, and over the leaves outside of them. */
export const whereParamsAre = (init: (params: unknown) => unknown, state: unknown, { params, other }: Visitor): unknown => {
  const go = (like: unknown, x: unknown): unknown => {
    if (isPlaceholder(like)) return params(x)
    if (x === null || x === undefined) return x
    if (Array.isArray(like) && Array.isArray(x)) return x.map((y: unknown, i) => go(like[i], y))
    if (isPlainObject(like) && isPlainObject(x)) return Object.fromEntries(Object.entries(x).map(([key, y]) => [key, go(like[key], y)]))
    return other(x)
  }
  return go(init({ [mark]: np.zeros([]) }), state)
}
