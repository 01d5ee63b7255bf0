/** Finds combinations of kernels that a backend can do in one: matrix product, bias and activation. */
import type { Aval } from '../aval'
import type { Activation, KernelBackend } from '../backend/backend'
import { onlyLive } from '../ir/dce'
import { isEffect } from '../ir/effects'
import type { Literal } from '../ir/jaxpr'
import type { ParamsOf } from '../table'
import type { Graph, Node, ValueId } from './graph'

interface Values {
  readonly ins: readonly ValueId[]
  readonly outs: readonly ValueId[]
}
export type Planned<B> = Values &
  (
    | { readonly _tag: 'Node'; readonly node: Node }
    | { readonly _tag: 'Fused'; readonly run: (inputs: readonly B[]) => readonly B[]; readonly scope: string }
    /** An array, an update and starts: the array with the update added there (`sums.ts`). */
    | { readonly _tag: 'AddSlice'; readonly scope: string }
  )
/** Whether it is there for what it does. */
export const isDone = <B>(step: Planned<B>): boolean => step._tag === 'Node' && isEffect(step.node)
const plainOf = <B>(node: Node): Planned<B> => ({ _tag: 'Node', node, ins: node.ins, outs: node.outs })

/** A product of [m, k] and [k, n] with a bias along n, and what comes after; the ids of the values in between. */
interface Dense {
  readonly x: ValueId
  readonly w: ValueId
  readonly bias: ValueId | undefined
  readonly activation: Activation
  readonly out: ValueId
  readonly nodes: readonly Node[]
}
const activations: Readonly<Record<string, Activation>> = { logistic: 'logistic', tanh: 'tanh' }
const isZero = (l: Literal | undefined): boolean => l !== undefined && Number(l.value) === 0

export const fuse = <B>(backend: KernelBackend<B>, graph: Graph): readonly Planned<B>[] => {
  const plain = graph.nodes.map((node) => plainOf<B>(node))
  const dense = backend.fused?.dense
  if (!dense) return plain
  const { types, literals } = graph
  const producer = new Map<ValueId, Node>()
  const uses = new Map<ValueId, Node[]>()
  for (const n of graph.nodes) {
    for (const o of n.outs) producer.set(o, n)
    for (const i of new Set(n.ins)) uses.set(i, [...(uses.get(i) ?? []), n])
  }
  const outputs = new Set(graph.outputs)
  const onlyUse = (id: ValueId): Node | undefined => (outputs.has(id) || uses.get(id)?.length !== 1 ? undefined : uses.get(id)![0])
  /** The vector of n that `id` repeats along the last axis of [m, n]. */
  const biasOf = (id: ValueId, n: number): ValueId | undefined => {
    const b = producer.get(id)
    if (b?.primitive.name !== 'broadcast_in_dim') return undefined
    const source = types[b.ins[0]!]!
    const dims = (b.params as ParamsOf['broadcast_in_dim']).broadcastDimensions
    if (source.shape.length === 1) return source.shape[0] === n && dims[0] === 1 ? b.ins[0] : undefined
    if (source.shape.length === 2 && source.shape[0] === 1 && source.shape[1] === n) {
      const inner = producer.get(b.ins[0]!)
      return inner && ['reshape', 'broadcast_in_dim'].includes(inner.primitive.name) && types[inner.ins[0]!]!.shape.length === 1
        ? inner.ins[0]
        : undefined
    }
    return undefined
  }
  const match = (dot: Node): Dense | undefined => {
    const [x, w] = dot.ins
    const [tx, tw] = [types[x!]!, types[w!]!]
    const [[lc, rc]] = (dot.params as ParamsOf['dot_general']).dimensionNumbers
    if (tx.shape.length !== 2 || tw.shape.length !== 2 || lc[0] !== 1 || rc[0] !== 0 || lc.length !== 1 || tx.dtype !== 'float32')
      return undefined
    const n = tw.shape[1]!
    const nodes: Node[] = [dot]
    let out = dot.outs[0]!
    const add = onlyUse(out)
    if (add?.primitive.name !== 'add' || add.ins[0] === add.ins[1]) return undefined
    const bias = biasOf(add.ins[0] === out ? add.ins[1]! : add.ins[0]!, n)
    if (bias === undefined) return undefined
    nodes.push(add)
    out = add.outs[0]!
    const next = onlyUse(out)
    const activation: Activation =
      next === undefined
        ? 'none'
        : (activations[next.primitive.name] ??
          (next.primitive.name === 'max' && next.ins.some((i) => isZero(literals.get(i))) ? 'relu' : 'none'))
    if (activation !== 'none') {
      nodes.push(next!)
      out = next!.outs[0]!
    }
    return { x: x!, w: w!, bias, activation, out, nodes }
  }
  const replaced = new Map<Node, Planned<B> | null>()
  for (const n of graph.nodes) {
    if (n.primitive.name !== 'dot_general') continue
    const d = match(n)
    if (!d || d.nodes.some((m) => replaced.has(m))) continue
    const ins = d.bias === undefined ? [d.x, d.w] : [d.x, d.w, d.bias]
    const type = (i: ValueId): Aval => types[i]!
    const run = dense({ params: { bias: d.bias !== undefined, activation: d.activation }, ins: ins.map(type), outs: [type(d.out)] })
    if (!run) continue
    for (const m of d.nodes) replaced.set(m, null)
    replaced.set(d.nodes.at(-1)!, { _tag: 'Fused', run, ins, outs: [d.out], scope: n.scope })
  }
  // a broadcast bias that only fused nodes read is no longer needed
  const items = graph.nodes.flatMap((node): Planned<B>[] => {
    const r = replaced.get(node)
    return r === null ? [] : [r ?? plainOf(node)]
  })
  return onlyLive(items, new Set(graph.outputs), isDone)
}
