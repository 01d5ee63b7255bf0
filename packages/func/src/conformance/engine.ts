/** The transformations in the flat form that laws use: lists of tensors in, lists of tensors out. */
import '../interpreters/eval'
import type { ClosedJaxpr } from '../ir/jaxpr'
import type { Tensor } from '../tensor'
import { checkpoint as checkpointed } from '../transforms/checkpoint'
import { jit as jitted } from '../transforms/jit'
import { jvp as jvpOf } from '../transforms/jvp'
import { linearize as linearized } from '../transforms/linearize'
import { makeJaxpr as jaxprOf } from '../transforms/make-jaxpr'
import { vjp as vjpOf } from '../transforms/vjp'
import { vmap as vmapped } from '../transforms/vmap'
import type { Fn } from './trial'

type Tensors = readonly Tensor[]

export const makeJaxpr = (f: Fn, xs: Tensors): ClosedJaxpr => jaxprOf(f)(...xs)
export const jit = (f: Fn): Fn => jitted(f)
export const jitDonating = (f: Fn, argnum: number): Fn => jitted(f, { donateArgnums: argnum })
export const checkpoint = (f: Fn): Fn => checkpointed(f)
export const vmap = (f: Fn, inAxes: readonly (number | null)[], outAxes: number, axisSize?: number): Fn =>
  vmapped(f, { inAxes, outAxes, ...(axisSize === undefined ? {} : { axisSize }) })
export const jvp = (f: Fn, xs: Tensors, ts: Tensors): readonly [outs: Tensors, tangents: Tensors] => jvpOf(f, [...xs], [...ts])
export const linearize = (f: Fn, xs: Tensors): readonly [outs: Tensors, along: (ts: Tensors) => Tensors] => {
  const [outs, along] = linearized(f, ...xs)
  return [outs, (ts) => along(...ts)]
}
export const vjp = (f: Fn, xs: Tensors): readonly [outs: Tensors, pull: (cts: Tensors) => Tensors] => {
  const [outs, pull] = vjpOf(f, ...xs)
  return [outs, (cts) => pull(cts)]
}
