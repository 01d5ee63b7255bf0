/** `scan` as a `while` over a counter: slices are read and results written at its place; short loops are unrolled. */
import type { Aval, BodyParams } from '@heddle/func/backend'
import type { Block, Value } from '../text/block'
import { add, compare, concatenate, dynamicSlice, dynamicUpdateSlice, like, reshape, slice, sub } from '../text/ops'
import type { Lower } from './row'

type Values = readonly Value[]
/** One step: constants, carry and slices to the carry and slices. */
type LoopBody = (b: Block, consts: Values, carry: Values, slices: Values) => readonly [carry: Values, ys: Values]

const zeros = (x: Value): number[] => new Array<number>(x.shape.length - 1).fill(0)
const rowAt = (b: Block, x: Value, i: number): Value => {
  const [, ...rest] = x.shape
  return reshape(b, slice(b, x, [i, ...zeros(x)], [i + 1, ...rest]), rest)
}
const rows = (b: Block, x: Value, from: number, to: number): Value => slice(b, x, [from, ...zeros(x)], [to, ...x.shape.slice(1)])
const dynamicRow = (b: Block, x: Value, i: Value): Value => {
  const [, ...rest] = x.shape
  return reshape(b, dynamicSlice(b, x, [i, ...rest.map(() => b.constant(0, 'int32'))], [1, ...rest]), rest)
}
const setRow = (b: Block, x: Value, row: Value, i: Value): Value =>
  dynamicUpdateSlice(b, x, reshape(b, row, [1, ...row.shape]), [i, ...row.shape.map(() => b.constant(0, 'int32'))])
const stack = (b: Block, ys: Values): Value =>
  concatenate(
    b,
    ys.map((y) => reshape(b, y, [1, ...y.shape])),
    0,
  )

/** All steps one after another, without a loop. */
const straight = (
  b: Block,
  step: LoopBody,
  length: number,
  reverse: boolean,
  consts: Values,
  init: Values,
  xs: Values,
): readonly [Values, Values] => {
  let carry = init
  const rowsOf: Values[] = new Array<Values>(length)
  for (let k = 0; k < length; k++) {
    const i = reverse ? length - 1 - k : k
    const [next, ys] = step(
      b,
      consts,
      carry,
      xs.map((x) => rowAt(b, x, i)),
    )
    carry = next
    rowsOf[i] = ys
  }
  const numYs = rowsOf[0]?.length ?? 0
  return [
    carry,
    Array.from({ length: numYs }, (_, k) =>
      stack(
        b,
        rowsOf.map((r) => r[k]!),
      ),
    ),
  ]
}
/** `turns` turns of a loop; `xs` have them as leading axis. */
const looped = (
  b: Block,
  step: LoopBody,
  turns: number,
  reverse: boolean,
  consts: Values,
  init: Values,
  xs: Values,
  ys: readonly Aval[],
): readonly [Values, Values] => {
  const results = ys.map((y) => b.constant(0, y.dtype, [turns, ...y.shape]))
  const ends = [1, consts.length, init.length, xs.length, ys.length].reduce<number[]>((sums, n) => [...sums, (sums.at(-1) ?? 0) + n], [])
  const group = (all: Values, k: number): Values => all.slice(ends[k - 1], ends[k])
  const all = b.while(
    [b.constant(0, 'int32'), ...consts, ...init, ...xs, ...results],
    (c, [i]) => compare(c, 'LT', i!, like(c, i!, turns)),
    (c, values) => {
      const counter = values[0]!
      const i = reverse ? sub(c, like(c, counter, turns - 1), counter) : counter
      const slices = group(values, 3).map((x) => dynamicRow(c, x, i))
      const [carry, rowsOut] = step(c, group(values, 1), group(values, 2), slices)
      const written = group(values, 4).map((y, k) => setRow(c, y, rowsOut[k]!, i))
      return [add(c, counter, like(c, counter, 1)), ...group(values, 1), ...carry, ...group(values, 3), ...written]
    },
  )
  return [group(all, 2), group(all, 4)]
}

export const scan: Lower<BodyParams['scan']> = (b, { params: p, ins }, inline) => {
  const { length, reverse, numConsts, numCarry } = p
  const consts = ins.slice(0, numConsts)
  const init = ins.slice(numConsts, numConsts + numCarry)
  const xs = ins.slice(numConsts + numCarry)
  const ys = p.jaxpr.outs.slice(numCarry).map((o) => o.aval)
  const unroll = Math.max(1, Math.min(p.unroll, length))
  const turns = Math.floor(length / unroll)
  const step: LoopBody = (c, cs, carry, slices) => {
    const outs = inline(c, p.jaxpr, [...cs, ...carry, ...slices])
    return [outs.slice(0, numCarry), outs.slice(numCarry)]
  }
  if (length === 0) return [...init, ...ys.map((y) => b.constant(0, y.dtype, [0, ...y.shape]))]
  if (turns === 1 && unroll === length) {
    const [carry, out] = straight(b, step, length, reverse, consts, init, xs)
    return [...carry, ...out]
  }
  if (unroll === 1) {
    const [carry, out] = looped(b, step, length, reverse, consts, init, xs, ys)
    return [...carry, ...out]
  }
  // turns of several steps each, and the steps that remain at the end
  const whole = turns * unroll
  const rest = length - whole
  const [from, to] = reverse ? [rest, length] : [0, whole]
  const blocks = xs.map((x) => reshape(b, rows(b, x, from, to), [turns, unroll, ...x.shape.slice(1)]))
  const turn: LoopBody = (c, cs, carry, slices) => straight(c, step, unroll, reverse, cs, carry, slices)
  const blockTypes = ys.map((y): Aval => ({ ...y, shape: [unroll, ...y.shape] }))
  const [carry, blockYs] = looped(b, turn, turns, reverse, consts, init, blocks, blockTypes)
  const flat = blockYs.map((y, k) => reshape(b, y, [whole, ...ys[k]!.shape]))
  if (rest === 0) return [...carry, ...flat]
  const remaining = xs.map((x) => (reverse ? rows(b, x, 0, rest) : rows(b, x, whole, length)))
  const [last, lastYs] = straight(b, step, rest, reverse, consts, carry, remaining)
  return [...last, ...flat.map((y, k) => concatenate(b, reverse ? [lastYs[k]!, y] : [y, lastYs[k]!], 0))]
}
