/**
 * Checks as values: the program of a function, with what failed first carried along beside what it computes, through calls, loops and branches.
 */
import { unflatten } from '@heddle/tree'
import { aval, type Aval } from '../aval'
import { applyBound, runWith } from '../interpreters/run'
import { stageClosed, stageWithAux } from '../interpreters/stage'
import { bodiesOf } from '../ir/bodies'
import { type Eqn, inAvals, type Jaxpr } from '../ir/jaxpr'
import { literal, zerosLike } from '../literal'
import { logicalAnd, where } from '../numpy/logic'
import { listOf, oneOf, optionsOf, readFunction } from '../options'
import { checkP } from '../primitives/callback'
import { eq } from '../primitives/piecewise'
import type { BodyParams } from '../table'
import type { Tensor } from '../tensor'
import { bind } from '../trace'
import { flatFunction, flattenTensors } from '../transforms/flat'
import type { NoNumbers, Result } from '../transforms/traced'
import { CheckResult, type Site } from './result'
import { type CheckKind, rulesOf, sitesOf } from './sites'

type Tensors = readonly Tensor[]
/** The code, then the values of all sites. */
type State = Tensors
interface Checks {
  readonly kinds: ReadonlySet<CheckKind>
  readonly sites: readonly Site[]
  readonly numberOf: ReadonlyMap<Eqn, number>
  readonly types: readonly Aval[]
}
const canFail = (jaxpr: Jaxpr, c: Checks): boolean =>
  jaxpr.eqns.some((e) => e.primitive === (checkP as unknown) || c.numberOf.has(e) || bodiesOf(e).some((b) => canFail(b.jaxpr, c)))

/** The state after the rules of an equation have been asked. */
const noted = (state: State, e: Eqn, ins: Tensors, outs: Tensors, c: Checks): State => {
  let number = c.numberOf.get(e)!
  return rulesOf(e, c.kinds).reduce<State>((before, rule) => {
    const { failed, values } = rule.verdict(ins, outs)
    const [code, ...payload] = before
    const now = logicalAnd(eq(code!, literal(0, 'int32')), failed)
    const from = c.sites.slice(0, number).reduce((n, s) => n + s.values.length, 0)
    number += 1
    const kept = payload.map((old, k) => (k < from || k >= from + values.length ? old : where(now, values[k - from]!, old)))
    return [where(now, literal(number, 'int32'), code!), ...kept]
  }, state)
}

/** The program with the state before its inputs and its results. */
const withState = (jaxpr: Jaxpr, c: Checks): Jaxpr =>
  stageClosed(
    (xs) => {
      const [state, outs] = checked(jaxpr, xs.slice(0, c.types.length), xs.slice(c.types.length), c)
      return [...state, ...outs]
    },
    [...c.types, ...inAvals(jaxpr)],
    'checkify',
  )
/** Whether a loop goes on, the state aside. */
const condition = (p: BodyParams['while'], c: Checks): Jaxpr => {
  const types = inAvals(p.condJaxpr)
  const n = p.condNumConsts
  return stageClosed(
    (xs) => runWith(withoutChecks, p.condJaxpr, [...xs.slice(0, n), ...xs.slice(n + c.types.length)]),
    [...types.slice(0, n), ...c.types, ...types.slice(n)],
    'checkify',
  )
}
const withoutChecks: typeof applyBound = (e, xs) => (e.primitive === (checkP as unknown) ? [] : applyBound(e, xs))

/** An equation whose bodies can fail: the state goes in and comes out. */
const throughBodies = (e: Eqn, xs: Tensors, state: State, c: Checks): readonly [State, Tensors] => {
  const n = state.length
  const apart = (outs: Tensors): readonly [State, Tensors] => [outs.slice(0, n), outs.slice(n)]
  const again = (operands: Tensors, params: unknown): readonly [State, Tensors] => apart(bind(e.primitive, operands, params as never))
  switch (e.primitive.name) {
    case 'jit': {
      const p = e.params as BodyParams['jit']
      const donated = p.donated.length === 0 ? p.donated : [...state.map(() => false), ...p.donated]
      return again([...state, ...xs], { ...p, jaxpr: withState(p.jaxpr, c), donated })
    }
    case 'checkpoint': {
      const p = e.params as BodyParams['checkpoint']
      return again([...state, ...xs], { ...p, jaxpr: withState(p.jaxpr, c) })
    }
    case 'cond': {
      const p = e.params as BodyParams['cond']
      return again([xs[0]!, ...state, ...xs.slice(1)], { branches: p.branches.map((b) => withState(b, c)) })
    }
    case 'scan': {
      const p = e.params as BodyParams['scan']
      const k = p.numConsts
      const body = stageClosed(
        (ys) => {
          const [after, outs] = checked(p.jaxpr, ys.slice(k, k + n), [...ys.slice(0, k), ...ys.slice(k + n)], c)
          return [...after, ...outs]
        },
        [...inAvals(p.jaxpr).slice(0, k), ...c.types, ...inAvals(p.jaxpr).slice(k)],
        'checkify',
      )
      return again([...xs.slice(0, k), ...state, ...xs.slice(k)], { ...p, jaxpr: body, numCarry: p.numCarry + n })
    }
    case 'while': {
      const p = e.params as BodyParams['while']
      const [nc, nb] = [p.condNumConsts, p.bodyNumConsts]
      const asked = canFail(p.condJaxpr, c)
      const ask = (before: State, cond: Tensors, carry: Tensors): State =>
        asked ? checked(p.condJaxpr, before, [...cond, ...carry], c)[0] : before
      // constants of the condition, of the body, the state, the carry
      const body = stageClosed(
        (ys) => {
          const [cond, own, before, carry] = [ys.slice(0, nc), ys.slice(nc, nc + nb), ys.slice(nc + nb, nc + nb + n), ys.slice(nc + nb + n)]
          const [after, outs] = checked(p.bodyJaxpr, ask(before, cond, carry), [...own, ...carry], c)
          return [...after, ...outs]
        },
        [...inAvals(p.condJaxpr).slice(0, nc), ...inAvals(p.bodyJaxpr).slice(0, nb), ...c.types, ...inAvals(p.bodyJaxpr).slice(nb)],
        'checkify',
      )
      const cond = xs.slice(0, nc)
      const [after, outs] = again([...cond, ...cond, ...xs.slice(nc, nc + nb), ...state, ...xs.slice(nc + nb)], {
        condJaxpr: condition(p, c),
        condNumConsts: nc,
        bodyJaxpr: body,
        bodyNumConsts: nc + nb,
      })
      return [ask(after, cond, outs), outs]
    }
    default: {
      // a function with a derivative of its own: its rules know of no state, so its program stands among the others
      const { jaxpr } = bodiesOf(e)[0]!
      return checked(jaxpr, state, xs, c)
    }
  }
}
/** Runs a program with its checks. */
const checked = (jaxpr: Jaxpr, before: State, xs: Tensors, c: Checks): readonly [State, Tensors] => {
  let state = before
  const outs = runWith(
    (e, ins) => {
      if (bodiesOf(e).some((b) => canFail(b.jaxpr, c))) {
        const [after, results] = throughBodies(e, ins, state, c)
        state = after
        return results
      }
      const results = withoutChecks(e, ins)
      if (c.numberOf.has(e)) state = noted(state, e, ins, results, c)
      return results
    },
    jaxpr,
    xs,
  )
  return [state, outs]
}

/** What `check` was called for. Source: jax.experimental.checkify.user_checks. */
export const userChecks: readonly CheckKind[] = ['user']
/** NaNs that come out of arithmetic. */
export const nanChecks: readonly CheckKind[] = ['nan']
/** Indices out of bounds. */
export const indexChecks: readonly CheckKind[] = ['index']
/** Divisions by zero. */
export const divChecks: readonly CheckKind[] = ['div']
/** NaNs and divisions by zero. */
export const floatChecks: readonly CheckKind[] = ['nan', 'div']
/** All that need no call of `check`. */
export const automaticChecks: readonly CheckKind[] = ['nan', 'div', 'index']
/** All. */
export const allChecks: readonly CheckKind[] = ['user', 'nan', 'div', 'index']

const checkifyOptions = optionsOf({
  /** What is checked; default `userChecks`. */
  errors: listOf(oneOf<CheckKind>('user', 'nan', 'index', 'div')),
})
/** Options of `checkify`. */
export interface CheckifyOptions {
  readonly errors?: readonly CheckKind[] | undefined
}
/**
 * `f`, which answers `[error, result]`: checks that fail inside of it do not stop it, but come out as a value that can be computed with, under
 * jit, vmap, loops and branches. `error.get()` says what failed first, or null; `error.throw()` throws it. What was computed after a failure is
 * of no use. A function with a derivative of its own (customJvp) that has checks inside is differentiated through.
 * Source: jax.experimental.checkify.checkify.
 */
export const checkify = <A extends readonly unknown[], const R extends Result, S = readonly []>(
  f: ((...args: A) => R) & NoNumbers<A, S>,
  options?: CheckifyOptions,
): ((...args: A) => [error: CheckResult, result: R]) => {
  readFunction('checkify', f)
  const { errors = userChecks } = checkifyOptions('checkify', options)
  const kinds = new Set(errors)
  return (...args) => {
    const { leaves, treedef } = flattenTensors(args, 'checkify')
    const flat = flatFunction(f as (...a: never[]) => unknown, treedef, 'checkify')
    const [{ jaxpr, consts }, outTree] = stageWithAux(
      flat,
      leaves.map((x) => x.aval),
      'checkify',
    )
    const { sites, numberOf } = sitesOf(jaxpr, kinds)
    const types = [aval([], 'int32'), ...sites.flatMap((s) => s.values)]
    const none = types.map((type) => zerosLike({ aval: type }))
    const [[code, ...payload], outs] = checked(jaxpr, none, [...consts, ...leaves], { kinds, sites, numberOf, types })
    return [new CheckResult(code!, payload, sites), unflatten<R>(outTree, outs)]
  }
}
/** Throws what a `checkify`d function has found. Errors: CheckError. Source: jax.experimental.checkify.check_error. */
export const checkError = (error: CheckResult): void => error.throw()
