import { tfjs } from '@heddle/backend-tfjs'
import { dispose, getDefaultBackend, np, random, setDefaultBackend, type Tensor, tree } from '@heddle/func'
import { describe, expect, it } from 'vitest'
import { CharLM, countParameters } from './model'
import { makeTrainer } from './train'

describe.each(['wasm', 'cpu'] as const)('training on %s', (flavour) => {
  it('learns, and keeps memory flat over 1,000 steps without a dispose of parameters', async () => {
    setDefaultBackend(await tfjs({ demand: flavour }))
    const model = new CharLM({ vocabulary: 5, hidden: 4, layers: 2 })
    const trainer = makeTrainer(model, 1e-2)
    const inputs = np.array(
      [
        [0, 1, 2],
        [2, 3, 4],
      ],
      { dtype: 'int32' },
    )
    const targets = np.array(
      [
        [1, 2, 3],
        [3, 4, 0],
      ],
      { dtype: 'int32' },
    )
    let state = trainer.start(model.init(random.key(0), [inputs, null]))
    expect(countParameters(tree.leaves(state.params) as Tensor[])).toBe(5 * 4 + 2 * (4 * 4 * 4 * 2 + 4 * 4) + 4 * 5 + 5)
    const losses: number[] = []
    const turn = (): void => {
      const [next, loss] = trainer.step(state, inputs, targets)
      state = next
      losses.push(Number(loss.item()))
      loss.dispose()
    }
    turn()
    turn()
    const { storage } = getDefaultBackend()
    const { buffers, bytes } = storage.memory()
    for (let i = 0; i < 1000; i++) turn()
    expect(storage.memory()).toEqual({ buffers, bytes })
    expect(losses.at(-1)!).toBeLessThan(losses[0]! / 4)
    dispose(state)
  }, 120_000)
})
