/** Second derivatives: each order of modes beside differences of the first, and beside each other. */
import { isFloating } from '../../dtype'
import { plainsOf, tensorOf } from '../data'
import { jit, vmap } from '../engine'
import { mustAgree, stackAt } from '../data'
import type { Fn, Law } from '../trial'
import { jvpAt, mustBeAdjoint, mustBeDerivative, parts, vjpAt } from './derivative'

/** Of the function of all smooth operands: forward over reverse, reverse over reverse, reverse over forward, forward over forward. */
export const secondDerivativesAgree: Law = async (trial) => {
  const { row } = trial
  if (row.order < 2) return
  for (const { g, xs, what } of parts(trial).slice(-1)) {
    const n = xs.length
    const outs = (await plainsOf(g(...xs.map(tensorOf)))).filter((o) => isFloating(o.dtype))
    const us = trial.direction(outs)
    const ts = trial.direction(xs)
    const pulled: Fn = (...ys) => vjpAt(g, n)(...ys, ...us.map(tensorOf)).slice(outs.length)
    const pushed: Fn = (...ys) => jvpAt(g, n)(...ys, ...ts.map(tensorOf)).slice(outs.length)
    if (row.modes === 'both') {
      await mustBeDerivative(trial, pulled, xs, `jvp of vjp ${what}`)
      await mustBeAdjoint(trial, pulled, xs, `vjp of vjp ${what}`)
      await mustBeAdjoint(trial, pushed, xs, `vjp of jvp ${what}`)
      await mustBeAdjoint(trial, jit(pushed), xs, `vjp of jit of jvp ${what}`)
      await mustBeDerivative(trial, jit(pulled), xs, `jvp of jit of vjp ${what}`)
    }
    if (row.modes !== 'reverse') await mustBeDerivative(trial, pushed, xs, `jvp of jvp ${what}`)
    if (row.modes === 'reverse') await mustBeAdjoint(trial, pulled, xs, `vjp of vjp ${what}`)
    const again = row.modes === 'forward' ? jvpAt(pushed, n) : vjpAt(pulled, n)
    const directions = row.modes === 'forward' ? trial.direction(xs) : trial.direction(xs)
    const mapped = vmap(again, [...xs.map((x) => x.shape.length), ...directions.map(() => null)], 0)
    const twice = xs.map((x) => stackAt([x, x], x.shape.length))
    const once = await plainsOf(again(...xs.map(tensorOf), ...directions.map(tensorOf)))
    const want = once.map((o) => stackAt([o, o], 0))
    mustAgree(
      await plainsOf(mapped(...twice.map(tensorOf), ...directions.map(tensorOf))),
      want,
      trial.tolerance.same,
      `vmap of second derivatives ${what}`,
    )
  }
}
