/**
 * Permutations by a seed, the same on every machine and backend: threefry's bits, and Fisher and Yates.
 */
const rotations = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
] as const
/** Two words by a key of two words. Source: Salmon et al., 2011, threefry2x32 with 20 rounds, as in JAX. */
const threefry2x32 = (k0: number, k1: number, x0: number, x1: number): readonly [number, number] => {
  const ks = [k0 >>> 0, k1 >>> 0, (k0 ^ k1 ^ 0x1bd11bda) >>> 0] as const
  let x = (x0 + ks[0]) >>> 0
  let y = (x1 + ks[1]) >>> 0
  for (let i = 0; i < 5; i++) {
    for (const r of rotations[(i % 2) as 0 | 1]) {
      x = (x + y) >>> 0
      y = (((y << r) | (y >>> (32 - r))) ^ x) >>> 0
    }
    x = (x + ks[((i + 1) % 3) as 0 | 1 | 2]) >>> 0
    y = (y + ks[((i + 2) % 3) as 0 | 1 | 2] + i + 1) >>> 0
  }
  return [x, y]
}
/** Puts a list in another order, in place: that of a seed and of where in the run this is. */
export const permute = (items: unknown[], seed: number, epoch: number, window: number): void => {
  // as JAX: a key of a seed, with what it is for folded in
  const [a, b] = threefry2x32(Math.floor(seed / 2 ** 32), seed, 0, epoch)
  const [k0, k1] = threefry2x32(a, b, 0, window)
  let words: readonly [number, number] = [0, 0]
  for (let i = items.length - 1, n = 0; i > 0; i--, n++) {
    if (n % 2 === 0) words = threefry2x32(k0, k1, 0, n / 2)
    const j = Math.floor((words[(n % 2) as 0 | 1] / 2 ** 32) * (i + 1))
    const x = items[i]
    items[i] = items[j]
    items[j] = x
  }
}
