/**
 * A program flattened for a backend of kernels: calls inlined, equal work done once, values numbered.
 *
 * Work inside a checkpoint is not merged with equal work outside of it: it is there to be done again, later.
 */
import type { Aval } from '../aval'
import { BugError } from '../error'
import { live, onlyLive } from '../ir/dce'
import { isEffect } from '../ir/effects'
import { paramsKey } from '../ir/memo'
import type { Atom, Jaxpr, Literal, Var } from '../ir/jaxpr'
import { joined } from '../origin'
import type { Recorded } from '../primitive'

export type ValueId = number
export interface Node {
  readonly primitive: Recorded<never>
  readonly params: unknown
  readonly ins: readonly ValueId[]
  readonly outs: readonly ValueId[]
  /** The scope that it comes from. */
  readonly scope: string
}
export interface Graph {
  readonly types: readonly Aval[]
  readonly inputs: readonly ValueId[]
  readonly literals: ReadonlyMap<ValueId, Literal>
  readonly nodes: readonly Node[]
  readonly outputs: readonly ValueId[]
}

const paramKeys = new WeakMap<object, string>()
let bodies = 0
/** Parameters as text; a primitive with a body is equal to itself alone. */
const keyOf = (primitive: Recorded<never>, params: object): string => {
  let key = paramKeys.get(params)
  if (key === undefined) {
    key = primitive.kind !== 'leaf' ? `#${bodies++}` : paramsKey(params)
    paramKeys.set(params, key)
  }
  return key
}

export const flattenProgram = (program: Jaxpr): Graph => {
  const types: Aval[] = []
  const nodes: Node[] = []
  const literals = new Map<ValueId, Literal>()
  const literalIds = new Map<string, ValueId>()
  const seen = new Map<string, readonly ValueId[]>()
  let barriers = 0
  const fresh = (type: Aval): ValueId => types.push(type) - 1
  const literalId = (a: Literal): ValueId => {
    const key = `${a.aval.dtype}:${Object.is(a.value, -0) ? '-0' : a.value}`
    let id = literalIds.get(key)
    if (id === undefined) {
      id = fresh(a.aval)
      literalIds.set(key, id)
      literals.set(id, a)
    }
    return id
  }
  const walk = (jaxpr: Jaxpr, args: readonly ValueId[], scope: number, place: string): readonly ValueId[] => {
    const env = new Map<Var, ValueId>()
    jaxpr.ins.forEach((v, i) => env.set(v, args[i]!))
    const read = (a: Atom): ValueId => {
      if (a._tag === 'Literal') return literalId(a)
      const id = env.get(a)
      if (id === undefined) throw new BugError('a variable is used before it is bound')
      return id
    }
    for (const e of jaxpr.eqns) {
      const ins = e.ins.map(read)
      let outs: readonly ValueId[]
      const at = joined(place, e.origin?.scope ?? '')
      if (e.primitive.kind === 'call') {
        const { program: body, barrier } = e.primitive
        outs = walk(body(e.params as never), ins, barrier?.(e.params as never) ? ++barriers : scope, at)
      } else {
        const key = `${scope}|${e.primitive.name}|${ins.join(',')}|${keyOf(e.primitive, e.params as object)}`
        const effect = isEffect(e)
        const known = effect ? undefined : seen.get(key)
        outs = known ?? e.outs.map((v) => fresh(v.aval))
        if (!known) {
          if (!effect) seen.set(key, outs)
          nodes.push({ primitive: e.primitive, params: e.params, ins, outs, scope: at })
        }
      }
      e.outs.forEach((v, i) => env.set(v, outs[i]!))
    }
    return jaxpr.outs.map(read)
  }
  const inputs = program.ins.map((v) => fresh(v.aval))
  const outputs = walk(live(program), inputs, 0, '')
  // inlining can leave work that only unused outputs of a call needed
  return { types, inputs, literals, nodes: onlyLive(nodes, new Set(outputs), isEffect), outputs }
}
