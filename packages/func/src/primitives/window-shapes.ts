/** The arithmetic of windows over padded and dilated axes, for convolutions and pooling. */
import type { Shape } from '../aval'
import type { WindowShape } from '../table'

export type Padding = readonly (readonly [number, number])[]

/** The size of an axis with `by - 1` holes between its elements. */
export const dilated = (n: number, by: number): number => (n === 0 ? 0 : 1 + by * (n - 1))
/** How many windows of size `window` fit into `n` at every `stride`-th place. */
export const windowCount = (n: number, window: number, stride: number): number => (n < window ? 0 : Math.floor((n - window) / stride) + 1)

/** Why a window does not fit an operand of that rank; null if it does. */
export const windowReason = (rank: number, w: Partial<WindowShape>): string | null => {
  for (const name of ['windowDimensions', 'windowStrides', 'baseDilation', 'windowDilation'] as const) {
    const xs = w[name]
    if (xs === undefined) continue
    if (xs.length !== rank) return `${name} [${xs}] must have one entry for each of ${rank} operand axes`
    if (xs.some((x) => !Number.isInteger(x) || x < 1)) return `${name} [${xs}] must be positive integers`
  }
  const { padding = [] } = w
  if (padding.length !== rank || !padding.flat().every(Number.isInteger))
    return `padding [${padding.join('; ')}] must have two integers for each of ${rank} operand axes`
  return null
}
/** The shape of a pooling, a number of windows for each axis. */
export const windowShape = (shape: Shape, w: WindowShape): number[] =>
  shape.map((n, i) => {
    const padded = dilated(n, w.baseDilation[i]!) + w.padding[i]![0] + w.padding[i]![1]
    return windowCount(padded, dilated(w.windowDimensions[i]!, w.windowDilation[i]!), w.windowStrides[i]!)
  })
/** The same window with a further axis at `at` that it does not look along. */
export const withAxis = <W extends Omit<WindowShape, 'baseDilation' | 'windowDilation'> & Partial<WindowShape>>(w: W, at: number): W => {
  const insert = <T>(xs: readonly T[], x: T): T[] => [...xs.slice(0, at), x, ...xs.slice(at)]
  return {
    ...w,
    windowDimensions: insert(w.windowDimensions, 1),
    windowStrides: insert(w.windowStrides, 1),
    padding: insert<readonly [number, number]>(w.padding, [0, 0]),
    ...(w.baseDilation && { baseDilation: insert(w.baseDilation, 1) }),
    ...(w.windowDilation && { windowDilation: insert(w.windowDilation, 1) }),
  }
}
