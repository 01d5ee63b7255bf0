/** A process that saves one step after the other until it is killed: `node writer.ts FOLDER`. Each step's values are its number. */
import { np } from '@heddle/func'
import { CheckpointManager } from '../src/index'
import { fileStorage } from '../src/node/index'

const manager = await CheckpointManager.open(fileStorage(process.argv[2]!), { maxToKeep: 3, fileBytes: 2 ** 19 })
for (let step = (manager.latestStep() ?? 0) + 1; ; step++) {
  const of = (n: number) => np.array(new Float32Array(n).fill(step))
  await manager.save(step, { step, large: of(2 ** 18), small: Array.from({ length: 20 }, () => of(16)) })
  console.log(`saving ${step}`)
}
