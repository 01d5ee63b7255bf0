/** Checkpoints in folders: what is on the disk, who may write, what is damaged, and what systems say. */
import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, truncate, writeFile, mkdir } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import '@heddle/backend-tfjs/auto'
import { np, type Tensor } from '@heddle/func'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CheckpointManager } from '../manager/manager'
import { loadSafetensors } from '../safetensors/read'
import { fileStorage } from './files'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heddle-files-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))
const open = (options = {}) => CheckpointManager.open(fileStorage(folder), options)
const lockFile = () => join(folder, '.heddle-lock')

describe('a folder of checkpoints', () => {
  it('has a folder for each step, with safetensors and JSON that others read', async () => {
    const manager = await open({ stepPrefix: 'step', stepFormatFixedLength: 4, fileBytes: 40 })
    await manager.save(
      7,
      { params: { kernel: np.ones([2, 3]), bias: np.zeros([3], { dtype: 'bfloat16' }) }, epoch: 2 },
      { metrics: { loss: 1 } },
    )
    await manager.close()
    expect(await readdir(folder)).toEqual(['step_0007'])
    const files = await readdir(join(folder, 'step_0007'))
    expect(files.sort()).toEqual(['arrays-00001-of-00001.safetensors', 'checkpoint.json'])
    const arrays = loadSafetensors(await readFile(join(folder, 'step_0007', files[0]!)))
    expect(Array.from(arrays['params/kernel']!.dataSync() as Float32Array)).toEqual([1, 1, 1, 1, 1, 1])
    const json = JSON.parse(await readFile(join(folder, 'step_0007', 'checkpoint.json'), 'utf8'))
    expect([json.step, json.metrics, json.tree.epoch]).toEqual([7, { loss: 1 }, 2])
  })
  it('is spread over files of a size, and read by the next manager', async () => {
    const first = await open({ fileBytes: 100 })
    await first.save(1, { a: np.full([20], 1), b: np.full([20], 2), c: np.full([5], 3) })
    await first.save(2, { a: np.zeros([1]) })
    await first.close()
    const names = (await readdir(join(folder, '1'))).filter((n) => n.startsWith('arrays'))
    expect(names).toHaveLength(2)
    const second = await open()
    expect(second.allSteps()).toEqual([1, 2])
    const { a, b, c } = (await second.restore(1)) as Record<string, Tensor>
    expect([a, b, c].map((x) => (x!.dataSync() as Float32Array)[4])).toEqual([1, 2, 3])
    await second.close()
  })
  it('keeps what is removed in a folder of its own, where that is asked for', async () => {
    const manager = await open({ maxToKeep: 1, todeleteSubdir: 'gone' })
    await manager.save(1, {})
    await manager.save(2, {})
    await manager.close()
    expect([(await readdir(folder)).sort(), await readdir(join(folder, 'gone'))]).toEqual([['2', 'gone'], ['1']])
  })
  it('loses what a crash left, and nothing else', async () => {
    await mkdir(join(folder, '.heddle-pending-x'))
    await writeFile(join(folder, '.heddle-pending-x', 'a'), 'half')
    await mkdir(join(folder, 'notes'))
    const reader = await open({ readOnly: true })
    expect((await readdir(folder)).sort()).toEqual(['.heddle-pending-x', 'notes'])
    await reader.close()
    await (await open()).close()
    expect(await readdir(folder)).toEqual(['notes'])
  })
})

describe('who writes', () => {
  it('is one manager at a time; others may read', async () => {
    const first = await open()
    await expect(open()).rejects.toThrow(/another manager of this process writes to it: close that one first .* \(LOCKED\)/)
    await first.save(1, { n: 1 })
    await first.finished()
    const reader = await open({ readOnly: true })
    expect(await reader.restore()).toEqual({ n: 1 })
    await expect(reader.save(2, {})).rejects.toThrow(/only reads/)
    await first.close()
    await expect(first.save(2, {})).rejects.toThrow(/this manager is closed/)
    await (await open()).close()
  })
  it('is told of another process while that lives, and not of a dead one', async () => {
    const dead = spawnSync(process.execPath, ['-e', '']).pid
    const mine = { id: 'x', host: hostname(), began: null }
    await writeFile(lockFile(), JSON.stringify({ ...mine, pid: process.ppid }))
    await expect(open()).rejects.toThrow(new RegExp(`process ${process.ppid} writes to it: end that one first`))
    // the same number, but of a process that began at another time
    for (const owner of [
      { ...mine, pid: dead },
      { ...mine, pid: process.pid, began: '1' },
    ]) {
      await writeFile(lockFile(), JSON.stringify(owner))
      await (await open()).close()
    }
    await writeFile(lockFile(), JSON.stringify({ ...mine, host: 'elsewhere', pid: 1 }))
    await expect(open()).rejects.toThrow(/process 1 of elsewhere writes to it.*if it is dead, .*delete .*heddle-lock/)
  })
  it('is nobody where the one who came never wrote its name', async () => {
    await writeFile(lockFile(), '')
    await (await open()).close()
  })
})

describe('damage', () => {
  const save = async (): Promise<void> => {
    const manager = await open({ fileBytes: 200 })
    await manager.save(1, { n: 1, x: np.ones([30]) }, { metrics: { loss: 1 } })
    await manager.save(2, { n: 2, x: np.arange(30, { dtype: 'float32' }), y: np.ones([30]) }, { metrics: { loss: 2 } })
    await manager.close()
  }
  it('of a step is told with the step before it, which is as it was', async () => {
    await save()
    const cut = join(folder, '2', 'arrays-00002-of-00002.safetensors')
    await truncate(cut, 100)
    const manager = await open()
    expect(manager.latestStep()).toBe(2)
    await expect(manager.restore()).rejects.toThrow(
      /step 2\): arrays-00002.* has 100 bytes, .*the step before it is 1, which restore\(1\) reads/,
    )
    expect(await manager.restore(1)).toMatchObject({ n: 1 })
    await rm(cut)
    await expect(manager.restore()).rejects.toThrow(/the step before it is 1/)
    await rm(join(folder, '2', 'checkpoint.json'))
    await manager.reload()
    await expect(manager.restore()).rejects.toThrow(/the step before it is 1/)
    await manager.delete(2)
    expect(await manager.restore()).toMatchObject({ n: 1 })
    await manager.close()
  })
  it('is found wherever a bit is flipped', async () => {
    await save()
    const manager = await open()
    const good = await manager.restore(2)
    for (const name of await readdir(join(folder, '2'))) {
      const path = join(folder, '2', name)
      const bytes = await readFile(path)
      for (let at = 0; at < bytes.length; at += 3) {
        const bad = Buffer.from(bytes)
        bad[at]! ^= 1 << (at % 8)
        await writeFile(path, bad)
        const error: unknown = await manager.restore(2).then(
          (state) => {
            expect(show(state)).toEqual(show(good))
            return undefined
          },
          (e: unknown) => e,
        )
        if (error !== undefined) expect((error as Error).name).toBe('CheckpointError')
        // the header of safetensors is for others; here the manifest says where an array is
        if (name === 'checkpoint.json' || at > bytes.length - 100) expect(error).toBeDefined()
      }
      await writeFile(path, bytes)
    }
    await manager.close()
  })
  const show = (state: unknown): unknown => {
    const { x, y, n } = state as { x: Tensor; y: Tensor; n: number }
    return [Array.from(x.dataSync() as Float32Array), Array.from(y.dataSync() as Float32Array), n]
  }
})

describe('what systems refuse', () => {
  it('is a StorageError with what to do', async () => {
    await writeFile(join(folder, 'file'), '')
    const inFile = CheckpointManager.open(fileStorage(join(folder, 'file', 'runs')))
    await expect(inFile).rejects.toMatchObject({ name: 'StorageError', detail: { code: 'ENOTDIR' } })
    const manager = await open()
    await rm(folder, { recursive: true })
    await manager.save(1, {})
    await expect(manager.finished()).rejects.toMatchObject({ name: 'StorageError', detail: { code: 'ENOENT' } })
    expect(manager.allSteps()).toEqual([])
    await manager.close()
  })
})
