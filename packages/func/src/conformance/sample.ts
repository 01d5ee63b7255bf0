/** Where operands of rows come from: numbers drawn from a seed, by law and row, so that a failure repeats. */

/** `n` numbers from a source of uniform numbers in [0, 1). */
export type Sampler = (n: number, next: () => number) => number[]

const draw =
  (one: (next: () => number, i: number) => number): Sampler =>
  (n, next) =>
    Array.from({ length: n }, (_, i) => one(next, i))

export const uniform = (low: number, high: number): Sampler => draw((next) => low + (high - low) * next())
/** Mostly within two units of zero. */
export const normal: Sampler = draw((next) => 2.4 * (next() + next() + next() - 1.5))
/** From 0.4 to 2. */
export const positive: Sampler = uniform(0.4, 2)
/** Inside of (-1, 1), with room for a step. */
export const unit: Sampler = uniform(-0.8, 0.8)
/** Either sign, at least 0.3 from zero. */
export const nonzero: Sampler = draw((next) => (next() < 0.5 ? -1 : 1) * (0.3 + 1.4 * next()))
/** At least 0.15 from integers and halves, so rounding is locally constant. */
export const offGrid: Sampler = draw((next) => Math.floor(7 * next()) - 3 + (next() < 0.5 ? 0.25 : 0.75) + 0.2 * (next() - 0.5))
/** Multiples of 0.4 shifted by `offset` steps: draws with offsets half a step apart never meet. */
export const grid = (offset: number): Sampler => draw((next) => 0.4 * (Math.floor(7 * next()) - 3 + offset))
/** About `gap` apart from each other, around `offset`, in random order. */
export const spaced =
  (gap: number, offset: number): Sampler =>
  (n, next) => {
    const xs = Array.from({ length: n }, (_, i) => gap * (i - Math.floor(n / 2)) + offset + 0.25 * gap * next())
    for (let i = n - 1; i > 0; i--) {
      const j = Math.floor(next() * (i + 1))
      ;[xs[i], xs[j]] = [xs[j]!, xs[i]!]
    }
    return xs
  }
/** Pairwise at least 0.2 apart, in random order. */
export const distinct = spaced(0.3, 0.05)
/** These numbers, from the first again when there are too few. */
export const given =
  (...values: readonly number[]): Sampler =>
  (n) =>
    Array.from({ length: n }, (_, i) => values[i % values.length]!)

/** A source of uniform numbers in [0, 1), the same for the same text. Source: mulberry32, seeded by FNV-1a. */
export const seeded = (text: string): (() => number) => {
  let state = 0x811c9dc5
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}
