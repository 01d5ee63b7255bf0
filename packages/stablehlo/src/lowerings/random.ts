/** Threefry-2x32 by integer arithmetic: five groups of four rounds, the key schedule between them. */
import type { RandomParams } from '@heddle/func/backend'
import type { Lowerings } from './row'
import type { Block, Value } from '../text/block'
import { add, barrier, binary, like, or, spread } from '../text/ops'

const rotations = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
] as const
const xor = (b: Block, x: Value, y: Value): Value => binary(b, 'xor', x, y)
const rotate = (b: Block, x: Value, bits: number): Value =>
  or(b, binary(b, 'shift_left', x, like(b, x, bits)), binary(b, 'shift_right_logical', x, like(b, x, 32 - bits)))

/** Source: Salmon et al., Parallel random numbers: as easy as 1, 2, 3 (2011). */
const threefry = (b: Block, [k0, k1, c0, c1]: readonly Value[]): readonly Value[] => {
  const parity = xor(b, xor(b, k0!, k1!), like(b, k0!, 0x1bd11bda))
  const keys = [k0!, k1!, parity]
  let x = add(b, c0!, k0!)
  let y = add(b, c1!, k1!)
  for (let group = 0; group < 5; group++) {
    for (const bits of rotations[group % 2]!) {
      x = add(b, x, y)
      y = xor(b, x, rotate(b, y, bits))
    }
    x = add(b, x, keys[(group + 1) % 3]!)
    y = add(b, add(b, y, keys[(group + 2) % 3]!), like(b, y, group + 1))
  }
  return [x, y]
}
/**
 * A program's keys are made of each other, and each word uses the words before it several times. XLA for CPUs looks through such a chain
 * along every path: four in a row compile for minutes. A barrier before the keys, which are small, ends its view.
 */
const apart = barrier

export const random: Lowerings<keyof RandomParams> = {
  threefry2x32: (b, { ins, outs: [out] }) => {
    const all = [...apart(b, ins.slice(0, 2)), ...ins.slice(2)]
    return b.call('threefry2x32', 'threefry2x32', spread(b, all, out!.shape), threefry)
  },
}
