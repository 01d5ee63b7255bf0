/** Training that is interrupted and taken up by another process ends at the same bits. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { memoryStorage } from '../src/index'
import { fileStorage } from '../src/node/index'
import { train } from './trainer'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heddle-resume-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

it('goes on in another process to the same bits', async () => {
  const whole = await train(memoryStorage(), 10)
  const half = await train(fileStorage(folder), 5)
  expect(half).not.toBe(whole)
  const program = ['-C', '@heddle/source', '--import', 'tsx', fileURLToPath(new URL('./trainer.ts', import.meta.url)), folder, '10']
  const { stdout } = await promisify(execFile)(process.execPath, program, { maxBuffer: 2 ** 24 })
  expect(JSON.parse(stdout)).toEqual(JSON.parse(whole))
})
