/** A program as a graph of TensorFlow's own operations, all of which 2.9 has. */
import { type DType, type Jaxpr, lowering } from '@heddle/func/backend'
import { inputsOf, outputsOf } from '../crossing'
import type { Lowered } from '../lowered'
import { attr, type TfType } from '../graph-def'
import { unoptimized } from '../saved-model'
import { Block, Library, type Type, tfTypeOf, typeOf, typesOf, type Value } from './block'
import { bodies } from './bodies'
import { contraction } from './contraction'
import { convolutions } from './convolution'
import { indexing } from './indexing'
import { layout, structural } from './layout'
import { linalg } from './linalg'
import type { Lowerings } from './lowering'
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
  ...bodies,
}

const inline = lowering<Block, Value, Type>({
  name: 'tfjs',
  lowerings,
  type: typeOf,
  literal: (b, { value, aval }) => b.scalar(value, typeOf(aval).dtype),
  empty: (b, aval) => b.data(typeOf(aval).dtype, aval.shape, new Uint8Array(0)),
})

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
