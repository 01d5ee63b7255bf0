/**
 * Sums with an array that is zero but for what was written to it: the other operand, with that added in its place.
 *
 * The gradient of what a loop reads of an array is such an array at each turn, so that turns would cost the array and not what they read.
 */
import { type Aval, aval } from '../aval'
import type { KernelBackend } from '../backend/backend'
import { onlyLive } from '../ir/dce'
import type { Step } from '../primitive'
import { isDone, type Planned } from './fuse'
import type { Graph, Node, ValueId } from './graph'
import { wholeOf } from './rows'

export const sumsInPlace = <B>(steps: readonly Planned<B>[], graph: Graph): readonly Planned<B>[] => {
  if (!steps.some((s) => s._tag === 'Node' && s.node.primitive.name === 'add_any')) return steps
  const makers = new Map<ValueId, Node>()
  const uses = new Map<ValueId, number>()
  for (const s of steps) {
    if (s._tag === 'Node') for (const o of s.outs) makers.set(o, s.node)
    for (const i of s.ins) uses.set(i, (uses.get(i) ?? 0) + 1)
  }
  for (const o of graph.outputs) uses.set(o, (uses.get(o) ?? 0) + 1)
  const isZeros = (id: ValueId): boolean => {
    const m = makers.get(id)
    const l = m?.primitive.name === 'broadcast_in_dim' ? graph.literals.get(m.ins[0]!) : undefined
    return l !== undefined && Number(l.value) === 0
  }
  /** Zero but for what was written, and read by nobody else. */
  const isSparse = (id: ValueId): boolean => {
    const m = makers.get(id)
    if (m === undefined || uses.get(id) !== 1) return false
    const { name } = m.primitive
    if (name === 'add_any') return m.ins.every(isSparse)
    return (name === 'dynamic_update_slice' || name === 'scatter-add') && isZeros(m.ins[0]!)
  }
  /** `out = base + term`; in between, sums take the places of what they replace. */
  const added = (base: ValueId, term: ValueId, out: ValueId): readonly Planned<B>[] => {
    const { primitive, params, ins, scope } = makers.get(term)!
    if (primitive.name === 'add_any') return [...added(base, ins[0]!, term), ...added(term, ins[1]!, out)]
    const operands = [base, ...ins.slice(1)]
    if (primitive.name === 'scatter-add')
      return [{ _tag: 'Node', node: { primitive, params, ins: operands, outs: [out], scope }, ins: operands, outs: [out] }]
    return [{ _tag: 'AddSlice', ins: operands, outs: [out], scope }]
  }
  const replaced = new Set<ValueId>()
  const rewritten = new Map<Planned<B>, readonly Planned<B>[]>()
  for (const s of [...steps].reverse()) {
    if (s._tag !== 'Node' || s.node.primitive.name !== 'add_any' || replaced.has(s.outs[0]!)) continue
    const [x, y] = s.ins as readonly [ValueId, ValueId]
    const term = isSparse(y) ? y : isSparse(x) ? x : undefined
    if (term === undefined) continue
    const mark = (id: ValueId): void => {
      replaced.add(id)
      const m = makers.get(id)!
      if (m.primitive.name === 'add_any') m.ins.forEach(mark)
    }
    mark(term)
    rewritten.set(s, added(term === y ? x : y, term, s.outs[0]!))
  }
  const all = steps.flatMap((s) => (s.outs.some((o) => replaced.has(o)) ? [] : (rewritten.get(s) ?? [s])))
  return rewritten.size === 0 ? steps : onlyLive(all, new Set(graph.outputs), isDone)
}

/** x, update and starts: x with the update added where `dynamic_update_slice` would put it. */
export const prepareAddSlice = <B>(backend: KernelBackend<B>, [x, update, ...starts]: readonly Aval[], isGiven: boolean): Step<B> => {
  const { kernels, inPlace, storage } = backend
  const part = aval(update!.shape, update!.dtype)
  const read = kernels.dynamic_slice({ params: { sliceSizes: part.shape }, ins: [x!, ...starts], outs: [part] })
  const add = kernels.add_any({ params: {}, ins: [part, update!], outs: [part] })
  const call = { params: {}, ins: [x!, part, ...starts], outs: [x!] }
  const copying = kernels.dynamic_update_slice(call)
  const write = isGiven ? inPlace?.kernels.dynamic_update_slice?.(call) : undefined
  return (inputs, take) => {
    const [whole, term, ...at] = inputs.map((b) => wholeOf(backend, b)) as [B, B, ...B[]]
    const [old] = read([whole, ...at]) as [B]
    let sum: B
    try {
      sum = add([old, term])[0]!
    } finally {
      storage.release(old)
    }
    try {
      if (write === undefined || !inPlace!.owns(whole)) return copying([whole, sum, ...at])
      write([whole, sum, ...at])
      return [take(0)]
    } finally {
      storage.release(sum)
    }
  }
}
