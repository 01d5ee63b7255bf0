/**
 * Reads before writes: a step that may write to a value in place comes after all steps that read the value and do not need what it writes.
 *
 * The order of a program is one of many. In a derivative the write often comes first: backwards, what was written is cleared, and what
 * stood there is read.
 */
import type { ValueId } from './graph'

interface Reading {
  readonly ins: readonly ValueId[]
  readonly outs: readonly ValueId[]
}
/** The steps in an order that keeps theirs but for that; `writes` says to which of its operands a step may write. */
export const readsFirst = <S extends Reading>(steps: readonly S[], writes: (step: S) => readonly ValueId[]): readonly S[] => {
  const writers = new Map<ValueId, S>()
  for (const s of steps) for (const id of writes(s)) writers.set(id, s)
  if (writers.size === 0) return steps
  const makers = new Map<ValueId, S>()
  for (const s of steps) for (const id of s.outs) makers.set(id, s)
  /** What was put before a step, beside what it reads. */
  const before = new Map<S, readonly S[]>()
  let order = steps
  for (const [id, writer] of writers) {
    const at = order.indexOf(writer)
    const rest = order.slice(at + 1)
    const readers = rest.filter((s) => s.ins.includes(id))
    if (readers.length === 0) continue
    const after = new Set([writer, ...rest])
    const needed = new Set(readers)
    for (const s of needed) {
      for (const x of s.ins) {
        const maker = makers.get(x)
        if (maker !== undefined && after.has(maker)) needed.add(maker)
      }
      for (const b of before.get(s) ?? []) if (after.has(b)) needed.add(b)
    }
    if (needed.has(writer)) continue
    before.set(writer, [...(before.get(writer) ?? []), ...readers])
    order = [...order.slice(0, at), ...rest.filter((s) => needed.has(s)), writer, ...rest.filter((s) => !needed.has(s))]
  }
  return order
}
