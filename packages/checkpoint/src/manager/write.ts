/** Writes a step: its arrays file by file and piece by piece, its manifest, and at last its name. */
import { crc32 } from '../crc32'
import { bytesOfHost } from '../host'
import type { CheckpointStorage } from '../storage/storage'
import { layOut, type PlannedFile } from './layout'
import { encodeManifest, MANIFEST, type Manifest } from './manifest'
import type { Snapshot } from './snapshot'

/** So much is written at once: what a program does in between waits no longer. */
const AT_ONCE = 2 ** 22

/** The bytes of a file; the checksum of each piece is put in its place in `sums`. */
async function* bytesOf({ header, pieces }: PlannedFile, sums: number[][]): AsyncGenerator<Uint8Array> {
  yield header
  for (const { source, array, piece } of pieces) {
    const bytes = bytesOfHost(await source.read())
    let sum = 0
    for (let at = 0; at < bytes.length; at += AT_ONCE) {
      const part = bytes.subarray(at, at + AT_ONCE)
      sum = crc32(part, sum)
      yield part
    }
    sums[array]![piece] = sum
  }
}

/** Errors: those of the storage, and of a device that can't be read. What was written is then taken away. */
export const writeStep = async (
  storage: CheckpointStorage,
  folder: string,
  snapshot: Snapshot,
  about: Pick<Manifest, 'step' | 'time' | 'metrics' | 'metadata'>,
  fileBytes: number,
): Promise<void> => {
  const { arrays, tree } = snapshot
  const { files, places } = layOut(arrays, fileBytes)
  const sums: number[][] = arrays.map(() => [])
  const pending = await storage.begin(folder)
  try {
    for (const file of files) await pending.write(file.name, bytesOf(file, sums))
    const manifest = encodeManifest({
      ...about,
      tree,
      arrays: arrays.map(({ path, dtype, shape }, i) => ({
        path,
        dtype,
        shape,
        pieces: places[i]!.map((place, j) => ({ ...place, crc32: sums[i]![j]! })),
      })),
      files: files.map(({ name, bytes }) => ({ name, bytes })),
    })
    await pending.write(MANIFEST, [manifest])
    await pending.commit()
  } catch (error) {
    // the first error is the one to tell
    await pending.abandon().catch(() => undefined)
    throw error
  }
}
