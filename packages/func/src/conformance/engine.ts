/** The transformations in the flat form that laws use: lists of tensors in, lists of tensors out. */
import { aval } from '../aval'
import { batchFlat } from '../interpreters/batch'
import { jvpFlat } from '../interpreters/jvp'
import { partialEvalFlat } from '../interpreters/partial-eval'
import { run } from '../interpreters/run'
import { stage } from '../interpreters/stage'
import { backward } from '../interpreters/transpose'
import { isFloating } from '../dtype'
import type { ClosedJaxpr } from '../ir/jaxpr'
import { zerosLike } from '../literal'
import { checkpointCall } from '../primitives/call/checkpoint'
import { call } from '../primitives/call/jit'
import { batchAt } from '../primitives/structural'
import type { Tensor } from '../tensor'
import type { Fn } from './trial'

const list = (f: Fn) => (xs: readonly Tensor[]) => f(...xs)
export const makeJaxpr = (f: Fn, xs: readonly Tensor[]): ClosedJaxpr => stage(list(f), xs.map((x) => x.aval), 'makeJaxpr')

export const jit = (f: Fn): Fn => {
  const known = new Map<string, ClosedJaxpr>()
  return (...xs) => {
    const key = xs.map((x) => `${x.dtype}${x.shape}${x.weakType}`).join()
    let made = known.get(key)
    if (!made) {
      made = makeJaxpr(f, xs)
      known.set(key, made)
    }
    return call(made.jaxpr, [...made.consts, ...xs], 'f')
  }
}
export const checkpoint =
  (f: Fn): Fn =>
  (...xs) => {
    const { jaxpr, consts } = makeJaxpr(f, xs)
    return checkpointCall([...consts, ...xs], { jaxpr, policy: null, preventCse: true })
  }
export const vmap =
  (f: Fn, inAxes: readonly (number | null)[], outAxes: number, axisSize?: number): Fn =>
  (...xs) => {
    const i = inAxes.findIndex((a) => a !== null)
    const size = axisSize ?? xs[i]!.shape[inAxes[i]!]!
    const { outs, dims } = batchFlat(list(f), { size, name: undefined }, xs, inAxes)
    return outs.map((o, k) => {
      const rank = dims[k] === null ? o.ndim : o.ndim - 1
      return batchAt(size, o, dims[k]!, outAxes < 0 ? rank + 1 + outAxes : outAxes)
    })
  }
type Derivative = readonly [readonly Tensor[], readonly Tensor[]]
export const jvp = (f: Fn, xs: readonly Tensor[], ts: readonly Tensor[]): Derivative => {
  const { outs, tangents } = jvpFlat(list(f), xs, ts)
  return [outs, tangents.map((t, i) => t ?? zerosLike(outs[i]!))]
}
const linear = (f: Fn, xs: readonly Tensor[]) => {
  const n = xs.length
  const m = { outs: 0 }
  const types = xs.map((x) => aval(x.shape, x.dtype))
  const r = partialEvalFlat(
    (ys) => {
      const { outs, tangents } = jvpFlat(list(f), ys.slice(0, n), ys.slice(n))
      m.outs = outs.length
      return [...outs, ...tangents.map((t, i) => t ?? zerosLike(outs[i]!))]
    },
    [...xs, ...types],
  )
  return { outs: r.knownOuts.slice(0, m.outs) as Tensor[], r, types, tangents: r.knownOuts.slice(m.outs) }
}
export const linearize = (f: Fn, xs: readonly Tensor[]): readonly [readonly Tensor[], (ts: readonly Tensor[]) => readonly Tensor[]] => {
  const { outs, r, tangents } = linear(f, xs)
  return [
    outs,
    (ts) => {
      const unknown = [...run(r.jaxpr, [...r.residuals, ...ts])]
      return tangents.map((t) => t ?? unknown.shift()!)
    },
  ]
}
export const vjp = (f: Fn, xs: readonly Tensor[]): readonly [readonly Tensor[], (cts: readonly Tensor[]) => readonly Tensor[]] => {
  const { outs, r, types, tangents } = linear(f, xs)
  return [
    outs,
    (cts) => {
      const floating = outs.map((o) => isFloating(o.dtype))
      if (floating.includes(false)) throw new Error('cotangents are of floating results')
      const given = cts.filter((_, i) => tangents[i] === null)
      return backward(r.jaxpr, r.residuals, given).map((c, i) => c ?? zerosLike({ aval: types[i]! }))
    },
  ]
}
