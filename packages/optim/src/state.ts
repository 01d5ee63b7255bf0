/** What stands in the states of optimizers: copies of the parameters' tree, and the loss that a line search has kept. */
import { ArgumentError, isTensor, lax, np, type Tensor, valueAndGrad } from '@heddle/func'
import { describe, func, isPlainObject, type OptionsOf, optionsOf, readArgument } from '@heddle/func/options'
import { map } from '@heddle/tree'
import { whereParamsAre } from './placeholder'
import type { GradientTransformation } from './transformation'
import { castLike } from './tree-math'

const mapOptions = optionsOf({
  /** Of each leaf that stands in no copy of the parameters; they are left as they are by default. */
  transformNonParams: func,
})
/** An optimizer, or how its state begins. */
type Initable = Pick<GradientTransformation, 'init'> | ((params: unknown) => unknown)

/**
 * `f` of each leaf of the copies of the parameters that stand in a state (moments, say), and of the leaves of `rest` at the same places, which
 * are trees like the parameters. Source: optax.tree_map_params.
 *
 * @example
 * // how the state of an optimizer is to lie on devices, of how the parameters are to
 * const specs = { kernel: ['data', null], bias: [null] }
 * treeMapParams(adam(1e-3), (_, spec) => spec, adam(1e-3).init(params), [specs], { transformNonParams: () => null })
 */
export const treeMapParams = <R = unknown>(
  initable: Initable,
  f: (leaf: Tensor, ...rest: never[]) => unknown,
  state: unknown,
  rest: readonly unknown[] = [],
  options?: OptionsOf<typeof mapOptions>,
): R => {
  readArgument('treeMapParams', 'f', func, f)
  const { transformNonParams = (x: unknown) => x } = mapOptions('treeMapParams', options)
  const init = typeof initable === 'function' ? initable : initable?.init
  if (typeof init !== 'function')
    throw new ArgumentError('treeMapParams', `expected an optimizer or a function of parameters, got ${describe(initable)}`)
  const others = transformNonParams as (x: unknown) => unknown
  return whereParamsAre(init as (params: unknown) => unknown, state, {
    params: (copy) => mapShown(f, copy, rest),
    other: (leaf) => others(leaf),
  }) as R
}
/** What is hidden (null) in the copy stays so. */
const mapShown = (f: (leaf: Tensor, ...rest: never[]) => unknown, copy: unknown, rest: readonly unknown[]): unknown => {
  if (copy === null || copy === undefined) return copy
  if (isTensor(copy)) return f(copy, ...(rest as never[]))
  const at = (key: string | number) => rest.map((r) => (r as Record<string | number, unknown> | null | undefined)?.[key])
  if (Array.isArray(copy)) return copy.map((x: unknown, i) => mapShown(f, x, at(i)))
  if (isPlainObject(copy)) return Object.fromEntries(Object.entries(copy).map(([key, x]) => [key, mapShown(f, x, at(key))]))
  return map(f as never, copy, ...rest)
}

/** All that stands under a name, at any depth. */
const under = (tree: unknown, name: string): readonly unknown[] => {
  if (Array.isArray(tree)) return tree.flatMap((x) => under(x, name))
  if (!isPlainObject(tree)) return []
  return Object.entries(tree).flatMap(([key, x]) => (key === name ? [x] : under(x, name)))
}
/** The one thing of that name in a state. Errors: ArgumentError if there is none, or more. */
const onlyOne = (where: string, state: unknown, name: string): unknown => {
  const [found, ...more] = under(state, name).filter((x) => x !== null && x !== undefined)
  if (found === undefined)
    throw new ArgumentError(
      where,
      `the state keeps no ${name}; lbfgs, scaleByZoomLinesearch and scaleByBacktrackingLinesearch with { storeGrad: true } do`,
    )
  if (more.length > 0) throw new ArgumentError(where, `the state keeps ${name} ${more.length + 1} times`)
  return found
}
/**
 * A function that answers loss and gradients, from the state of a line search where it has kept those of these parameters, else by computing
 * them: the last try of a search is the first value of the next step. Errors: ArgumentError if the state keeps none.
 * Source: optax.value_and_grad_from_state.
 */
export const valueAndGradFromState = <P, A extends readonly unknown[]>(
  valueFn: (params: P, ...args: A) => Tensor,
): ((params: P, state: unknown, ...args: A) => [value: Tensor, grad: P]) => {
  readArgument('valueAndGradFromState', 'valueFn', func, valueFn)
  return (params, state, ...args) => {
    const value = onlyOne('valueAndGradFromState', state, 'value') as Tensor
    const grad = onlyOne('valueAndGradFromState', state, 'grad') as object
    const compute = (): [Tensor, object] => {
      const [v, g] = valueAndGrad((p: object): Tensor => valueFn(p as P, ...args))(params as object)
      return [np.astype(v, value.dtype), castLike(g, grad)]
    }
    return lax.cond(np.isfinite(value), (): [Tensor, object] => [value, grad], compute) as [Tensor, P]
  }
}
