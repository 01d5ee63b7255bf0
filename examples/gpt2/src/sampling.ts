/** Choosing the next token: the likeliest, or a draw from what temperature, top-k and top-p leave. */
import { lax, nn, np, random, type Tensor } from '@heddle/func'

export interface Sampling {
  /** Divides the scores; 0 takes the likeliest token. */
  readonly temperature?: number
  /** Only so many of the likeliest tokens. */
  readonly topK?: number | undefined
  /** Only the likeliest tokens that together have this probability (Holtzman et al. 2019), one at least. */
  readonly topP?: number | undefined
}

const smallestOf = (x: Tensor): Tensor => np.min(x, { axis: -1, keepdims: true })

/** The scores with minus infinity for what is not to be drawn, and divided by the temperature. `[..., vocabulary]` */
export const warp = (logits: Tensor, { temperature = 1, topK, topP = 1 }: Sampling): Tensor => {
  const scaled = logits.div(temperature)
  const k = topK === undefined ? undefined : Math.min(topK, logits.shape.at(-1)!)
  const few = k === undefined ? scaled : np.where(scaled.less(smallestOf(lax.topK(scaled, k)[0])), -Infinity, scaled)
  if (topP >= 1) return few
  const sorted = np.flip(np.sort(few), -1)
  const p = nn.softmax(sorted)
  // what the likelier ones have together is not enough yet
  const kept = np.cumsum(p, { axis: -1 }).sub(p).less(topP)
  return np.where(few.less(smallestOf(np.where(kept, sorted, Infinity))), -Infinity, few)
}
/** The next token of each row. `[..., vocabulary]` -> `[...]` int32. */
export const sample = (key: Tensor, logits: Tensor, sampling: Sampling): Tensor =>
  sampling.temperature === 0 ? np.argmax(logits, -1).astype('int32') : random.categorical(key, warp(logits, sampling)).astype('int32')
