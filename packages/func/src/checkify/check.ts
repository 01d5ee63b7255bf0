/** Conditions that must hold: an error where they are computed, or, under `checkify`, a value. */
import { apart, fieldsOf } from '../debug/callback'
import { deliver } from '../debug/delivery'
import { fill, piecesOf, Shown } from '../debug/format'
import type { HostArray } from '../backend/backend'
import { ArgumentError, CheckError } from '../error'
import { asTensor } from '../numpy/promote'
import { currentScope } from '../origin'
import { checkCall } from '../primitives/callback'
import { convert } from '../primitives/structural'
import type { Tensor } from '../tensor'

/** How a check writes its message, by what its primitive calls. */
const sentences = new WeakMap<object, (values: readonly HostArray[]) => string>()
export const sentenceOf = (callback: object): ((values: readonly HostArray[]) => string) => sentences.get(callback)!

/**
 * `pred`, a scalar bool, must hold. Under `checkify` a failure is a value that comes out beside the result; elsewhere it is a CheckError, also
 * out of a compiled program. `{}` and `{name}` in the message stand for values, as in `debug.print`.
 * Errors: CheckError; ArgumentError for a predicate that is no scalar, and for fields without values. Source: jax.experimental.checkify.check.
 */
export const check = (pred: Tensor | boolean, message: string, ...values: readonly unknown[]): void => {
  if (typeof message !== 'string') throw new ArgumentError('check', "the second argument is the message, check(x.greater(0), 'x is {}', x)")
  const p = convert(asTensor(pred, 'check'), 'bool')
  if (p.ndim > 0) throw new ArgumentError('check', `the predicate must be a scalar, got shape [${p.shape.join()}]; use np.all or np.any`)
  const pieces = piecesOf('check', message)
  const read = fieldsOf('check', message, pieces, values)
  const [tensors, together] = apart(values)
  const sentence = (hosts: readonly HostArray[]): string =>
    fill(pieces, read(together(hosts.map((h) => new Shown(h))) as readonly unknown[]))
  const scope = currentScope()
  const call = (xs: readonly Tensor[]): void =>
    deliver(xs, ([holds, ...hosts]) => {
      if (Number(holds!.data[0]) === 0) throw new CheckError(sentence(hosts), scope)
    })
  sentences.set(call, sentence)
  checkCall([p, ...tensors], call, JSON.stringify(message))
}
