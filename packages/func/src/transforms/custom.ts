/** Functions with derivatives of the user's. */
import { map as mapTree, type TreeDef, unflatten } from '@heddle/tree'
import { sameType, showAval } from '../aval'
import { isFloating } from '../dtype'
import { ArgumentError, EscapedTracerError, TypeMismatchError } from '../error'
import { integer, listOf, optionsOf, readFunction, type OptionsOf } from '../options'
import { customJvpCall } from '../primitives/call/custom-jvp'
import { customVjpCall } from '../primitives/call/custom-vjp'
import { addAny } from '../primitives/structural'
import type { Tensor } from '../tensor'
import { argumentsAt } from './argnums'
import { alike, flatFunction, type FlatArgs, flattenTensors } from './flat'
import type { NoNumbers, Result } from './traced'

const customOptions = optionsOf({
  /** Arguments that are passed as they are (functions, settings), first in the rules' arguments. */
  nondiffArgnums: listOf(integer, 'a list of integers'),
})
/** Options of `customJvp` and `customVjp`. */
export interface CustomOptions<S extends readonly number[] = readonly number[]> extends OptionsOf<typeof customOptions> {
  readonly nondiffArgnums?: S | undefined
}
type AnyFunction = (...args: readonly unknown[]) => unknown

interface Split {
  readonly nondiff: readonly unknown[]
  readonly args: FlatArgs
  /** The function of the differentiable arguments alone. */
  readonly fn: (...dynamic: readonly unknown[]) => unknown
}
const splitArgs = (f: AnyFunction, args: readonly unknown[], nondiffArgnums: readonly number[], where: string): Split => {
  const at = argumentsAt(nondiffArgnums, args.length, where, 'nondiffArgnums')
  const dynamicAt = args.map((_, i) => i).filter((i) => !at.includes(i))
  return {
    nondiff: at.map((i) => args[i]),
    args: flattenTensors(
      dynamicAt.map((i) => args[i]),
      where,
    ),
    fn: (...dynamic) => {
      const all = [...args]
      dynamicAt.forEach((i, k) => {
        all[i] = dynamic[k]
      })
      return f(...all)
    },
  }
}

/** What a rule answers. It may run when a program around the function has long been recorded, whose values are no longer there. */
const answered = <A>(where: string, rule: () => A): A => {
  try {
    return rule()
  } catch (e) {
    if (!(e instanceof EscapedTracerError)) throw e
    throw new ArgumentError(
      where,
      `its rule closes over a tensor of type ${showAval(e.detail.aval)} made inside ${e.detail.transformation}, which has ended when the rule runs; ` +
        'make it an argument, or a residual',
    )
  }
}

/** A function with its own derivative: `customJvp(f).defjvp(rule)`. */
export interface CustomJvp<A extends readonly unknown[], R> {
  (...args: A): R
  /** The rule: `(nondiff..., primals, tangents) -> [value, tangent]`. */
  defjvp: (rule: (...args: never[]) => readonly [R, R]) => CustomJvp<A, R>
  /** A rule for each argument: the tangent's contribution from `(tangent, value, ...primals)`, or null for none. */
  defjvps: (...rules: readonly (((tangent: never, value: R, ...primals: A) => R) | null)[]) => CustomJvp<A, R>
}
/**
 * `f` with a forward derivative of its own; reverse mode follows from it, so the rule must be linear in the tangents.
 *
 * Errors: ArgumentError when called before `defjvp`; TypeMismatchError when the rule answers other types. Source: jax.custom_jvp.
 */
export const customJvp = <A extends readonly unknown[], const R extends Result, const S extends readonly number[] = readonly []>(
  f: ((...args: A) => R) & NoNumbers<A, S>,
  given?: CustomOptions<S>,
): CustomJvp<A, R> => {
  readFunction('customJvp', f)
  const options = customOptions('customJvp', given)
  const where = `customJvp(${f.name || 'function'})`
  let rule: AnyFunction | undefined
  const run = (...args: A): R => {
    if (!rule) throw new ArgumentError(where, 'no rule is defined; call .defjvp(rule) first')
    const given = rule
    const { nondiff, args: flat, fn } = splitArgs(f as unknown as AnyFunction, args, options.nondiffArgnums ?? [], where)
    const primal = flatFunction(fn as (...a: never[]) => unknown, flat.treedef, where)
    // The function and its rule run when an interpreter wants them, and a primitive answers tensors alone.
    let primalTree: TreeDef | undefined
    let outTree: TreeDef | undefined
    const outs = customJvpCall(flat.leaves, {
      fn: (xs) => {
        const [leaves, tree] = primal(xs)
        primalTree = tree
        return leaves
      },
      jvp: (xs, ts) => {
        const answer = answered(where, () => given(...nondiff, unflatten(flat.treedef, xs), unflatten(flat.treedef, ts))) as readonly [
          unknown,
          unknown,
        ]
        if (!Array.isArray(answer) || answer.length !== 2) throw new TypeMismatchError(where, 'the rule must return [value, tangent]')
        const value = flattenTensors(answer[0], where, 'the value')
        const tangent = flattenTensors(answer[1], where, 'the tangent')
        checkRule(where, value, tangent)
        outTree = value.treedef
        return [value.leaves, tangent.leaves]
      },
      numConsts: 0,
    })
    return unflatten<R>(primalTree ?? outTree!, outs)
  }
  const self: CustomJvp<A, R> = Object.assign(run, {
    defjvp: (r: (...args: never[]) => readonly [R, R]) => {
      readFunction(`${where}.defjvp`, r)
      rule = r as AnyFunction
      return self
    },
    defjvps: (...rules: readonly (((tangent: never, value: R, ...primals: A) => R) | null)[]) => {
      rule = (...all: readonly unknown[]) => {
        const [primals, tangents] = all.slice(-2) as [A, readonly unknown[]]
        const value = f(...primals)
        const parts = rules.flatMap((r, i) => (r ? [r(tangents[i] as never, value, ...primals)] : []))
        return [value, parts.reduce((a, b) => mapTree((x, y) => addAny(x as Tensor, y as Tensor), a, b) as R)]
      }
      return self
    },
  })
  return self
}
const checkRule = (where: string, value: FlatArgs, tangent: FlatArgs): void => {
  if (!alike(value.treedef, tangent.treedef))
    throw new TypeMismatchError(
      where,
      `value and tangent must have one structure; got ${value.treedef.toString()} and ${tangent.treedef.toString()}`,
    )
  value.leaves.forEach((v, i) => {
    const t = tangent.leaves[i]!
    if (isFloating(v.aval.dtype) && !sameType(v.aval, t.aval))
      throw new TypeMismatchError(where, `the tangent of a value of type ${showAval(v.aval)} must have that type; got ${showAval(t.aval)}`)
  })
}

/** A function with its own backward pass: `customVjp(f).defvjp(forward, backward)`. */
export interface CustomVjp<A extends readonly unknown[], R> {
  (...args: A): R
  /** `fwd(...args) -> [value, residuals]`; `bwd(nondiff..., residuals, cotangent) -> cotangents of the other arguments` (null for zero). */
  defvjp: <S>(fwd: (...args: A) => readonly [R, S], bwd: (...args: never[]) => readonly unknown[]) => CustomVjp<A, R>
}
/**
 * `f` with a backward pass of its own. It has no forward derivative.
 *
 * Errors: ArgumentError when called before `defvjp`; TypeMismatchError when `bwd` answers other types. Source: jax.custom_vjp.
 */
export const customVjp = <A extends readonly unknown[], const R extends Result, const S extends readonly number[] = readonly []>(
  f: ((...args: A) => R) & NoNumbers<A, S>,
  given?: CustomOptions<S>,
): CustomVjp<A, R> => {
  readFunction('customVjp', f)
  const options = customOptions('customVjp', given)
  const where = `customVjp(${f.name || 'function'})`
  let rules: { readonly fwd: AnyFunction; readonly bwd: AnyFunction } | undefined
  const run = (...args: A): R => {
    if (!rules) throw new ArgumentError(where, 'no rules are defined; call .defvjp(fwd, bwd) first')
    const { fwd, bwd } = rules
    const nondiffArgnums = options.nondiffArgnums ?? []
    const { nondiff, args: flat, fn } = splitArgs(f as unknown as AnyFunction, args, nondiffArgnums, where)
    const forward = splitArgs(fwd, args, nondiffArgnums, where).fn
    const primal = flatFunction(fn as (...a: never[]) => unknown, flat.treedef, where)
    let primalTree: TreeDef | undefined
    let outTree: TreeDef | undefined
    let residualTree: TreeDef | undefined
    const outs = customVjpCall(flat.leaves, {
      fn: (xs) => {
        const [leaves, tree] = primal(xs)
        primalTree = tree
        return leaves
      },
      fwd: (xs) => {
        const answer = answered(where, () => forward(...unflatten<unknown[]>(flat.treedef, xs)))
        if (!Array.isArray(answer) || answer.length !== 2) throw new TypeMismatchError(where, 'fwd must return [value, residuals]')
        const value = flattenTensors(answer[0], where, 'the value')
        const residuals = flattenTensors(answer[1], where, 'the residuals')
        outTree = value.treedef
        residualTree = residuals.treedef
        return { outs: value.leaves, residuals: residuals.leaves }
      },
      bwd: (residuals, cts) =>
        cotangents(
          where,
          answered(where, () => bwd(...nondiff, unflatten(residualTree!, residuals), unflatten(outTree!, cts))),
          flat,
        ),
      numConsts: 0,
    })
    return unflatten<R>(primalTree ?? outTree!, outs)
  }
  const self: CustomVjp<A, R> = Object.assign(run, {
    defvjp: (fwd: (...args: A) => readonly [R, unknown], bwd: (...args: never[]) => readonly unknown[]) => {
      readFunction(`${where}.defvjp`, fwd, 'fwd')
      readFunction(`${where}.defvjp`, bwd, 'bwd')
      rules = { fwd: fwd as unknown as AnyFunction, bwd: bwd as AnyFunction }
      return self
    },
  })
  return self
}
/** The answer of a backward pass as a list, one for each leaf of the arguments; null stands for the zeros of a whole argument. */
const cotangents = (where: string, answer: unknown, flat: FlatArgs): readonly (Tensor | null)[] => {
  const args = unflatten<unknown[]>(flat.treedef, flat.leaves)
  if (!Array.isArray(answer) || answer.length !== args.length)
    throw new TypeMismatchError(where, `bwd must return ${args.length} cotangents, one for each argument`)
  return args.flatMap((arg, i) => {
    const types = flattenTensors(arg, where)
    const given: unknown = answer[i]
    if (given === null || given === undefined) return types.leaves.map(() => null)
    const cts = flattenTensors(given, where, 'the cotangent')
    if (!alike(cts.treedef, types.treedef))
      throw new TypeMismatchError(
        where,
        `cotangent ${i} must have the structure of its argument, ${types.treedef.toString()}; got ${cts.treedef.toString()}`,
      )
    return cts.leaves.map((c, k) => {
      const want = types.leaves[k]!.aval
      if (isFloating(want.dtype) && !sameType(want, c.aval))
        throw new TypeMismatchError(where, `cotangent ${i} must have the type of its argument, ${showAval(want)}; got ${showAval(c.aval)}`)
      return c
    })
  })
}
