/** Steps that write to an operand where it is, if it is theirs alone; otherwise to a copy. */
import { type Aval, sameType } from '../aval'
import type { InPlace, KernelBackend, Writer } from '../backend/backend'
import { equationsOf } from '../ir/bodies'
import type { Step } from '../primitive'
import type { Planned } from './fuse'
import type { Node, ValueId } from './graph'
import { wholeOf } from './rows'

type Writers<B> = Readonly<Record<string, Writer<B, unknown> | undefined>>
const writersOf = <B>({ kernels }: InPlace<B>): Writers<B> => kernels as Writers<B>

/** The operands that a step may write to: of a loop in which something writes, those that may come out again. */
export const writesOf = <B>({ inPlace }: KernelBackend<B>, types: readonly Aval[], step: Planned<B>): readonly ValueId[] => {
  const { ins, outs } = step
  if (step._tag === 'AddSlice') return ins.slice(0, 1)
  if (step._tag === 'Fused') return []
  const { primitive, params } = step.node
  if (inPlace === undefined) return []
  const writers = writersOf(inPlace)
  if (primitive.kind === 'leaf') return writers[primitive.name] === undefined ? [] : ins.slice(0, 1)
  if (primitive.kind !== 'loop') return []
  for (const { jaxpr } of primitive.bodies(params as never))
    for (const e of equationsOf(jaxpr))
      if (writers[e.primitive.name] !== undefined) return ins.filter((i) => outs.some((o) => sameType(types[i]!, types[o]!)))
  return []
}
/** The step of a leaf whose first operand is given to it; undefined where it writes nothing, or the backend can't. */
export const prepareWrite = <B>(
  backend: KernelBackend<B>,
  { primitive, params }: Node,
  ins: readonly Aval[],
  outs: readonly Aval[],
  copying: (inputs: readonly B[]) => readonly B[],
): Step<B> | undefined => {
  const { inPlace } = backend
  const write = inPlace && writersOf(inPlace)[primitive.name]?.({ params, ins, outs })
  if (write === undefined) return undefined
  return (inputs, take) => {
    const whole = inputs.map((x) => wholeOf(backend, x))
    if (!inPlace!.owns(whole[0]!)) return copying(whole)
    write(whole)
    return [take(0)]
  }
}
