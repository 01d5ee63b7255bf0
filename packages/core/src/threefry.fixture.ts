/**
 * Threefry 2x32 with 20 rounds on numbers, so that core's tests can fold keys without func; and core's goldens.
 */
import { readFileSync } from 'node:fs'

/** A key: two words of 32 bits. */
export type Key = readonly [number, number]

const rotations = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
] as const

/** `random.fold_in(key, data)`. */
export const threefry = (key: Key, data: number): Key => {
  const ks = [key[0], key[1], (key[0] ^ key[1] ^ 0x1bd11bda) >>> 0]
  let x = (0 + ks[0]!) >>> 0
  let y = (data + ks[1]!) >>> 0
  for (let i = 0; i < 5; i++) {
    for (const r of rotations[i % 2]!) {
      x = (x + y) >>> 0
      y = (((y << r) | (y >>> (32 - r))) ^ x) >>> 0
    }
    x = (x + ks[(i + 1) % 3]!) >>> 0
    y = (y + ks[(i + 2) % 3]! + i + 1) >>> 0
  }
  return [x, y]
}

/** A golden of the functional core. */
export const goldenCore = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../goldens/data/core/${name}.json`, import.meta.url), 'utf8'))
