/** A process that is killed at a random moment of its saving leaves only whole steps, and its folder to the next. */
import { spawn } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, it } from 'vitest'
import type { Tensor } from '@heddle/func'
import { CheckpointManager } from '../src/index'
import { fileStorage } from '../src/node/index'

const TIMES = process.env.CI ? 30 : 3
const AT_ONCE = 2
const folders: string[] = []
afterAll(() => Promise.all(folders.map((f) => rm(f, { recursive: true, force: true }))))

/** Kills a writer a random while after it began a save; answers the last step whose save it had begun. */
const killed = (folder: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const writer = fileURLToPath(new URL('./writer.ts', import.meta.url))
    const child = spawn(process.execPath, ['-C', '@heddle/source', '--import', 'tsx', writer, folder], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let said = ''
    let wrong = ''
    child.stderr.on('data', (d) => (wrong += d))
    child.stdout.on('data', (d) => {
      if (said === '') setTimeout(() => child.kill('SIGKILL'), 10 + 150 * Math.random())
      said += d
    })
    child.on('exit', (_, signal) =>
      signal === 'SIGKILL' ? resolve(Number(said.trim().split(' ').at(-1))) : reject(new Error(`the writer ended: ${wrong}`)),
    )
  })

it(`leaves whole steps when it is killed ${TIMES} times`, async () => {
  let halves = 0
  let left = TIMES
  const one = async (): Promise<void> => {
    const folder = await mkdtemp(join(tmpdir(), 'heddle-crash-'))
    folders.push(folder)
    let before = 0
    while (left-- > 0) {
      const begun = await killed(folder)
      halves += (await readdir(folder)).filter((name) => name.startsWith('.heddle-pending-')).length
      const manager = await CheckpointManager.open(fileStorage(folder))
      expect((await readdir(folder)).filter((name) => name.startsWith('.heddle-pending-'))).toEqual([])
      const latest = manager.latestStep() ?? 0
      // said when the one before was written
      expect(latest).toBeGreaterThanOrEqual(Math.max(before, begun - 1))
      for (const step of manager.allSteps()) {
        const state = (await manager.restore(step)) as { step: number; large: Tensor; small: Tensor[] }
        expect(state.step).toBe(step)
        for (const x of [state.large, ...state.small]) expect((x.dataSync() as Float32Array).every((v) => v === step)).toBe(true)
      }
      before = latest
      await manager.close()
    }
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, TIMES) }, one))
  // of many kills some come between the first byte and the last
  if (TIMES >= 30) expect(halves).toBeGreaterThan(0)
})
