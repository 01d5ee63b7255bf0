/** The file that Flax wrote, and what it said of it. */
import { readFileSync } from 'node:fs'
import { fromBytes } from '@heddle/checkpoint'
import { np, random } from '@heddle/func'
import type * as nn from '@heddle/linen'
import facts from '../flax/facts.json'
import { model, optimizer, type State } from './classifier'

export const flaxBytes = (): Uint8Array => readFileSync(new URL('../flax/state.msgpack', import.meta.url))

/** A state of the structure that the file should have: only its shapes and dtypes are used. */
export const fresh = (): State => {
  const { params, batch_stats } = model.init(random.key(0), [np.zeros([1, 2]), false]) as {
    readonly params: nn.Params
    readonly batch_stats: nn.Params
  }
  return { params, batch_stats, opt_state: optimizer.init(params), step: 0 }
}
/** Errors: CheckpointError, with the first path where a file is not of this model. */
export const readState = (bytes: Uint8Array): State => fromBytes(fresh(), bytes)

/** Points and labels, Flax's scores of them, and the losses of three steps more in Flax. */
export const flaxSaid = () => ({
  points: np.array(facts.points),
  labels: np.array(facts.labels, 'int32'),
  logits: np.array(facts.logits),
  lossesAfter: facts.lossesAfter,
})
