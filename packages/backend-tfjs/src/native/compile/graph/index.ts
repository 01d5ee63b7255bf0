/** A program as a graph of TensorFlow's own operations, all of which 2.9 has. */
import { type Atom, BackendError, type DType, type Eqn, type Jaxpr, type LeafName, type Var } from '@heddle/func/backend'
import { inputsOf, outputsOf } from '../crossing'
import type { Lowered } from '../lowered'
import { attr, type TfType } from '../graph-def'
import { unoptimized } from '../saved-model'
import { Block, Library, tfTypeOf, typeOf, typesOf, type Value, type Values } from './block'
import { bodyOf } from './bodies'
import { contraction } from './contraction'
import { convolutions } from './convolution'
import { indexing } from './indexing'
import { layout, structural } from './layout'
import { linalg } from './linalg'
import type { Lower, Lowerings } from './lowering'
import { arithmetic, bitwise, piecewise, transcendental } from './pointwise'
import { random } from './random'
import { cumulative, reduction } from './reduction'
import { sort } from './sort'
import { windows } from './window'

const lowerings: Lowerings = {
  ...structural,
  ...arithmetic,
  ...piecewise,
  ...bitwise,
  ...transcendental,
  ...reduction,
  ...cumulative,
  ...layout,
  ...sort,
  ...contraction,
  ...indexing,
  ...convolutions,
  ...windows,
  ...random,
  ...linalg,
}

/** Equations that some result depends on. */
const liveEqns = (jaxpr: Jaxpr): readonly Eqn[] => {
  const live = new Set<Atom>(jaxpr.outs)
  const kept: Eqn[] = []
  for (let i = jaxpr.eqns.length - 1; i >= 0; i--) {
    const e = jaxpr.eqns[i]!
    if (!e.outs.some((v) => live.has(v)) && !e.primitive.effectful) continue
    kept.push(e)
    for (const a of e.ins) live.add(a)
  }
  return kept.reverse()
}
const lowerEqn = (b: Block, e: Eqn, ins: Values): Values => {
  const body = bodyOf(e)
  if (body) return body(b, e.params, ins, inline)
  const { name } = e.primitive
  if (!Object.hasOwn(lowerings, name)) throw new BackendError('tfjs', `${name} has no lowering to a graph of TensorFlow`)
  const outs = typesOf(e.outs.map((v) => v.aval))
  // nothing to compute: no operation needs to know of empty results
  if (outs.every((o) => o.shape.includes(0))) return outs.map(({ shape, dtype }) => b.data(dtype, shape, new Uint8Array(0)))
  return (lowerings[name as LeafName] as Lower<unknown>)(b, { params: e.params, ins, outs })
}
const inline = (b: Block, jaxpr: Jaxpr, args: Values): Values => {
  const env = new Map<Var, Value>()
  jaxpr.ins.forEach((v, i) => env.set(v, args[i]!))
  const read = (a: Atom): Value => (a._tag === 'Literal' ? b.scalar(a.value, typeOf(a.aval).dtype) : env.get(a)!)
  for (const e of liveEqns(jaxpr)) {
    const outs = lowerEqn(b, e, e.ins.map(read))
    e.outs.forEach((v, i) => env.set(v, outs[i]!))
  }
  return jaxpr.outs.map(read)
}

const inGraph = (dtype: DType): TfType => tfTypeOf(typeOf({ shape: [], dtype }))
/** Errors: BackendError for a dtype or a primitive that the graph can't have. */
export const lowerToGraph = (program: Jaxpr): Lowered => {
  const ins = program.ins.map((v) => v.aval)
  const outs = program.outs.map((o) => o.aval)
  const inputs = inputsOf(ins, inGraph)
  const library = new Library()
  const b = new Block(library, false)
  const args = typesOf(ins).map((t, i): Value => ({ ...t, ref: inputs.refs[i]! }))
  const main = library.function(args, (c, xs) => inline(c, program, xs))
  const results = b.ops(
    'PartitionedCall',
    args,
    {
      Tin: attr.types(args.map(tfTypeOf)),
      Tout: attr.types(typesOf(outs).map(tfTypeOf)),
      f: attr.func(main),
      config: attr.text(''),
      config_proto: attr.bytes(unoptimized),
      executor_type: attr.text(''),
    },
    typesOf(outs),
  )
  const outputs = outputsOf(
    outs,
    results.map((r) => r.ref),
    inGraph,
  )
  return { graph: { node: [...inputs.nodes, ...b.nodes, ...outputs.nodes], functions: library.functions }, isXla: false, inputs, outputs }
}
