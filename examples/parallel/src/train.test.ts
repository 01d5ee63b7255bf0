import { pjrt } from '@heddle/backend-pjrt'
import { setDefaultBackend } from '@heddle/func'
import { describe, expect, it } from 'vitest'
import { train } from './train'

const backend = await pjrt({ cache: null, clientOptions: { cpu_device_count: 4 } }).catch((e: Error) => {
  console.warn(`the example of parallel training is skipped: ${e.message}`)
  return undefined
})

describe.skipIf(backend === undefined)('a transformer', () => {
  it('learns the same over any mesh', async () => {
    setDefaultBackend(backend!)
    const one = await train({ axes: {} }, 6)
    expect(one.at(-1)!).toBeLessThan(one[0]! - 0.3)
    for (const axes of [{ data: 4 }, { model: 4 }, { data: 2, model: 2 }]) {
      const losses = await train({ axes }, 6)
      losses.forEach((l, i) => expect(Math.abs(l - one[i]!), JSON.stringify(axes)).toBeLessThan(1e-3))
    }
  }, 300_000)
})
