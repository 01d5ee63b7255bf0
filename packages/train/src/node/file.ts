/** Files as data. */
import { createReadStream } from 'node:fs'
import type { ByteSource } from '../data/bytes'

/** The bytes of a file, for `lines` and `records`: read piece by piece, and from the middle where a position says so. */
export const file =
  (path: string | URL): ByteSource =>
  (from: number) =>
    createReadStream(path, { start: from })
