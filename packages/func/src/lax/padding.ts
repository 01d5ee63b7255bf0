/** Padding of windows by name. Source: jax.lax.padtype_to_pads. */
import type { Shape } from '../aval'
import { ArgumentError } from '../error'
import { type Kind, readArgument } from '../options'

/** By name, or [low, high] for each spatial axis. */
export type Padding = 'SAME' | 'SAME_LOWER' | 'VALID' | readonly (readonly [number, number])[]
const pairs: Kind = {
  expected: "'SAME', 'SAME_LOWER', 'VALID' or a list of pairs [low, high]",
  is: (x) => Array.isArray(x) && x.every((p) => Array.isArray(p) && p.length === 2 && p.every(Number.isInteger)),
}
/** [low, high] for each axis; 'SAME' makes `ceil(size / stride)` windows, with the odd element of padding last (SAME_LOWER: first). */
export const padtypeToPads = (sizes: Shape, window: Shape, strides: Shape, padding: Padding): readonly (readonly [number, number])[] => {
  if (typeof padding !== 'string') {
    readArgument('padding', '', pairs, padding)
    if (padding.length !== sizes.length)
      throw new ArgumentError('padding', `expected ${sizes.length} pairs [low, high], one for each axis, got ${padding.length}`)
    return padding
  }
  if (padding === 'VALID') return sizes.map(() => [0, 0])
  if (padding !== 'SAME' && padding !== 'SAME_LOWER')
    throw new ArgumentError('padding', `expected 'SAME', 'SAME_LOWER', 'VALID' or pairs of numbers, got ${JSON.stringify(padding)}`)
  return sizes.map((n, i) => {
    const total = Math.max(0, (Math.ceil(n / strides[i]!) - 1) * strides[i]! + window[i]! - n)
    const less = Math.floor(total / 2)
    return padding === 'SAME' ? [less, total - less] : [total - less, less]
  })
}
