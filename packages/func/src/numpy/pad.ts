/** Padding. Source: numpy's and jax.numpy's pad. */
import { range } from '../aval'
import { ArgumentError } from '../error'
import { count, finite, type Kind, oneOf, optionsOf, readArgument, tensorLike, type OptionsOf } from '../options'
import { pad as padConstant, sliceAxis, concatenate } from '../primitives/layout'
import { convert, reshape } from '../primitives/structural'
import type { Tensor } from '../tensor'
import { multiply, add, subtract } from './elementwise'
import { ofNumbers } from './host-tensor'
import { asTensor, asType, broadcastTo, type TensorLike } from './promote'
import { max, mean, min } from './reduce'
import { take } from './take'

/** What padding is filled with. */
export type PadMode = 'constant' | 'edge' | 'reflect' | 'symmetric' | 'wrap' | 'linear_ramp' | 'maximum' | 'minimum' | 'mean' | 'empty'
/** One number for all ends, [before, after] for all axes, or a pair for each axis. */
export type PadWidth = number | readonly [number, number] | readonly (readonly [number, number])[] | readonly (readonly [number])[]
const padOptions = optionsOf({
  /** The value of mode 'constant'; 0. */
  constantValues: tensorLike,
  /** What mode 'linear_ramp' comes to at the ends; 0. */
  endValues: finite,
})
/** Options of `pad`. */
export interface PadOptions extends OptionsOf<typeof padOptions> {}
const modeKind = oneOf('constant', 'edge', 'reflect', 'symmetric', 'wrap', 'linear_ramp', 'maximum', 'minimum', 'mean', 'empty')
const widthKind: Kind = {
  expected: 'a number, a pair [before, after], or a pair for each axis',
  is: (x) => count.is(x) || (Array.isArray(x) && x.length > 0 && x.every((w) => count.is(w) || (Array.isArray(w) && w.every(count.is)))),
}
const widths = (width: PadWidth, rank: number): [number, number][] => {
  readArgument('pad', 'width', widthKind, width)
  const list = typeof width === 'number' ? [width] : width
  const pairs = list.map((w) => (typeof w === 'number' ? w : w.length === 1 ? [w[0]!, w[0]!] : w))
  const ok = (n: unknown): n is number => Number.isInteger(n) && (n as number) >= 0
  if (pairs.every(ok) && (pairs.length === 1 || pairs.length === 2))
    return range(rank).map(() => [pairs[0] as number, (pairs[1] ?? pairs[0]) as number])
  const each = pairs as readonly (readonly number[])[]
  if (!each.every((p) => Array.isArray(p) && p.length === 2 && p.every(ok)) || (each.length !== rank && each.length !== 1))
    throw new ArgumentError(
      'pad',
      `widths ${JSON.stringify(width)} must be a number, a pair, or one pair of non-negative integers for each of ${rank} axes`,
    )
  return range(rank).map((i) => [...each[each.length === 1 ? 0 : i]!] as [number, number])
}
const wrapAround = (i: number, n: number): number => ((i % n) + n) % n
const sources: Partial<Record<PadMode, (i: number, n: number) => number>> = {
  edge: (i, n) => Math.min(n - 1, Math.max(0, i)),
  wrap: wrapAround,
  symmetric: (i, n) => {
    const k = wrapAround(i, 2 * n)
    return k < n ? k : 2 * n - 1 - k
  },
  reflect: (i, n) => {
    if (n === 1) return 0
    const k = wrapAround(i, 2 * n - 2)
    return k < n ? k : 2 * n - 2 - k
  },
}
const statistics: Partial<Record<PadMode, typeof max>> = { maximum: max, minimum: min, mean: mean }

const padAxis = (x: Tensor, axis: number, [before, after]: readonly [number, number], mode: PadMode, options: PadOptions): Tensor => {
  if (before === 0 && after === 0) return x
  const n = x.shape[axis]!
  if (n === 0) throw new ArgumentError('pad', `axis ${axis} is empty: mode '${mode}' has nothing to repeat`)
  const source = sources[mode]
  if (source) {
    const places = range(before + n + after).map((i) => source(i - before, n))
    return take(x, ofNumbers(places, 'int32'), { axis, mode: 'clip' })
  }
  const sized = (k: number): number[] => x.shape.map((m, i) => (i === axis ? k : m))
  const statistic = statistics[mode]
  if (statistic) {
    const value = convert(statistic(x, { axis, keepdims: true }), x.dtype)
    return concatenate([broadcastTo(value, sized(before)), x, broadcastTo(value, sized(after))], { dimension: axis })
  }
  return concatenate([ramp(x, axis, before, false, options), x, ramp(x, axis, after, true, options)], { dimension: axis })
}
/** From the end value (outside) to the edge of `x`, in even steps. */
const ramp = (x: Tensor, axis: number, count: number, atEnd: boolean, { endValues = 0 }: PadOptions): Tensor => {
  const n = x.shape[axis]!
  const edge = atEnd ? sliceAxis(x, axis, n - 1, n) : sliceAxis(x, axis, 0, 1)
  const shares = range(count).map((i) => (atEnd ? (i + 1) / count : 1 - i / count))
  const along = reshape(ofNumbers(shares, 'float32'), { newSizes: x.shape.map((_, i) => (i === axis ? count : 1)) })
  return convert(add(edge, multiply(subtract(endValues, edge), along)), x.dtype)
}
/**
 * `x` with more elements at the ends of its axes.
 *
 * Modes: a constant, the edge, mirrored without ('reflect') or with ('symmetric') the edge, wrapped around, a ramp to `endValues`, or
 * the maximum, minimum or mean of the axis. Errors: ArgumentError for widths that don't fit.
 */
export const pad = (x: TensorLike, width: PadWidth, mode: PadMode = 'constant', given?: PadOptions): Tensor => {
  const options = padOptions('pad', given)
  readArgument('pad', 'mode', modeKind, mode)
  const t = asTensor(x, 'pad')
  const pairs = widths(width, t.ndim)
  if (mode === 'constant' || mode === 'empty') {
    if (pairs.every(([b, a]) => b === 0 && a === 0)) return t
    return padConstant(t, asType(options.constantValues ?? 0, t.dtype, 'pad'), { paddingConfig: pairs.map(([b, a]) => [b, a, 0] as const) })
  }
  return pairs.reduce((y, pair, axis) => padAxis(y, axis, pair, mode, options), t)
}
