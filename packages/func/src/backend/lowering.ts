/**
 * How a compiler reads programs: a table that says for each primitive what it becomes, and the walk that every lowering makes over them.
 *
 * The target chooses what it is written in: `B` is what operations are added to (a block of text, a function of a graph, a list of loop
 * nests), `V` what stands for a value there, `T` for a type. `Lowerings` has a row for each leaf and for each primitive with bodies: one
 * that is missing does not compile.
 */
import type { Aval } from '../aval'
import { BackendError } from '../error'
import { live } from '../ir/dce'
import type { Atom, Eqn, Jaxpr, Literal, Var } from '../ir/jaxpr'
import type { PrimitiveName, PrimitiveParams } from '../table'

/** One application of a primitive: its parameters, the values of its operands, the types of its results. */
export interface Application<P, V, T = Aval> {
  readonly params: P
  readonly ins: readonly V[]
  readonly outs: readonly T[]
}
/** Adds what a program does, in place, and answers its results: what rows of loops, branches and calls do with their bodies. */
export type Inline<B, V> = (b: B, program: Jaxpr, args: readonly V[]) => readonly V[]
/** Adds what one application becomes, and answers its results. */
export type Lowering<P, B, V, T = Aval> = (b: B, application: Application<P, V, T>, inline: Inline<B, V>) => readonly V[]
/** A row for each primitive that a backend sees. */
export type Lowerings<B, V, T = Aval, N extends PrimitiveName = PrimitiveName> = {
  readonly [K in N]: Lowering<PrimitiveParams[K], B, V, T>
}

/** What programs are lowered to. */
export interface Target<B, V, T = Aval> {
  /** For messages. */
  readonly name: string
  readonly lowerings: Lowerings<B, V, T>
  readonly type: (aval: Aval) => T
  readonly literal: (b: B, literal: Literal) => V
  /** A result without elements, so that no row needs to know of those. */
  readonly empty: (b: B, aval: Aval) => V
}
const refused = (target: string, { primitive }: Eqn): BackendError =>
  new BackendError(
    target,
    primitive.kind === 'virtual'
      ? primitive.refuse().message
      : primitive.kind === 'host'
        ? `a program that calls a function of the host (${primitive.name}) can't be lowered: leave debug.print, debug.callback and pureCallback out of what is exported`
        : `${primitive.name} has no lowering`,
  )
/**
 * The walk for a target: equations that some result depends on, in their order; what nobody reads is left out, in bodies too.
 * Errors, of what it answers: BackendError for a collective over an axis that no vmap has resolved.
 */
export const lowering = <B, V, T>({ name, lowerings, type, literal, empty }: Target<B, V, T>): Inline<B, V> => {
  const lower = (b: B, e: Eqn, ins: readonly V[]): readonly V[] => {
    const own = e.primitive.name as PrimitiveName
    if (!Object.hasOwn(lowerings, own)) throw refused(name, e)
    const types = e.outs.map((v) => v.aval)
    if (types.every((a) => a.shape.includes(0))) return types.map((a) => empty(b, a))
    return (lowerings[own] as Lowering<unknown, B, V, T>)(b, { params: e.params, ins, outs: types.map(type) }, inline)
  }
  const inline: Inline<B, V> = (b, program, args) => {
    const { ins, eqns, outs } = live(program)
    const env = new Map<Var, V>()
    ins.forEach((v, i) => env.set(v, args[i]!))
    const read = (a: Atom): V => (a._tag === 'Literal' ? literal(b, a) : env.get(a)!)
    for (const e of eqns) {
      const results = lower(b, e, e.ins.map(read))
      e.outs.forEach((v, i) => env.set(v, results[i]!))
    }
    return outs.map(read)
  }
  return inline
}
