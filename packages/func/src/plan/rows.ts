/** Stacked arrays whose rows are still apart: how loops hand their slices to the next loop without copying them. */
import { type Aval, aval } from '../aval'
import { dtypes } from '../dtype'
import type { KernelBackend } from '../backend/backend'
import type { Held, Rows } from '../primitive'

class RowsOf<B> implements Rows<B> {
  readonly _tag = 'Rows'
  /** The joined array, once somebody needs it. */
  whole: B | undefined
  constructor(
    readonly items: readonly B[],
    readonly join: (items: readonly B[]) => B,
  ) {}
}
const isRows = <B>(x: Held<B>): x is RowsOf<B> => x instanceof RowsOf

/** The value as one buffer, which stays its own. */
export const wholeOf = <B>(_backend: KernelBackend<B>, x: Held<B>): B => {
  if (!isRows(x)) return x as B
  x.whole ??= x.join(x.items)
  return x.whole
}
export const releaseHeld = <B>(backend: KernelBackend<B>, x: Held<B>): void => {
  if (!isRows(x)) return backend.storage.release(x as B)
  for (const item of x.items) backend.storage.release(item)
  if (x.whole !== undefined) backend.storage.release(x.whole)
  x.whole = undefined
}
/** The value as one buffer in its place: rows that were joined are dropped. */
export const takeWhole = <B>(backend: KernelBackend<B>, x: Held<B>): B => {
  const whole = wholeOf(backend, x)
  if (isRows(x)) for (const item of x.items) backend.storage.release(item)
  return whole
}
/** Element `i` along the leading axis; for a joined array a kernel is prepared for each index, once. */
export const indexer = <B>(backend: KernelBackend<B>, type: Aval): ((x: Held<B>, i: number) => B) => {
  const [, ...rest] = type.shape
  const row = aval([1, ...rest], type.dtype)
  const drop = backend.kernels.reshape({ params: { newSizes: rest }, ins: [row], outs: [aval(rest, type.dtype)] })
  const slices: ((inputs: readonly B[]) => readonly B[])[] = []
  return (x, i) => {
    if (isRows(x)) return backend.storage.share(x.items[i]!)
    slices[i] ??= backend.kernels.slice({
      params: { startIndices: [i, ...rest.map(() => 0)], limitIndices: [i + 1, ...rest], strides: null },
      ins: [type],
      outs: [row],
    })
    const sliced = slices[i]!([x as B])[0]!
    const out = drop([sliced])[0]!
    backend.storage.release(sliced)
    return out
  }
}
/** Buffers as rows of an array, joined when need be. */
export const stacker = <B>(backend: KernelBackend<B>, type: Aval, length: number): ((buffers: readonly B[]) => Held<B>) => {
  const row = aval([1, ...type.shape], type.dtype)
  const out = aval([length, ...type.shape], type.dtype)
  if (length === 0) {
    const empty = (): B => backend.storage.upload({ shape: out.shape, dtype: out.dtype, data: new dtypes[out.dtype].storage(0) })
    return () => new RowsOf([], empty)
  }
  const lift = backend.kernels.reshape({ params: { newSizes: row.shape }, ins: [type], outs: [row] })
  const concatenate = backend.kernels.concatenate({ params: { dimension: 0 }, ins: new Array<Aval>(length).fill(row), outs: [out] })
  const join = (items: readonly B[]): B => {
    const rows = items.map((b) => lift([b])[0]!)
    const whole = concatenate(rows)[0]!
    for (const r of rows) backend.storage.release(r)
    return whole
  }
  return (buffers) => new RowsOf(buffers, join)
}
