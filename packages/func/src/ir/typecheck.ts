/**
 * Checks that a jaxpr is well formed: each variable is bound once and before its use, each equation's results have the
 * types that its primitive infers, bodies likewise, and the named axes are those that the equations use.
 *
 * A program that fails was built wrongly by a rule or a transformation, so the error is a BugError.
 */
import { type Aval, sameType, showAval } from '../aval'
import { BugError } from '../error'
import { axisNamesIn, infer } from '../primitive'
import { bodiesOf } from './bodies'
import { type Atom, type Eqn, inAvals, type Jaxpr, type Var } from './jaxpr'

const scalarFits = (value: unknown, { dtype }: Aval): boolean =>
  dtype === 'bool'
    ? typeof value === 'boolean'
    : dtype === 'int64' || dtype === 'uint64'
      ? typeof value === 'bigint'
      : typeof value === 'number'

/** Throws a BugError where `jaxpr` is not well formed; `where` begins its message. */
export const typecheckJaxpr = (jaxpr: Jaxpr, where = 'jaxpr'): void => {
  const bound = new Set<Var>()
  const fail = (at: string, reason: string): never => {
    throw new BugError(`${where}${at}: ${reason}`)
  }
  const bindVar = (v: Var, at: string): void => {
    if (bound.has(v)) fail(at, `a variable of type ${showAval(v.aval)} is bound twice`)
    bound.add(v)
  }
  const use = (a: Atom, at: string): void => {
    if (a._tag === 'Var') {
      if (!bound.has(a)) fail(at, `a variable of type ${showAval(a.aval)} is used before it is bound`)
    } else if (a.aval.shape.length > 0 || !scalarFits(a.value, a.aval))
      fail(at, `the literal ${String(a.value)} is not a ${showAval(a.aval)}`)
  }
  const names = new Set<string>()
  const check = (e: Eqn, i: number): void => {
    const { primitive } = e
    const params = e.params as never
    const at = `, equation ${i} (${primitive.name})`
    for (const a of e.ins) use(a, at)
    const inferred = infer(
      primitive,
      e.ins.map((a) => a.aval),
      params,
    )
    if (inferred.length !== e.outs.length) fail(at, `${e.outs.length} results where the rule infers ${inferred.length}`)
    inferred.forEach((a, k) => {
      const got = e.outs[k]!.aval
      if (!sameType(a, got)) fail(at, `result ${k} has type ${showAval(got)}, the rule infers ${showAval(a)}`)
    })
    for (const v of e.outs) bindVar(v, at)
    for (const { path, jaxpr: body } of bodiesOf(e)) typecheckJaxpr(body, `${where}${at}.${path}`)
    for (const n of axisNamesIn(primitive, params)) names.add(n)
  }
  for (const v of jaxpr.ins) bindVar(v, ', inputs')
  jaxpr.eqns.forEach(check)
  for (const a of jaxpr.outs) use(a, ', results')
  const said = new Set(jaxpr.axisNames)
  for (const n of names) if (!said.has(n)) fail('', `the axis ${JSON.stringify(n)} is used but not listed`)
  for (const n of said) if (!names.has(n)) fail('', `the axis ${JSON.stringify(n)} is listed but not used`)
}

/** Throws a BugError where a program is not well formed or does not take these types. */
export const typecheckProgram = (jaxpr: Jaxpr, ins: readonly Aval[]): void => {
  const want = inAvals(jaxpr)
  if (want.length !== ins.length || want.some((a, i) => !sameType(a, ins[i]!)))
    throw new BugError(`a program of ${want.map(showAval).join(' ')} was given ${ins.map(showAval).join(' ')}`)
  typecheckJaxpr(jaxpr)
}
