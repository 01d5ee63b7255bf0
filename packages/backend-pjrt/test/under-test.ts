/** The backend that tests run on, and a line that says so where there is none. */
import { describe } from 'vitest'
import { pjrt, type PjrtBackend, type PjrtOptions } from '../src/index'
import { findPlugin } from '../src/plugins/find'

const attempt = (): { readonly path: string } | { readonly reason: string } => {
  try {
    return findPlugin()
  } catch (e) {
    return { reason: (e as Error).message }
  }
}
const found = attempt()
if ('reason' in found) console.warn(`tests of @heddle/backend-pjrt are skipped: ${found.reason}`)

export const hasPlugin = 'path' in found
/** As vitest's `describe`, skipped without a plugin. */
export const describeWithPlugin = describe.skipIf(!hasPlugin)

let made: Promise<PjrtBackend> | undefined
/** One backend for all tests of a file. */
export const backend = (options: PjrtOptions = {}): Promise<PjrtBackend> => (made ??= pjrt(options))
