/** Threefry-2x32 by integer arithmetic. */
import type { RandomParams } from '@heddle/func/backend'
import type { Block, Value } from './block'
import type { Lowerings } from './lowering'
import { add, binary, or } from './ops'
import { shiftLeft, shiftRight } from './pointwise'

const rotations = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
] as const
const xor = (b: Block, x: Value, y: Value): Value => binary(b, 'BitwiseXor', x, y)
const rotate = (b: Block, x: Value, bits: number): Value =>
  or(b, shiftLeft(b, x, b.scalar(bits, 'uint32')), shiftRight(b, x, b.scalar(32 - bits, 'uint32')))

/** Source: Salmon et al., Parallel random numbers: as easy as 1, 2, 3 (2011). */
export const random: Lowerings<keyof RandomParams> = {
  threefry2x32: (b, { ins: [k0, k1, c0, c1] }) => {
    const parity = xor(b, xor(b, k0!, k1!), b.scalar(0x1bd11bda, 'uint32'))
    const keys = [k0!, k1!, parity]
    let x = add(b, c0!, k0!)
    let y = add(b, c1!, k1!)
    for (let group = 0; group < 5; group++) {
      for (const bits of rotations[group % 2]!) {
        x = add(b, x, y)
        y = xor(b, x, rotate(b, y, bits))
      }
      x = add(b, x, keys[(group + 1) % 3]!)
      y = add(b, add(b, y, keys[(group + 2) % 3]!), b.scalar(group + 1, 'uint32'))
    }
    return [x, y]
  },
}
