/**
 * A file of the disk as a source of bytes.
 */
import { open } from 'node:fs/promises'
import { CheckpointError } from '../error'
import type { ByteSource } from '../source/source'

/**
 * Opens a file, to be read a piece at a time; `close` closes it.
 *
 * Errors: CheckpointError where it can't be opened.
 *
 * @example
 * const file = await openSafetensors(await openFile('model.safetensors'))
 */
export const openFile = async (path: string | URL): Promise<ByteSource> => {
  try {
    const handle = await open(path, 'r')
    const stat = await handle.stat()
    if (!stat.isFile()) {
      await handle.close()
      throw new Error('it is no file')
    }
    return {
      size: stat.size,
      read: async (start, end) => {
        const bytes = new Uint8Array(end - start)
        let got = 0
        while (got < bytes.length) {
          const { bytesRead } = await handle.read(bytes, got, bytes.length - got, start + got)
          if (bytesRead === 0) break
          got += bytesRead
        }
        return bytes.subarray(0, got)
      },
      close: () => handle.close(),
    }
  } catch (cause) {
    throw new CheckpointError(
      'openFile',
      'unreadable',
      `${String(path)} can't be opened: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    )
  }
}
