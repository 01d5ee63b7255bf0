import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hostBackend } from '@heddle/backend-host'
import { np, random, setDefaultBackend, type Tensor, tree } from '@heddle/func'
import { expect, it } from 'vitest'
import { readRun, restoreState, saveRun } from './save'

it('a saved run is read as it was', async () => {
  setDefaultBackend(hostBackend())
  const state = { params: { w: random.normal(random.key(0), [7, 5]), b: [np.array([1, 2, 3])] }, count: np.array(3, { dtype: 'int32' }) }
  const file = join(mkdtempSync(join(tmpdir(), 'char-lm-')), 'run.msgpack')
  await saveRun(file, { settings: { hidden: 1, layers: 1 }, vocabulary: ['a'], step: 3, losses: [[1, 2]], state })
  const saved = readRun(file)
  expect(saved.step).toBe(3)
  const restored = restoreState(file, saved.state, state)
  tree.leaves(state).forEach((x, i) => {
    const y = tree.leaves(restored)[i] as Tensor
    expect([y.shape, y.dtype, Array.from(y.dataSync() as Float32Array)]).toEqual([
      (x as Tensor).shape,
      (x as Tensor).dtype,
      Array.from((x as Tensor).dataSync() as Float32Array),
    ])
  })
  expect(() => restoreState(file, saved.state, { params: { w: np.zeros([2]) } })).toThrow(/is \[7,5\] there and \[2\] in this model/)
})
