/**
 * The hunt for what is not finite. Every operation by itself is looked at; a program is run as always, and only if something came out that is
 * hunted for it is run again on the same inputs, operation by operation, to say which one, in which module, on which line.
 */
import { usersLines } from '@heddle/tree'
import { ConcreteTensor } from '../array'
import { sizeOf } from '../aval'
import { dtypes, isFloating } from '../dtype'
import { BugError, FloatingPointError } from '../error'
import { withoutEffects } from '../ir/effects'
import type { Jaxpr } from '../ir/jaxpr'
import { currentHunt, currentOrigin } from '../origin'
import type { Interpreter } from '../primitive'
import { getElement } from '../scalar'
import type { Tensor } from '../tensor'
import { type Apply, applyBound, runWith } from './run'

type Found = 'nan' | 'inf'
/** What is hunted for in a tensor, if it is there. Errors: BackendError where the device reads only asynchronously. */
const foundIn = (x: Tensor): Found | undefined => {
  const { nans, infs } = currentHunt()
  if (!isFloating(x.aval.dtype) || x.size === 0) return undefined
  const { data, dtype } = (x as ConcreteTensor).hostSync()
  for (let i = 0; i < data.length; i++) {
    const value = getElement(data, i, dtype)
    if (nans && Number.isNaN(value)) return 'nan'
    if (infs && (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY)) return 'inf'
  }
  return undefined
}
/** Looks at the results of an operation. Errors: FloatingPointError. */
export const inspect = (name: string, xs: readonly Tensor[], results: readonly Tensor[]): void => {
  for (const y of results) {
    const found = foundIn(y)
    if (found === undefined) continue
    const { scope, stack } = currentOrigin()
    const line = stack === undefined ? undefined : usersLines(stack, 1)[0]
    const made = xs.every((x) => foundIn(x) !== found)
    throw new FloatingPointError(
      name,
      found,
      xs.map((x) => x.aval),
      made,
      { scope, line },
    )
  }
}

const nothingToTake = (): never => {
  throw new BugError('a step takes an operand that was not given to it')
}
/** Loops and branches turn by turn, on tensors; rows are cut and stacked on the host, where nobody looks at them. */
const turns: Interpreter<Tensor> = {
  program: (jaxpr) => (xs) => runWith(stepwise, jaxpr, xs),
  indexer:
    ({ shape: [, ...shape] }) =>
    (x, i) => {
      const { data, dtype } = (x as ConcreteTensor).hostSync()
      const n = sizeOf(shape)
      return ConcreteTensor.ofHost({ shape, dtype, data: data.subarray(i * n, (i + 1) * n) })
    },
  stacker:
    ({ shape, dtype }, length) =>
    (rows) => {
      const n = sizeOf(shape)
      const data = new dtypes[dtype].storage(length * n)
      rows.forEach((row, i) => (data as Float32Array).set((row as ConcreteTensor).hostSync().data as Float32Array, i * n))
      return ConcreteTensor.ofHost({ shape: [length, ...shape], dtype, data })
    },
  whole: (x) => x as Tensor,
  hold: (x) => x,
  share: (x) => x,
  release: () => undefined,
  read: (x) => {
    const { data, dtype } = (x as ConcreteTensor).hostSync()
    return getElement(data, 0, dtype)
  },
  lend: (x) => x,
  accept: (x) => x,
}
const stepwise: Apply = (e, xs) => {
  const { primitive } = e
  const params = e.params as never
  if (primitive.kind === 'call') return runWith(stepwise, primitive.program(params), xs)
  if (primitive.kind !== 'loop' && primitive.kind !== 'mark') return applyBound(e, xs)
  return primitive.interpret(
    params,
    turns,
    xs.map(() => false),
  )(xs, nothingToTake) as readonly Tensor[]
}
/** Looks at the results of a program. Errors: FloatingPointError, of the operation in it where that can be found. */
export const inspectProgram = (name: string, program: Jaxpr, xs: readonly Tensor[], results: readonly Tensor[]): void => {
  if (results.every((y) => foundIn(y) === undefined)) return
  runWith(stepwise, withoutEffects(program), xs)
  inspect(name, xs, results)
}
