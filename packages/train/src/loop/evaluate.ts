/** A metric over data. */
import { dispose, type Synchronous, type Tensor, tidy, tree } from '@heddle/func'
import type { Metric } from '../metrics/metric'
import { release } from './release'

/**
 * What a metric comes to over all batches of data. `outputs` answers what the model makes of a batch, `{ logits, labels }` or so, and is best
 * compiled, `metric.fromModelOutput` included. Reads nothing before the end.
 *
 * @example
 * const data = fromArrays({ x, label: y }).batch(100)
 * const accuracy = await evaluate(Accuracy, data, (batch) => Accuracy.fromModelOutput({ logits: model.apply(params, [batch.x]), labels: batch.label }))
 */
export const evaluate = async <B, V, R>(
  metric: Metric<never, V, R>,
  data: Iterable<B> | AsyncIterable<B>,
  valueOf: (batch: B) => V,
): Promise<R> => {
  let value = metric.empty()
  for await (const batch of data) {
    const [before, next] = [value, valueOf(batch)]
    value = tidy<V>(() => metric.merge(before, next) as Synchronous<V>)
    release(batch)
    // a merge may keep tensors of what it was given
    const kept = new Set(tree.leaves(value))
    dispose((tree.leaves([before, next]) as Tensor[]).filter((x) => !kept.has(x)))
  }
  const result = tidy<R>(() => metric.compute(value) as Synchronous<R>)
  dispose(value)
  return result
}
