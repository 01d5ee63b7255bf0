/** Functions as they are written, where nothing is to be compiled (`disableJit`): loops run turn by turn, on values. */
import { ambient } from '../ambient'
import { range } from '../aval'
import { environment } from '../environment'
import { stack } from '../numpy/join'
import { slice } from '../primitives/layout'
import { squeeze } from '../primitives/structural'
import type { Tensor } from '../tensor'
import { isStaging } from '../trace'
import type { FlatFunction } from './flat'

const disabled = ambient<boolean>(environment('HEDDLE_DISABLE_JIT'), String)
/** From here on. */
export const setJitDisabled = disabled.set
/** While `run` runs. */
export const withJitDisabled = <R>(run: () => R): R => disabled.during('disableJit', true, run)
/** Whether functions run as they are. What stands in a program that is being traced anyway (by makeJaxpr, by checkpoint) is traced. */
export const runsAsWritten = (): boolean => disabled.get() && !isStaging()

const rowOf = (x: Tensor, i: number): Tensor => {
  const rest = x.shape.slice(1)
  const zeros = rest.map(() => 0)
  return squeeze(slice(x, { startIndices: [i, ...zeros], limitIndices: [i + 1, ...rest], strides: null }), { dimensions: [0] })
}
/** A scan of at least one turn: the last carry, what the turns have answered besides, stacked, and the structure of both. */
export const scanAsWritten = (
  body: FlatFunction,
  init: readonly Tensor[],
  xs: readonly Tensor[],
  length: number,
  reverse: boolean,
): ReturnType<FlatFunction> => {
  let carry = init
  const turns: (readonly Tensor[])[] = []
  const order = reverse ? range(length).toReversed() : range(length)
  const results = order.map((i) => {
    const [outs, tree] = body([...carry, ...xs.map((x) => rowOf(x, i))])
    carry = outs.slice(0, init.length)
    turns[i] = outs.slice(init.length)
    return tree
  })
  return [[...carry, ...turns[0]!.map((_, k) => stack(turns.map((ys) => ys[k]!)))], results[0]!]
}
