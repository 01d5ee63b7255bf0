/** Piecewise primitives: comparisons, choices, rounding, extrema of two. */
import { dtypes, type PiecewiseParams } from '@heddle/func/backend'
import type { Applied, Lower, Lowerings } from './row'
import type { Block, Value } from '../text/block'
import { compare, type Direction, like, select, spread } from '../text/ops'
import { tensorType, type } from '../text/type'
import { binaryOp, changing, unaryOp } from './pointwise'

const same: Lower<unknown> = (_b, { ins: [x] }) => [x!]

const comparing =
  (direction: Direction): Lower<unknown> =>
  (b, { ins, outs: [out] }) => {
    const [x, y] = spread(b, ins, out!.shape)
    return [compare(b, direction, x!, y!)]
  }
/** StableHLO's sign is of signed numbers. */
const sign: Lower<unknown> = (b, { ins: [x] }) => {
  if (dtypes[x!.dtype].kind !== 'uint') return [b.op(`stablehlo.sign ${x!.name} : ${tensorType(x!)}`, x!)]
  const zero = like(b, x!, 0)
  return [select(b, compare(b, 'EQ', x!, zero), zero, like(b, x!, 1))]
}
const clamp: Lower<unknown> = (b, { ins, outs: [out] }) => {
  const [low, x, high] = spread(b, ins, out!.shape)
  return [b.op(`stablehlo.clamp ${low!.name}, ${x!.name}, ${high!.name} : ${tensorType(x!)}`, x!)]
}
/** The case at `which`, by halving the range of cases. */
const choose = (b: Block, which: Value, cases: readonly Value[], offset = 0): Value => {
  if (cases.length === 1) return cases[0]!
  const middle = Math.floor(cases.length / 2)
  const below = compare(b, 'LT', which, like(b, which, offset + middle))
  return select(b, below, choose(b, which, cases.slice(0, middle), offset), choose(b, which, cases.slice(middle), offset + middle))
}
const selectN = (b: Block, { ins: [which, ...cases] }: Applied<unknown>): readonly Value[] => {
  if (cases.length === 1) return [cases[0]!]
  return [which!.dtype === 'bool' ? select(b, which!, cases[1]!, cases[0]!) : choose(b, which!, cases)]
}

export const piecewise: Lowerings<keyof PiecewiseParams> = {
  abs: unaryOp('abs'),
  sign,
  floor: unaryOp('floor'),
  ceil: unaryOp('ceil'),
  round: (b, { params, ins: [x] }) => [
    b.op(`stablehlo.round_nearest_${params.roundingMethod === 0 ? 'afz' : 'even'} ${x!.name} : ${tensorType(x!)}`, x!),
  ],
  max: binaryOp('maximum'),
  min: binaryOp('minimum'),
  clamp,
  is_finite: (b, { ins: [x] }) => [changing(b, 'is_finite', x!, type(x!.shape, 'bool'))],
  eq: comparing('EQ'),
  ne: comparing('NE'),
  lt: comparing('LT'),
  le: comparing('LE'),
  gt: comparing('GT'),
  ge: comparing('GE'),
  select_n: selectN,
  stop_gradient: same,
  copy: same,
}
