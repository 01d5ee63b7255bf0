/** Programs: well typed under every transformation, printable, equal to what they were made of, and clean of memory. */
import type { ConcreteTensor } from '../../array'
import { printJaxpr } from '../../ir/print'
import { typecheckProgram } from '../../ir/typecheck'
import { run } from '../../interpreters/run'
import { fullOf, literal } from '../../literal'
import { dynamicUpdateSlice } from '../../primitives/indexing'
import { rev } from '../../primitives/layout'
import type { Tensor } from '../../tensor'
import { mustAgree, type Plain, plainsOf, tensorOf } from '../data'
import { checkpoint, jit, jitDonating, makeJaxpr, vmap } from '../engine'
import { batch, type Fn, type Law } from '../trial'
import { jvpAt, parts, vjpAt } from './derivative'

const wellTyped = (f: Fn, xs: readonly Tensor[], what: string): void => {
  try {
    const { jaxpr, consts } = makeJaxpr(f, xs)
    typecheckProgram(
      jaxpr,
      [...consts, ...xs].map((x) => x.aval),
    )
    const text = printJaxpr(jaxpr)
    if (!text.includes('lambda')) throw new Error(`it prints as ${text}`)
  } catch (e) {
    throw new Error(`the program of ${what}: ${(e as Error).message}`, { cause: e })
  }
}

export const programsAreWellTyped: Law = async (trial) => {
  const { f, row, tolerance } = trial
  const xs = trial.example(0).map(tensorOf)
  wellTyped(f, xs, 'f')
  wellTyped(jit(f), xs, 'jit')
  wellTyped(checkpoint(f), xs, 'checkpoint')
  const { jaxpr, consts } = makeJaxpr(f, xs)
  mustAgree(await plainsOf(run(jaxpr, [...consts, ...xs])), await plainsOf(f(...xs)), tolerance.same, 'the program run')
  if (row.operands.length > 0) {
    const at = row.operands.map((_, i) => i)
    const many = batch(trial, 3, at, () => 0).map(tensorOf)
    wellTyped(
      vmap(
        f,
        at.map(() => 0),
        0,
      ),
      many,
      'vmap',
    )
    wellTyped(
      vmap(
        jit(f),
        at.map(() => 0),
        0,
      ),
      many,
      'vmap of jit',
    )
  }
  if (row.order === 0) return
  for (const { g, xs: ys, what } of parts(trial)) {
    const outs = await plainsOf(g(...ys.map(tensorOf)))
    const one = (direction: readonly Plain[]): Tensor[] => [...ys, ...trial.direction(direction)].map(tensorOf)
    if (row.modes !== 'reverse') wellTyped(jvpAt(g, ys.length), one(ys), `jvp ${what}`)
    if (row.modes !== 'forward') wellTyped(vjpAt(g, ys.length), one(outs), `vjp ${what}`)
    if (row.modes !== 'forward') wellTyped(vjpAt(jit(g), ys.length), one(outs), `vjp of jit ${what}`)
    if (row.modes !== 'forward') wellTyped(vjpAt(checkpoint(g), ys.length), one(outs), `vjp of checkpoint ${what}`)
  }
}

/** A compiled program holds, once run, no more memory than its results. */
export const programsLeaveNothing: Law = async ({ f, backend, example }) => {
  const xs = example(0).map(tensorOf)
  const g = jit(f)
  const dispose = (outs: readonly Tensor[]): void => outs.forEach((o) => (o as ConcreteTensor).dispose())
  dispose(g(...xs))
  const before = backend.storage.memory().buffers
  const outs = g(...xs)
  await plainsOf(outs)
  dispose(outs)
  const after = backend.storage.memory().buffers
  // the collector may free old buffers meanwhile, so there may be fewer
  if (after > before) throw new Error(`a run leaves ${after - before} buffers behind`)
}

/** The same numbers, made by a kernel. */
const computed = (x: ConcreteTensor): ConcreteTensor => {
  if (x.ndim === 0) return x
  const turned = rev(x, { dimensions: [0] }) as ConcreteTensor
  const back = rev(turned, { dimensions: [0] }) as ConcreteTensor
  for (const y of [x, turned]) y.dispose()
  return back
}
const overwrite = jitDonating(
  (x) => [
    dynamicUpdateSlice(
      x,
      fullOf(1, x.shape, x.dtype),
      x.shape.map(() => literal(0, 'int32')),
    ),
  ],
  0,
)
/** What a kernel makes is nobody else's: who may write to it, as the program that it is given away to, changes nothing but it. */
export const resultsAreTheirOwn: Law = async ({ f, example }) => {
  const xs = example(0).map(tensorOf)
  const was = await plainsOf(xs)
  const outs = f(...xs)
  const want = await plainsOf(outs)
  for (const o of new Set(outs)) if (!xs.includes(o)) for (const y of overwrite(o)) (y as ConcreteTensor).dispose()
  mustAgree(await plainsOf(xs), was, 0, 'an operand, after its result was overwritten')
  mustAgree(await plainsOf(f(...xs)), want, 0, 'the same again, after the first result was overwritten')
}

/** An operand that is given away can't be used any more, its memory is free, and the results are the same. */
export const donationChangesNothing: Law = async ({ f, backend, example, tolerance }) => {
  const inputs = example(0)
  if (inputs.length === 0) return
  const want = await plainsOf(f(...inputs.map(tensorOf)))
  const g = jitDonating(f, 0)
  for (let k = 0; k < 3; k++) {
    const xs = inputs.map(tensorOf) as ConcreteTensor[]
    // what a kernel made may be written to where it is
    if (k === 2) xs[0] = computed(xs[0]!)
    for (const x of xs) x.bufferOn(backend)
    const before = backend.storage.memory().buffers
    const outs = g(...xs)
    mustAgree(await plainsOf(outs), want, tolerance.same, 'with the first operand donated')
    if (!xs[0]!.isDisposed) throw new Error('the donated operand is still there')
    const other = xs.findIndex((x, i) => i > 0 && x.isDisposed)
    if (other > 0) throw new Error(`operand ${other} is gone, which was not donated`)
    for (const o of outs) (o as ConcreteTensor).dispose()
    // the first run may keep constants of the program
    const left = backend.storage.memory().buffers - before
    if (k > 0 && left >= 0) throw new Error(`the memory of the donated operand is not free: ${left} more buffers than before`)
  }
}
