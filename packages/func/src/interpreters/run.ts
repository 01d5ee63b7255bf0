/** Applies a program to values, equation by equation, under whatever traces are active. */
import { BugError } from '../error'
import type { Atom, Eqn, Jaxpr, Var } from '../ir/jaxpr'
import { literal } from '../literal'
import { reapplying } from '../origin'
import type { Tensor } from '../tensor'
import { bind } from '../trace'

export type Apply = (e: Eqn, xs: readonly Tensor[]) => readonly Tensor[]

export const runWith = (apply: Apply, jaxpr: Jaxpr, args: readonly Tensor[]): readonly Tensor[] => {
  if (args.length !== jaxpr.ins.length) throw new BugError(`a program of ${jaxpr.ins.length} inputs was run on ${args.length}`)
  const env = new Map<Var, Tensor>()
  jaxpr.ins.forEach((v, i) => env.set(v, args[i]!))
  const read = (a: Atom): Tensor => (a._tag === 'Literal' ? literal(a.value, a.aval.dtype, a.aval.weakType) : env.get(a)!)
  reapplying((at) => {
    for (const e of jaxpr.eqns) {
      at(e.origin)
      const outs = apply(e, e.ins.map(read))
      for (let i = 0; i < outs.length; i++) env.set(e.outs[i]!, outs[i]!)
    }
  })
  return jaxpr.outs.map(read)
}
export const applyBound: Apply = (e, xs) => bind(e.primitive, xs, e.params as never)
const applyOpened: Apply = (e, xs) =>
  e.primitive.kind === 'call' && e.primitive.barrier === null ? runOpened(e.primitive.program(e.params as never), xs) : applyBound(e, xs)

export const run = (jaxpr: Jaxpr, args: readonly Tensor[]): readonly Tensor[] => runWith(applyBound, jaxpr, args)
/** The same with calls opened: their equations stand among the others (checkpoints, loops and branches stay closed). */
export const runOpened = (jaxpr: Jaxpr, args: readonly Tensor[]): readonly Tensor[] => runWith(applyOpened, jaxpr, args)
