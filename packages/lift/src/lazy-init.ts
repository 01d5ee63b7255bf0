/**
 * lazyInit: variables of a model without its computation, from arguments of which only shapes and types are given.
 */
import { evalKnown } from '@heddle/func'
import { flatten, keystr, leavesWithPath } from '@heddle/tree'
import { init, type InitOptions, type Rngs } from './apply'
import { exception } from './edge'
import { isType, shapeOf } from './ports'
import type { ReadVariables, ScopeFn } from './scope-types'

/**
 * The variables of a function of a scope; an argument may be a type, `{ shape, dtype }`, in place of a tensor.
 *
 * Errors: LazyInitError where a variable depends on the value of such an argument. Source: `flax.core.lazy_init`.
 */
export const lazyInit =
  <Args extends readonly unknown[], R>(fn: ScopeFn<Args, R>, options: InitOptions = {}) =>
  (rngs: Rngs, ...args: { readonly [K in keyof Args]: unknown }): ReadVariables => {
    const { leaves: given, treedef } = flatten(args, isType)
    const make = (types: readonly unknown[]): ReadVariables => {
      let next = 0
      const xs = treedef.unflatten<Args>(given.map((x) => (isType(x) ? types[next++] : x)))
      return init(fn, options)(rngs, ...xs)[1]
    }
    const { result, leaves } = evalKnown(make, given.filter(isType))
    const unknown = leaves.indexOf(null)
    if (unknown < 0) return result
    const [path, type] = leavesWithPath(result, isType)[unknown]!
    throw exception({ _tag: 'LazyInitError', path: keystr(path), shape: shapeOf(type) })
  }
