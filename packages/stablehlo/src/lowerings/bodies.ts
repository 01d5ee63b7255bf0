/** Primitives with bodies: calls as private functions or in place, loops as `while`, branches as `case`. */
import type { Aval, CheckpointParams, CondParams, ConstantParams, Eqn, JitParams, Jaxpr, Sharding, WhileParams } from '@heddle/func/backend'
import type { Block, Value } from '../text/block'
import { generic, like } from '../text/ops'
import { tensorType } from '../text/type'
import { scan } from './scan'

/** How bodies are lowered in turn. */
export interface Host {
  /** A sharding in the text; absent where the program is for one device. */
  readonly sharding?: (sharding: Sharding) => string
  /** The operations of a program, in place. */
  readonly inline: (b: Block, jaxpr: Jaxpr, args: readonly Value[]) => readonly Value[]
  /** A call of the program as a private function. */
  readonly call: (b: Block, jaxpr: Jaxpr, args: readonly Value[], name: string) => readonly Value[]
}
type LowerBody<P> = (b: Block, params: P, ins: readonly Value[], host: Host) => readonly Value[]

const checkpoint: LowerBody<CheckpointParams> = (b, { jaxpr, preventCse }, ins, host) => {
  if (!preventCse || ins.length === 0) return host.inline(b, jaxpr, ins)
  const names = ins.map((x) => x.name).join(', ')
  return host.inline(b, jaxpr, b.ops(`stablehlo.optimization_barrier ${names} : ${ins.map(tensorType).join(', ')}`, ins))
}
const whileLoop: LowerBody<WhileParams> = (b, p, ins, host) => {
  const [nc, nb] = [p.condNumConsts, p.bodyNumConsts]
  const results = b.while(
    ins,
    (inner, all) => host.inline(inner, p.condJaxpr, [...all.slice(0, nc), ...all.slice(nc + nb)])[0]!,
    (inner, all) => [...all.slice(0, nc + nb), ...host.inline(inner, p.bodyJaxpr, all.slice(nc))],
  )
  return results.slice(nc + nb)
}
const cond: LowerBody<CondParams> = (b, { branches }, [index, ...ins], host) => {
  const [first] = branches as readonly [Jaxpr]
  if (branches.length === 1) return host.inline(b, first, ins)
  const last = like(b, index!, branches.length - 1)
  const clamped = b.op(`stablehlo.clamp ${like(b, index!, 0).name}, ${index!.name}, ${last.name} : ${tensorType(index!)}`, index!)
  const regions = branches.map((branch) => () => b.region([], (inner) => host.inline(inner, branch, ins)))
  return generic(
    b,
    'case',
    [clamped],
    {},
    regions,
    first.outs.map((o): Aval => o.aval),
  )
}
const shardingConstraint: LowerBody<{ readonly sharding: Sharding }> = (b, { sharding }, [x], host) => {
  if (!host.sharding) return [x!]
  return [b.op(`sdy.sharding_constraint ${x!.name} ${host.sharding(sharding)} : ${tensorType(x!)}`, x!)]
}
const custom: LowerBody<{ readonly jaxpr: Jaxpr }> = (b, { jaxpr }, ins, host) => host.inline(b, jaxpr, ins)

const bodies: Readonly<Record<string, LowerBody<never>>> = {
  jit: (b: Block, { jaxpr, name }: JitParams, ins: readonly Value[], host: Host) => host.call(b, jaxpr, ins, name),
  checkpoint,
  constant: (b: Block, { value }: ConstantParams) => [b.data(value.hostSync())],
  custom_jvp_call: custom,
  custom_vjp_call: custom,
  name: (_b: Block, _params: unknown, ins: readonly Value[]) => ins,
  sharding_constraint: shardingConstraint,
  scan,
  while: whileLoop,
  cond,
}
/** The lowering of an equation that has a body; undefined for all others. */
export const bodyOf = (e: Eqn): LowerBody<unknown> | undefined =>
  Object.hasOwn(bodies, e.primitive.name) ? (bodies[e.primitive.name] as LowerBody<unknown>) : undefined
