/** Arrays over the devices of a mesh: saved part by part, and restored onto another mesh, onto one device, and from one onto a mesh. */
import { type PjrtBackend, findPlugin, pjrt } from '@heddle/backend-pjrt'
import { devicePut, np, placementOf, setDefaultBackend, type Tensor } from '@heddle/func'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { CheckpointManager, type CheckpointStorage, loadSafetensors, memoryStorage } from '../src/index'

const missing = ((): string | undefined => {
  try {
    findPlugin()
    return undefined
  } catch (e) {
    return (e as Error).message
  }
})()
if (missing !== undefined) console.warn(`arrays over devices are not tried: ${missing}`)
const hasPlugin = missing === undefined
const mesh = { axes: { data: 2, model: 4 } }
const on = (...axes: (string | null)[]) => ({ mesh, spec: { axes } })
const values = (x: Tensor): number[] => Array.from(x.dataSync() as Float32Array)
const dims = (x: Tensor) => placementOf(x)?.spec.axes

describe.skipIf(!hasPlugin)('arrays over devices', () => {
  let xla: PjrtBackend
  let storage: CheckpointStorage
  const data = Array.from({ length: 96 }, (_, i) => i)
  beforeAll(async () => {
    xla = await pjrt({ cache: null, clientOptions: { cpu_device_count: 8 } })
    setDefaultBackend(xla)
    storage = memoryStorage()
    const x = np.array(new Float32Array(data)).reshape([8, 12])
    const manager = await CheckpointManager.open(storage)
    const state = { both: devicePut(x, on('data', 'model')), rows: devicePut(x, on('model')), copies: devicePut(x, on()), one: x.add(0) }
    // the whole of an array that is over devices is never asked for
    const whole = vi.spyOn(xla.storage, 'download')
    await manager.save(1, state)
    for (const y of Object.values(state)) y.dispose()
    await manager.finished()
    expect(whole.mock.calls.filter(([, aval]) => aval.shape.length === 2)).toHaveLength(1)
    whole.mockRestore()
    await manager.close()
  })
  it('are saved as their parts, each once', async () => {
    const bytes = await storage.read(
      '1',
      'arrays-00001-of-00001.safetensors',
      0,
      await storage.size('1', 'arrays-00001-of-00001.safetensors'),
    )
    const arrays = loadSafetensors(bytes)
    expect(Object.keys(arrays).filter((n) => n.startsWith('both'))).toHaveLength(8)
    expect(
      Object.keys(arrays)
        .filter((n) => !n.startsWith('both'))
        .sort(),
    ).toEqual(['copies', 'one', ...[0, 2, 4, 6].map((r) => `rows[${r}:${r + 2},0:12]`)])
    expect(values(arrays['both[4:8,3:6]']!)).toEqual([51, 52, 53, 63, 64, 65, 75, 76, 77, 87, 88, 89])
  })
  it('are restored onto another mesh, by blocks, and onto one device', async () => {
    const manager = await CheckpointManager.open(storage, { readOnly: true })
    const type = { shape: [8, 12], dtype: 'float32' } as const
    const like = { both: type, rows: type, copies: type, one: type }
    const back = await manager.restore(1, like, {
      shardings: { both: on('model', 'data'), rows: on(null, 'data'), copies: null, one: on('data', 'model') },
    })
    expect([dims(back.both), dims(back.rows), dims(back.copies), dims(back.one)]).toEqual([
      [['model'], ['data']],
      [[], ['data']],
      undefined,
      [['data'], ['model']],
    ])
    for (const x of Object.values(back)) expect(values(x)).toEqual(data)
    const smaller = { mesh: { axes: { a: 3 } }, spec: { axes: [null, 'a'] } }
    const onThree = await manager.restore(1, like, { shardings: smaller })
    expect(values(onThree.both.add(1))).toEqual(data.map((v) => v + 1))
    for (const x of Object.values((await manager.restore(1)) as typeof back)) expect([values(x), dims(x)]).toEqual([data, undefined])
  })
  it('lie as what they are restored into', async () => {
    const manager = await CheckpointManager.open(storage, { readOnly: true })
    const like = { both: devicePut(np.zeros([8, 12]), on(null, 'model')) }
    const { both } = await manager.restore(1, like, { extra: 'ignore' })
    expect([dims(both), values(both)]).toEqual([[[], ['model']], data])
  })
  it('are refused where a spec does not fit, and then nothing is left', async () => {
    const manager = await CheckpointManager.open(storage, { readOnly: true })
    const like = { rows: { shape: [8, 12], dtype: 'float32' }, both: { shape: [8, 12], dtype: 'float32' } } as const
    const before = xla.storage.memory().buffers
    const bad = { mesh: { axes: { a: 5 } }, spec: { axes: ['a'] } }
    const restoring = manager.restore(1, like, { extra: 'ignore', shardings: { both: on('data'), rows: bad } })
    await expect(restoring).rejects.toThrow(/axis 0 of size 8 does not divide by 5/)
    expect(xla.storage.memory().buffers).toBe(before)
  })
  it('are restored to the bit after their buffers were given away', async () => {
    const { jit } = await import('@heddle/func')
    const double = jit((x: Tensor) => x.mul(2), { donateArgnums: 0 })
    const manager = await CheckpointManager.open(memoryStorage())
    for (const placed of [
      devicePut(np.array(new Float32Array(data)).reshape([8, 12]), on('data')),
      np.array(new Float32Array(data)).reshape([8, 12]).add(0),
    ]) {
      const step = (manager.latestStep() ?? 0) + 1
      const saving = manager.save(step, { x: placed })
      expect(values(double(placed))).toEqual(data.map((v) => 2 * v))
      await saving
      expect(values(((await manager.restore(step)) as { x: Tensor }).x)).toEqual(data)
    }
  })
})
