/**
 * A program whose effects happen where a condition holds: what a vmap over a branch or a loop makes of it, since it runs all branches, and all
 * turns, for all examples.
 */
import { aval } from '../aval'
import { isEffect } from '../ir/effects'
import { type Eqn, inAvals, type Jaxpr } from '../ir/jaxpr'
import { memo } from '../ir/memo'
import type { BodyParams } from '../table'
import type { Tensor } from '../tensor'
import { bind } from '../trace'
import { applyBound, runWith } from './run'
import { stageClosed } from './stage'

/** The program with a leading input, the condition (a scalar bool). */
export const guarded = (jaxpr: Jaxpr): Jaxpr =>
  memo(jaxpr, 'guarded', () => stageClosed(([when, ...xs]) => runGuarded(jaxpr, xs, when!), [aval([], 'bool'), ...inAvals(jaxpr)], 'guard'))

const again = <P>(e: Eqn, xs: readonly Tensor[], params: P): readonly Tensor[] => bind(e.primitive, xs, params as never)
const underGuard = (e: Eqn, xs: readonly Tensor[], when: Tensor): readonly Tensor[] => {
  if (e.primitive.kind === 'host') return e.primitive.effect!(xs, e.params as never, when)
  switch (e.primitive.name) {
    case 'jit': {
      const p = e.params as BodyParams['jit']
      const donated = p.donated.length === 0 ? p.donated : [false, ...p.donated]
      return again(e, [when, ...xs], { ...p, jaxpr: guarded(p.jaxpr), donated })
    }
    case 'checkpoint': {
      const p = e.params as BodyParams['checkpoint']
      return again(e, [when, ...xs], { ...p, jaxpr: guarded(p.jaxpr) })
    }
    case 'scan': {
      const p = e.params as BodyParams['scan']
      return again(e, [when, ...xs], { ...p, jaxpr: guarded(p.jaxpr), numConsts: p.numConsts + 1 })
    }
    case 'while': {
      const p = e.params as BodyParams['while']
      const n = p.condNumConsts
      return again(e, [when, ...xs.slice(0, n), when, ...xs.slice(n)], {
        condJaxpr: guarded(p.condJaxpr),
        condNumConsts: n + 1,
        bodyJaxpr: guarded(p.bodyJaxpr),
        bodyNumConsts: p.bodyNumConsts + 1,
      })
    }
    case 'cond': {
      const p = e.params as BodyParams['cond']
      return again(e, [xs[0]!, when, ...xs.slice(1)], { branches: p.branches.map(guarded) })
    }
    default:
      // a function with a derivative of its own: its rules are told of its operands alone
      return again(e, xs, e.params)
  }
}
const runGuarded = (jaxpr: Jaxpr, xs: readonly Tensor[], when: Tensor): readonly Tensor[] =>
  runWith((e, operands) => (isEffect(e) ? underGuard(e, operands, when) : applyBound(e, operands)), jaxpr, xs)
