/** Functions with batching of the user's. */
import { broadcastPrefix, type TreeDef, unflatten } from '@heddle/tree'
import { type Aval, aval, range, sameType, showAval } from '../aval'
import { ArgumentError, TypeMismatchError } from '../error'
import { stageWithAux } from '../interpreters/stage'
import { outAvals } from '../ir/jaxpr'
import { readFunction } from '../options'
import { type BatchRule, customVmapCall } from '../primitives/call/custom-vmap'
import type { Tensor } from '../tensor'
import { flatFunction, flattenTensors, perTensor } from './flat'
import { map as mapRows } from './scan'
import type { NoNumbers, Result } from './traced'

/** A tree of which axes of the vmap there are: true for a tensor that is mapped, or one for a whole subtree. */
export type BatchedTree = boolean | readonly BatchedTree[] | { readonly [key: string]: BatchedTree }
/** A function with its own batching: `customVmap(f).defVmap(rule)`. */
export interface CustomVmap<A extends readonly unknown[], R> {
  (...args: A): R
  /**
   * The rule: `(axisSize, inBatched, ...args) -> [result, outBatched]`. What is mapped has its axis first; `inBatched` is a list with a tree of
   * booleans for each argument, and `outBatched` a tree of them for the result.
   */
  defVmap: (rule: (axisSize: number, inBatched: readonly BatchedTree[], ...args: A) => readonly [R, BatchedTree]) => CustomVmap<A, R>
}
/**
 * `f` with a rule for vmap of its own: what is cheaper for many at once than for each. The rule is asked by vmap, under jit and derivatives too;
 * it must answer what a loop over the axis would. Derivatives are those of `f`, and under vmap those of the rule.
 *
 * Errors: ArgumentError when called before `defVmap`; TypeMismatchError when the rule answers no `[result, outBatched]` of the result's
 * structure. Source: jax.custom_batching.custom_vmap.
 *
 * @example
 * const dot = customVmap((x: Tensor, y: Tensor) => x.mul(y).sum())
 * dot.defVmap((size, [xMapped, yMapped], x, y) => [np.matmul(x, y), true])
 */
export const customVmap = <A extends readonly unknown[], const R extends Result>(
  f: ((...args: A) => R) & NoNumbers<A>,
): CustomVmap<A, R> => {
  readFunction('customVmap', f)
  const where = `customVmap(${f.name || 'function'})`
  let rule: ((axisSize: number, inBatched: readonly BatchedTree[], ...args: A) => readonly [R, BatchedTree]) | undefined
  const run = (...args: A): R => {
    if (!rule) throw new ArgumentError(where, 'no rule is defined; call .defVmap(rule) first')
    const given = rule
    const flat = flattenTensors(args, where)
    const fn = flatFunction(f as unknown as (...a: never[]) => unknown, flat.treedef, where)
    let outTree: TreeDef | undefined
    const flatRule: BatchRule = (size, batched, xs) => {
      const answer: unknown = given(size, unflatten<BatchedTree[]>(flat.treedef, batched), ...unflatten<A>(flat.treedef, xs))
      if (!Array.isArray(answer) || answer.length !== 2)
        throw new TypeMismatchError(where, 'the rule must return [result, outBatched], the second a tree of booleans')
      const value = flattenTensors(answer[0], where, 'the result')
      const one = xs.map((x, i): Aval => (batched[i] ? aval(x.shape.slice(1), x.dtype, x.aval.weakType) : x.aval))
      const [{ jaxpr }, tree] = stageWithAux(fn, one, where)
      if (!value.treedef.equals(tree))
        throw new TypeMismatchError(
          where,
          `the rule must return a result of the structure of the function's, ${tree.toString()}; got ${value.treedef.toString()}`,
        )
      outTree = tree
      const mapped = batchedOf(where, answer[1], answer[0], value.leaves, size)
      outAvals(jaxpr).forEach((want, i) => {
        const { aval: got } = value.leaves[i]!
        const own = aval(mapped[i] ? got.shape.slice(1) : got.shape, got.dtype)
        if (!sameType(want, own))
          throw new TypeMismatchError(
            where,
            `output ${i} of the function is ${showAval(want)}, so the rule must return that for each example; got ${showAval(own)}`,
          )
      })
      return [value.leaves, mapped]
    }
    const outs = customVmapCall(flat.leaves, {
      fn: (xs) => {
        const [leaves, tree] = fn(xs)
        outTree ??= tree
        return leaves
      },
      rule: flatRule,
    })
    return unflatten<R>(outTree!, outs)
  }
  const self: CustomVmap<A, R> = Object.assign(run, {
    defVmap: (r: (axisSize: number, inBatched: readonly BatchedTree[], ...args: A) => readonly [R, BatchedTree]) => {
      readFunction(`${where}.defVmap`, r)
      rule = r
      return self
    },
  })
  return self
}
/** Which leaves of a result have the axis. */
const batchedOf = (where: string, given: unknown, result: unknown, leaves: readonly Tensor[], size: number): readonly boolean[] => {
  const batched = broadcastPrefix(given, result, (x) => typeof x === 'boolean')
  const each = batched.length === leaves.length ? batched : perTensor(given, result)
  return leaves.map((x, i) => {
    const is = each[i]
    if (typeof is !== 'boolean') throw new TypeMismatchError(where, 'outBatched must be a boolean, or a tree of them like the result')
    if (is && x.shape[0] !== size)
      throw new TypeMismatchError(
        where,
        `output ${i} is said to be mapped, so its first axis must have size ${size}; got shape [${x.shape.join(',')}]`,
      )
    return is
  })
}
/**
 * `f`, of which vmap is a loop, one example after the other: where all at once would take too much memory, or a `lax.cond` inside is to stay one.
 *
 * Source: jax.custom_batching.sequential_vmap.
 */
export const sequentialVmap = <A extends readonly unknown[], const R extends Result>(
  f: ((...args: A) => R) & NoNumbers<A>,
): CustomVmap<A, R> => {
  readFunction('sequentialVmap', f)
  return customVmap<A, R>(f).defVmap((_size, inBatched, ...args) => {
    const { leaves, treedef } = flattenTensors(args, 'sequentialVmap')
    const mask = perTensor(inBatched, args) as readonly boolean[]
    const at = range(leaves.length).filter((i) => mask[i])
    const step = (rows: readonly Tensor[]): R => {
      const all = [...leaves]
      rows.forEach((x, j) => {
        all[at[j]!] = x
      })
      return f(...unflatten<A>(treedef, all))
    }
    const out = mapRows(step as (rows: readonly Tensor[]) => Tensor, at.map((i) => leaves[i]!) as never) as unknown as R
    return [out, true]
  })
}
