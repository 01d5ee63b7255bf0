/** Which steps are saved and kept, beside orbax's CheckpointManager with the same options. */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { CheckpointManager, memoryStorage } from '../src/index'

interface Case {
  readonly options: {
    readonly maxToKeep?: number
    readonly keepPeriod?: number
    readonly saveIntervalSteps?: number
    readonly saveOnSteps?: readonly number[]
    readonly best?: 'max' | 'min'
    readonly keepCheckpointsWithoutMetrics?: boolean
  }
  readonly calls: readonly { readonly step: number; readonly force: boolean; readonly loss?: number }[]
  readonly after: readonly {
    readonly saved: boolean
    readonly all: readonly number[]
    readonly latest: number | null
    readonly best: number | null
  }[]
}
const { cases } = JSON.parse(readFileSync(new URL('./data/orbax.json', import.meta.url), 'utf8')) as {
  readonly cases: readonly Case[]
}

it.each(cases.map((c, i) => [i, c] as const))('as orbax, case %i', async (_, { options: { best, ...options }, calls, after }) => {
  const byLoss = best === undefined ? {} : { bestFn: (m: { readonly loss: number }) => m.loss, bestMode: best }
  const manager = await CheckpointManager.open<{ readonly loss: number }>(memoryStorage(), { ...options, ...byLoss })
  for (const [i, { step, force, loss }] of calls.entries()) {
    const saved = await manager.save(step, { step }, { force, ...(loss === undefined ? {} : { metrics: { loss } }) })
    await manager.finished()
    expect({ saved, all: manager.allSteps(), latest: manager.latestStep(), best: manager.bestStep() }, `call ${i}`).toEqual(after[i])
  }
})
