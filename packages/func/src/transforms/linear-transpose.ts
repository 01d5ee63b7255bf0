/** The transpose of linear functions, and rules of derivatives that a function answers with its value. */
import { flatten, partial, unflatten } from '@heddle/tree'
import { sameType, showAval } from '../aval'
import { isFloating } from '../dtype'
import { TypeMismatchError } from '../error'
import { run } from '../interpreters/run'
import { stageWithAux } from '../interpreters/stage'
import { transposeJaxpr } from '../interpreters/transpose'
import { outAvals } from '../ir/jaxpr'
import { readFunction } from '../options'
import type { Tensor } from '../tensor'
import { customVjp } from './custom'
import { alike, flatFunction, flattenTensors, isStatic } from './flat'
import { isType, typeOf } from './make-jaxpr'
import type { NoNumbers, Result } from './traced'

/**
 * The transpose of a function that is linear in all its arguments: from a cotangent of its result to cotangents of the arguments. Arguments may
 * be types (`{ shape, dtype }`), since no value of them is used.
 *
 * Errors: RuleUnsupportedError where `f` is not linear; TypeMismatchError for a cotangent of another type. Source: jax.linear_transpose.
 *
 * @example
 * const back = linearTranspose((x: Tensor) => np.convolve(x, h), { shape: [8], dtype: 'float32' })
 * const [x] = back(y)
 */
export const linearTranspose = <A extends readonly unknown[], const R extends Result>(
  f: ((...args: A) => R) & NoNumbers<A>,
  ...primals: { readonly [K in keyof A]: unknown }
): ((ct: R) => { -readonly [K in keyof A]: A[K] }) => {
  const where = 'linearTranspose'
  readFunction(where, f)
  const { leaves, treedef } = flatten(primals, isType, isStatic)
  const types = leaves.map((x) => typeOf(x, where))
  types.forEach((t, i) => {
    if (!isFloating(t.dtype))
      throw new TypeMismatchError(
        where,
        `leaf ${i} of the arguments is ${showAval(t)}: linear functions are of floating-point numbers; close over it`,
      )
  })
  const [{ jaxpr, consts }, outTree] = stageWithAux(flatFunction(f as (...a: never[]) => unknown, treedef, where), types, where)
  const outs = outAvals(jaxpr)
  return (ct) => {
    const given = flattenTensors(ct, where, 'the cotangent')
    if (!alike(given.treedef, outTree))
      throw new TypeMismatchError(
        where,
        `the cotangent must have the structure of the result, ${outTree.toString()}; got ${given.treedef.toString()}`,
      )
    outs.forEach((o, i) => {
      const c = given.leaves[i]!.aval
      if (!sameType(o, c))
        throw new TypeMismatchError(where, `the cotangent of a result of type ${showAval(o)} has that type; got ${showAval(c)}`)
    })
    const linear = [...consts.map(() => false), ...types.map(() => true)]
    const back = transposeJaxpr(
      jaxpr,
      linear,
      outs.map(() => true),
    )
    return unflatten(treedef, run(back, [...consts, ...given.leaves]))
  }
}

/**
 * `f` that answers `[value, pullback]`: its backward pass is the pullback, from a cotangent of the value to the cotangent of its argument, or to
 * a list of them where it has several. What the pullback closes over is kept for it. It has no forward derivative.
 *
 * Errors: TypeMismatchError for an answer of another form. Source: jax.custom_gradient.
 *
 * @example
 * const clipped = customGradient((x: Tensor) => [x, (ct: Tensor) => np.clip(ct, -1, 1)])
 */
export const customGradient = <A extends readonly unknown[], const R extends Result>(
  f: (...args: A) => readonly [value: R, pullback: (ct: R) => unknown],
): ((...args: A) => R) => {
  readFunction('customGradient', f)
  const where = `customGradient(${f.name || 'function'})`
  const both = (args: A): readonly [R, (ct: R) => unknown] => {
    const answer: unknown = f(...args)
    if (!Array.isArray(answer) || answer.length !== 2 || typeof answer[1] !== 'function')
      throw new TypeMismatchError(where, 'the function must return [value, pullback], the second a function of a cotangent')
    return answer as unknown as readonly [R, (ct: R) => unknown]
  }
  const value = (...args: A): R => both(args)[0]
  const ruled = customVjp<A, R, readonly number[]>(value as never).defvjp(
    (...args: A) => {
      const [out, pullback] = both(args)
      const { leaves, treedef } = flattenTensors(out, where, 'the value')
      const list = (ct: R): unknown[] => {
        const cts = args.length === 1 ? [pullback(ct)] : pullback(ct)
        if (!Array.isArray(cts) || cts.length !== args.length)
          throw new TypeMismatchError(where, `the pullback must return ${args.length} cotangents in a list, one for each argument`)
        // null is zero, which a program has none of
        return cts.map((c: unknown) => c ?? [])
      }
      const [{ jaxpr, consts }, tree] = stageWithAux(
        flatFunction(((ct: R) => list(ct)) as (...a: never[]) => unknown, flatten([unflatten(treedef, leaves)]).treedef, where),
        leaves.map((x) => x.aval),
        where,
      )
      const pull = (kept: readonly Tensor[], ct: unknown): unknown =>
        unflatten<unknown[]>(tree, run(jaxpr, [...kept, ...flattenTensors(ct, where, 'the cotangent').leaves])).map((c) =>
          Array.isArray(c) && c.length === 0 ? null : c,
        )
      return [out, partial(pull, consts)] as const
    },
    ((kept: (ct: unknown) => readonly unknown[], ct: unknown) => kept(ct)) as never,
  )
  return ruled as (...args: A) => R
}
/**
 * A function and the tensors that it closes over: `[converted, consts]`, with `converted(...args, ...consts)` what `f(...args)` is. So a rule of
 * derivatives may get as arguments what a function that it is given closes over. `args` say the types.
 *
 * Source: jax.closure_convert.
 */
export const closureConvert = <A extends readonly unknown[], const R extends Result>(
  f: ((...args: A) => R) & NoNumbers<A>,
  ...args: A
): [converted: (...argsAndConsts: readonly unknown[]) => R, consts: Tensor[]] => {
  const where = 'closureConvert'
  readFunction(where, f)
  const { leaves, treedef } = flattenTensors(args, where)
  const [{ jaxpr, consts }, outTree] = stageWithAux(
    flatFunction(f as (...a: never[]) => unknown, treedef, where),
    leaves.map((x) => x.aval),
    where,
  )
  const converted = (...all: readonly unknown[]): R => {
    if (all.length !== args.length + consts.length)
      throw new TypeMismatchError(
        where,
        `expected ${args.length} arguments and the ${consts.length} tensors that were closed over; got ${all.length}`,
      )
    const given = flattenTensors(all.slice(0, args.length), where)
    if (!given.treedef.equals(treedef))
      throw new TypeMismatchError(
        where,
        `the arguments must have the structure they had, ${treedef.toString()}; got ${given.treedef.toString()}`,
      )
    const kept = flattenTensors(all.slice(args.length), where).leaves
    return unflatten<R>(outTree, run(jaxpr, [...kept, ...given.leaves]))
  }
  return [converted, [...consts]]
}
