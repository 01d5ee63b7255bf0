/**
 * Measurements of steps, read without waiting for each: those of some steps are stacked and read together, while the next steps run. One reading is
 * on its way at a time, so that memory stays flat.
 */
import { ArgumentError, dispose, isTensor, np, type Tensor, tidy } from '@heddle/func'
import { describe, isPlainObject } from '@heddle/func/options'

/** What a step measures: a loss, or scalars by their names. */
export type Measured = Tensor | Readonly<Record<string, Tensor>>

/** Errors: ArgumentError for what is no scalar. */
const scalars = (measured: unknown): Readonly<Record<string, Tensor>> => {
  const named = isTensor(measured) ? { loss: measured } : measured
  if (!isPlainObject(named))
    throw new ArgumentError('fit', `a step answers [state, loss] or [state, { loss, ... }], got ${describe(measured)} for the second`)
  for (const [name, x] of Object.entries(named))
    if (!isTensor(x) || x.size !== 1)
      throw new ArgumentError(
        'fit',
        `what a step measures are scalars: ${name} is ${isTensor(x) ? `of shape [${x.shape.join(',')}]; take its mean` : describe(x)}`,
      )
  return named as Readonly<Record<string, Tensor>>
}

/** The numbers of some steps. */
export interface Numbers {
  /** The last of them. */
  readonly step: number
  readonly each: Readonly<Record<string, readonly number[]>>
  /** When they were there, by `performance.now()`: the steps were done then. */
  readonly arrived: number
}
/** Scalars that are not read yet. */
export interface Window {
  add(measured: unknown): void
  readonly count: number
  /** Begins to read what was added, and forgets it. */
  read(step: number): Promise<Numbers>
  dispose(): void
}
export const window = (): Window => {
  let kept: Readonly<Record<string, Tensor>>[] = []
  return {
    add: (measured) => {
      kept.push(scalars(measured))
    },
    get count() {
      return kept.length
    },
    read: (step) => {
      const names = Object.keys(kept[0] ?? {})
      const stacks = names.map((name) => tidy(() => np.stack(kept.map((k) => k[name]!.reshape([])))))
      dispose(kept)
      kept = []
      return Promise.all(stacks.map((x) => x.data())).then((datas) => {
        const arrived = performance.now()
        dispose(stacks)
        return { step, arrived, each: Object.fromEntries(names.map((name, i) => [name, Array.from(datas[i]!, Number)])) }
      })
    },
    dispose: () => {
      dispose(kept)
      kept = []
    },
  }
}
/** Scalars as numbers; others are left out. */
export const numbersOf = async (values: Readonly<Record<string, unknown>>): Promise<Record<string, number>> => {
  const out: Record<string, number> = {}
  for (const [name, x] of Object.entries(values)) {
    if (typeof x === 'number') out[name] = x
    else if (isTensor(x) && x.size === 1) out[name] = Number((await x.data())[0])
  }
  return out
}
export const meansOf = (each: Numbers['each']): Record<string, number> =>
  Object.fromEntries(Object.entries(each).map(([name, xs]) => [name, xs.reduce((a, b) => a + b, 0) / xs.length]))
