/** Branches for users. */
import { type TreeDef, unflatten } from '@heddle/tree'
import { ConcreteTensor } from '../array'
import { type Aval, aval, sameType, showAval } from '../aval'
import { promote } from '../dtype'
import { type Disagreement, TypeMismatchError } from '../error'
import { stageClosed, stageWithAux } from '../interpreters/stage'
import { run } from '../interpreters/run'
import { hasEffects } from '../ir/effects'
import type { ClosedJaxpr, Jaxpr } from '../ir/jaxpr'
import { outAvals } from '../ir/jaxpr'
import { integerTensor } from '../numpy/integer-operand'
import { asTensor } from '../numpy/promote'
import { either, integer, type Kind, list, readArgument, readFunction, tensor } from '../options'
import { condCall } from '../primitives/control/cond'
import { ne } from '../primitives/piecewise'
import { convert, convertElementType } from '../primitives/structural'
import { literal } from '../literal'
import type { Tensor } from '../tensor'
import { runsAsWritten } from './eager'
import { alike, flatFunctionFrom, flattenTensors, typeTree } from './flat'
import { asResult, handedThrough } from './forwarding'
import type { NoNumbers, Result } from './traced'

type Branch<A extends readonly unknown[], R> = (...operands: A) => R

/** Branches that take the constants of all, so that they have one list of operands. */
const withSharedConsts = (
  programs: readonly ClosedJaxpr[],
  types: readonly Aval[],
  outTypes: readonly Aval[],
): { readonly jaxprs: Jaxpr[]; readonly consts: Tensor[] } => {
  const consts = programs.flatMap((p) => p.consts)
  let offset = 0
  const jaxprs = programs.map((p) => {
    const from = offset
    offset += p.consts.length
    return stageClosed(
      (xs) => {
        const outs = run(p.jaxpr, [...xs.slice(from, from + p.consts.length), ...xs.slice(consts.length)])
        return outs.map((o, i) => convertElementType(o, { newDtype: outTypes[i]!.dtype, weakType: outTypes[i]!.weakType }))
      },
      [...consts.map((c) => c.aval), ...types],
      'cond',
    )
  })
  return { jaxprs, consts }
}
const commonTypes = (where: string, programs: readonly ClosedJaxpr[], disagreement: () => Disagreement): readonly Aval[] => {
  const all = programs.map((p) => outAvals(p.jaxpr))
  return all[0]!.map((first, i) => {
    const each = all.map((outs) => outs[i]!)
    const strong = each.filter((a) => !a.weakType)
    const { dtype, weakType } = promote(each)
    const type = aval(first.shape, dtype, weakType)
    const bad = each.findIndex((a) => !sameType(aval(a.shape, type.dtype), type) || (strong.includes(a) && a.dtype !== dtype))
    if (bad >= 0)
      throw new TypeMismatchError(
        where,
        `all branches must return the same shapes and dtypes; output ${i} is ${each.map((a, b) => `${showAval(a)} in branch ${b}`).join(', ')}`,
        disagreement(),
      )
    return type
  })
}
/** A branch that goes on from something static, and answers what it came to. */
type BranchWithAux<L, A extends readonly unknown[], R> = (aux: L, ...operands: A) => readonly [result: R, aux: L]
/** What tracing a branch came to. */
interface TracedBranch<L> {
  readonly program: ClosedJaxpr
  readonly tree: TreeDef
  readonly aux: L
}
const typesIn = ({ program, tree }: TracedBranch<unknown>): unknown => typeTree(tree, outAvals(program.jaxpr))
const branchOn = <L, A extends readonly unknown[], R>(
  where: string,
  index: Tensor,
  branches: readonly BranchWithAux<L, A, R>[],
  operands: A,
  aux: L,
): readonly [result: R, aux: L] => {
  const { leaves, treedef } = flattenTensors(operands, where)
  // branches that learn something must all be seen
  if (aux === null && index instanceof ConcreteTensor && runsAsWritten()) {
    const at = Math.min(Math.max(Number(index.hostSync().data[0]), 0), branches.length - 1)
    const [outs, [tree, next]] = flatFunctionFrom(branches[at]!, aux, treedef, where)(leaves)
    return [unflatten<R>(tree, outs), next]
  }
  const types = leaves.map((x) => x.aval)
  const traced = branches.reduce<readonly TracedBranch<L>[]>((before, branch, i) => {
    const from = i === 0 ? aux : before[i - 1]!.aux
    const flat = flatFunctionFrom(branch, from, treedef, where)
    const [program, [tree, next]] = stageWithAux(flat, types, where)
    const all = [...before, { program, tree, aux: next }]
    const first = all[0]!.tree
    if (!first.equals(tree))
      throw new TypeMismatchError(
        where,
        `all branches must return one structure; branch 0 returns ${first.toString()}, branch ${i} ${tree.toString()}` +
          (alike(first, tree) ? '; a boolean that depends on the branch is a tensor, np.array(true)' : ''),
        { of: branches, sides: all.map(typesIn) },
      )
    return all
  }, [])
  const programs = traced.map((t) => t.program)
  const outTypes = commonTypes(where, programs, () => ({ of: branches, sides: traced.map(typesIn) }))
  const through = handedThroughAll(programs, leaves, outTypes)
  const chosen = programs.map(({ jaxpr, consts }) => ({ jaxpr: { ...jaxpr, outs: jaxpr.outs.filter((_, k) => !through[k]) }, consts }))
  const { jaxprs, consts } = withSharedConsts(
    chosen,
    types,
    outTypes.filter((_, k) => !through[k]),
  )
  const idle = jaxprs[0]!.outs.length === 0 && !jaxprs.some(hasEffects)
  const results = idle ? [] : condCall([index, ...consts, ...leaves], { branches: jaxprs })
  let next = 0
  const result = unflatten<R>(
    traced[0]!.tree,
    through.map((x) => (x ? asResult(x) : results[next++]!)),
  )
  return [result, traced.at(-1)!.aux]
}
/** What every branch hands through unchanged, the same tensor in each, is no matter of choice. */
const handedThroughAll = (
  programs: readonly ClosedJaxpr[],
  leaves: readonly Tensor[],
  types: readonly Aval[],
): readonly (Tensor | undefined)[] => {
  const tensors = programs.map((p) => {
    const given = [...p.consts, ...leaves]
    return handedThrough(p).map((at) => given[at])
  })
  return types.map((type, k) => {
    const x = tensors[0]![k]
    const same = x !== undefined && x.aval.dtype === type.dtype && x.weakType === type.weakType
    return same && tensors.every((t) => t[k] === x) ? x : undefined
  })
}
/** The one branch that there is, on tensors all the same. */
const onlyBranch = <L, A extends readonly unknown[], R>(branch: BranchWithAux<L, A, R>, operands: A, aux: L): readonly [R, L] => {
  const { leaves, treedef } = flattenTensors(operands, 'switch')
  const [outs, [tree, next]] = flatFunctionFrom(branch, aux, treedef, 'switch')(leaves)
  return [unflatten<R>(tree, outs), next]
}
/** Branches that are not told anything. */
const withoutAux = <A extends readonly unknown[], R>(branches: readonly Branch<A, R>[]): readonly BranchWithAux<null, A, R>[] =>
  branches.map((b) => (_, ...operands) => [b(...operands), null])
const scalar = (x: Tensor, where: string): Tensor => {
  if (x.ndim > 0)
    throw new TypeMismatchError(
      where,
      `the predicate must be a scalar, got ${showAval(x.aval)}; use np.where for elementwise choice, or np.any / np.all`,
    )
  return x
}

/** A number is a condition as in `if`; what is neither number nor tensor (a string, an object) is none. */
const predicate: Kind = {
  expected: 'a condition: a scalar tensor, a boolean or a number',
  is: (x) => tensor.is(x) || typeof x === 'boolean' || (typeof x === 'number' && !Number.isNaN(x)),
}
const branchIndex = either(integer, tensor)
/**
 * `trueFn(...operands)` or `falseFn(...operands)`. Only the chosen one runs (under vmap over the predicate both do).
 *
 * Errors: TypeMismatchError where the branches return different types. Source: jax.lax.cond.
 */
export const cond = <A extends readonly unknown[], const R extends Result, S = readonly []>(
  pred: Tensor | boolean | number,
  trueFn: Branch<A, R> & NoNumbers<A, S>,
  falseFn: Branch<A, R> & NoNumbers<A, S>,
  ...operands: A
): R => {
  readArgument('cond', 'pred', predicate, pred)
  readFunction('cond', trueFn, 'trueFn')
  readFunction('cond', falseFn, 'falseFn')
  const p = scalar(asTensor(pred, 'cond'), 'cond')
  const bool = p.aval.dtype === 'bool' ? p : ne(p, literal(0, p.aval.dtype))
  return branchOn('cond', convert(bool, 'int32'), withoutAux<A, R>([falseFn, trueFn]), operands, null)[0]
}
/**
 * The branch at `index`, clamped into range. A tensor of floats is no index, but a scalar that is known to be whole: `np.array(1)`.
 *
 * Errors as for `cond`; DTypeError of other floats (cast by `.astype('int32')`). Source: jax.lax.switch.
 */
export const switchCase = <A extends readonly unknown[], const R extends Result, S = readonly []>(
  index: Tensor | number,
  branches: readonly (Branch<A, R> & NoNumbers<A, S>)[],
  ...operands: A
): R => {
  readArgument('switch', 'branches', list, branches)
  for (const [i, b] of branches.entries()) readFunction('switch', b, `branches.${i}`)
  return switchWithAux(index, withoutAux<A, R>(branches), operands, null)[0]
}
/**
 * `switchCase` of branches that learn something static when they are traced: each goes on where the one before ended, the first from
 * `aux`; what the last came to is answered beside the result. A TypeMismatchError tells their answers apart by `branches`.
 */
export const switchWithAux = <L, A extends readonly unknown[], R>(
  index: Tensor | number,
  branches: readonly BranchWithAux<L, A, R>[],
  operands: A,
  aux: L,
): readonly [result: R, aux: L] => {
  readArgument('switch', 'index', branchIndex, index)
  if (branches.length === 0) throw new TypeMismatchError('switch', 'at least one branch is needed')
  const i = scalar(asTensor(index, 'switch'), 'switch')
  const whole = typeof index === 'number' ? i : integerTensor('switch', i)
  if (branches.length === 1) return onlyBranch(branches[0]!, operands, aux)
  return branchOn('switch', convert(whole, 'int32'), branches, operands, aux)
}
