/** Values that lie across the pieces in which bytes grow. */
import { describe, expect, it } from 'vitest'
import { fromBytes, toBytes } from '../index'

describe('what is longer than a piece', () => {
  it('is written whole, wherever the piece ends', async () => {
    // a piece is 1024 bytes: each kind of value lies across its end for some length of the text before it
    for (let n = 0; n < 40; n++) {
      const many = Object.fromEntries(
        Array.from({ length: 60 }, (_, i) => [`name ${i}`, [i, -i * 1000, i * 70_000, 0.1 * i, 2n ** 60n, -(2n ** 50n), `text ${i}`]]),
      )
      const tree = { first: 'x'.repeat(n), many, bytes: 'y'.repeat(200) }
      expect(fromBytes(tree, await toBytes(tree))).toEqual(tree)
    }
  })
})
