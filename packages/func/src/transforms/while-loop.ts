/** Loops with a condition, and counted ones, for users. */
import { structure, unflatten } from '@heddle/tree'
import { ConcreteTensor } from '../array'
import { type Aval, showAval } from '../aval'
import { type Disagreement, TypeMismatchError } from '../error'
import { stageWithAux } from '../interpreters/stage'
import type { ClosedJaxpr, Jaxpr } from '../ir/jaxpr'
import { literal } from '../literal'
import { integerTensor, numberOf } from '../numpy/integer-operand'
import { asTensor } from '../numpy/promote'
import { either, integer, readArgument, readFunction, tensor } from '../options'
import { whileCall } from '../primitives/control/while'
import { add } from '../primitives/arithmetic'
import { lt } from '../primitives/piecewise'
import { convert } from '../primitives/structural'
import { synchronous } from '../synchronous'
import { isTensor, type Tensor } from '../tensor'
import { flatFunction, flatFunctionFrom, flattenCarry, flattenTensors, typesOf, typeTree } from './flat'
import { asResult, handedThrough } from './forwarding'
import { scanLoop, traceWithCarry } from './scan'
import { runsAsWritten } from './eager'
import type { Next, NoNumbers, Result } from './traced'

const loop = <C>(cond: (carry: C) => Tensor | boolean, body: (carry: C) => Next<C>, init: C): C => {
  readFunction('whileLoop', body, 'body')
  return whileLoopWithAux(cond, (c: C) => [body(c), null], init)[0]
}

/**
 * `whileLoop` of a body that learns something static when it is traced, which is answered beside the last carry. A TypeMismatchError tells
 * what was carried by `body`.
 */
export const whileLoopWithAux = <C, X>(
  cond: (carry: C) => Tensor | boolean,
  body: (carry: C) => readonly [carry: Next<C>, aux: X],
  init: C,
): readonly [carry: C, aux: X] => {
  readFunction('whileLoop', cond, 'cond')
  readFunction('whileLoop', body, 'body')
  flattenCarry(init, 'whileLoop')
  const { leaves, treedef } = flattenTensors([init], 'whileLoop')
  const turn = (_: null, c: C): readonly [readonly [Next<C>], X] => {
    const [given, aux] = synchronous('whileLoop', body(c))
    const next = synchronous('whileLoop', given)
    const disagreement = (): Disagreement => ({ of: body, sides: [typesOf(c), typesOf(next)] })
    flattenCarry(next, 'whileLoop', disagreement)
    const tree = structure([next])
    if (!tree.equals(treedef))
      throw new TypeMismatchError(
        'whileLoop',
        `the body must return a carry of structure ${treedef.toString()}, got ${tree.toString()}`,
        disagreement(),
      )
    return [[next], aux]
  }
  const holds = (c: C): Tensor => {
    const answer = asTensor(synchronous('whileLoop', cond(c)), "whileLoop: cond's answer")
    if (answer.aval.dtype !== 'bool' || answer.ndim > 0)
      throw new TypeMismatchError(
        'whileLoop',
        `cond must answer one scalar bool, got ${showAval(answer.aval)}; compare (x.less(y)), or use np.all or np.any`,
      )
    return answer
  }
  if (runsAsWritten()) {
    let [carry, aux]: readonly [C, X | undefined] = [unflatten<[C]>(treedef, leaves)[0], undefined]
    let turns = 0
    // one that a vmap has made of many conditions has no value
    let goesOn = holds(carry)
    for (; goesOn instanceof ConcreteTensor && Boolean(goesOn.item()); turns++) {
      const [[next], learned] = turn(null, carry)
      ;[carry, aux] = [unflatten<[C]>(treedef, flattenTensors([next], 'whileLoop').leaves)[0], learned]
      goesOn = holds(carry)
    }
    if (turns > 0 && goesOn instanceof ConcreteTensor) return [carry, aux as X]
  }
  const traced = traceWithCarry(
    'whileLoop',
    (types) => {
      const flat = flatFunctionFrom(turn, null, treedef, 'whileLoop')
      const [program, [, aux]] = stageWithAux(flat, types, 'whileLoop')
      return { program, numCarry: leaves.length, aux }
    },
    leaves,
    (before, after) => ({ of: body, sides: [before, after].map((avals) => (typeTree(treedef, avals) as readonly unknown[])[0]) }),
  )
  const types = traced.init.map((x): Aval => x.aval)
  const [condition] = stageWithAux(flatFunction(holds as (...a: never[]) => unknown, treedef, 'whileLoop'), types, 'whileLoop')
  return [unflatten<[C]>(treedef, loopOver(condition, traced.program, traced.init))[0], traced.aux]
}
/** The loop over what changes: a part of the carry that the body hands on is a constant of both programs. */
const loopOver = (condition: ClosedJaxpr, body: ClosedJaxpr, init: readonly Tensor[]): readonly Tensor[] => {
  const through = handedThrough(body)
  const numConsts = body.consts.length
  const isKept = init.map((_, i) => through[i] === numConsts + i)
  const kept = <A>(xs: readonly A[]): A[] => xs.filter((_, i) => isKept[i])
  const changing = <A>(xs: readonly A[]): A[] => xs.filter((_, i) => !isKept[i])
  const withConsts = ({ jaxpr, consts }: ClosedJaxpr): { readonly jaxpr: Jaxpr; readonly consts: readonly Tensor[] } => {
    const carry = jaxpr.ins.slice(consts.length)
    return {
      jaxpr: { ...jaxpr, ins: [...jaxpr.ins.slice(0, consts.length), ...kept(carry), ...changing(carry)] },
      consts: [...consts, ...kept(init)],
    }
  }
  const [cond, step] = [withConsts(condition), withConsts(body)]
  const outs = whileCall([...cond.consts, ...step.consts, ...changing(init)], {
    condJaxpr: cond.jaxpr,
    condNumConsts: cond.consts.length,
    bodyJaxpr: { ...step.jaxpr, outs: changing(step.jaxpr.outs) },
    bodyNumConsts: step.consts.length,
  })
  let next = 0
  return init.map((x, i) => (isKept[i] ? asResult(x) : outs[next++]!))
}

/**
 * Repeats `body` while `cond` of the carry holds.
 *
 * Shapes: the carry keeps its types; `cond` returns a scalar bool. Forward-mode differentiable; reverse mode throws.
 * Errors: TypeMismatchError. Source: jax.lax.while_loop.
 */
export const whileLoop: <const C extends Result, S = readonly []>(
  cond: (carry: C) => Tensor | boolean,
  body: ((carry: C) => Next<C>) & NoNumbers<[C], S>,
  init: C,
) => C = loop

const staticValue = (x: Tensor | number): number | undefined => (typeof x === 'number' ? x : numberOf(x))
const wholeBound = (x: Tensor | number): Tensor | number => (isTensor(x) ? integerTensor('foriLoop', x) : x)

const bound = either(integer, tensor)
/**
 * `body(i, carry)` for i from `lower` up to but without `upper`.
 *
 * With bounds known when tracing it is a scan, and reverse mode works; else a whileLoop. A tensor of floats is no bound, but a scalar that
 * is known to be whole. Errors: DTypeError of other floats (cast by `.astype('int32')`). Source: jax.lax.fori_loop.
 */
export const foriLoop = <const C extends Result, S = readonly []>(
  lower: number | Tensor,
  upper: number | Tensor,
  body: ((i: Tensor, carry: C) => Next<C>) & NoNumbers<[Tensor, C], S>,
  init: C,
): C => {
  readArgument('foriLoop', 'lower', bound, lower)
  readArgument('foriLoop', 'upper', bound, upper)
  readFunction('foriLoop', body, 'body')
  const [low, high] = [wholeBound(lower), wholeBound(upper)]
  const [from, to] = [staticValue(low), staticValue(high)]
  if (from !== undefined && to !== undefined) {
    const start = literal(from, 'int32')
    const [[, carry]] = scanLoop<[Tensor, Next<C>], null, null>(
      ([i, c]) => [[add(i, literal(1, 'int32')), synchronous('foriLoop', body(i, c))], null],
      [start, init],
      null,
      {
        length: Math.max(0, to - from),
      },
    )
    return carry
  }
  const int = (x: number | Tensor): Tensor => convert(asTensor(x, 'foriLoop'), 'int32')
  const end = int(high)
  const [, carry] = loop<[Tensor, C]>(
    ([i]) => lt(i, end),
    ([i, c]) => [add(i, literal(1, 'int32')), synchronous('foriLoop', body(i, c))],
    [int(low), init],
  )
  return carry
}
