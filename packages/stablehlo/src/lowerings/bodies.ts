/** Primitives with bodies: calls as private functions or in place, loops as `while`, branches as `case`. */
import type { BodyParams, Jaxpr } from '@heddle/func/backend'
import type { Lower, Lowerings } from './row'
import { barrier, generic, like } from '../text/ops'
import { tensorType } from '../text/type'
import { scan } from './scan'

const jit: Lower<BodyParams['jit']> = (b, { params: { jaxpr, name }, ins }, inline) =>
  b.call(name || 'fn', jaxpr, ins, (inner, args) => inline(inner, jaxpr, args))
const checkpoint: Lower<BodyParams['checkpoint']> = (b, { params: { jaxpr, preventCse }, ins }, inline) => {
  if (!preventCse || ins.length === 0) return inline(b, jaxpr, ins)
  return inline(b, jaxpr, barrier(b, ins))
}
const whileLoop: Lower<BodyParams['while']> = (b, { params: p, ins }, inline) => {
  const [nc, nb] = [p.condNumConsts, p.bodyNumConsts]
  const results = b.while(
    ins,
    (inner, all) => inline(inner, p.condJaxpr, [...all.slice(0, nc), ...all.slice(nc + nb)])[0]!,
    (inner, all) => [...all.slice(0, nc + nb), ...inline(inner, p.bodyJaxpr, all.slice(nc))],
  )
  return results.slice(nc + nb)
}
const cond: Lower<BodyParams['cond']> = (b, { params: { branches }, ins: [index, ...ins], outs }, inline) => {
  const [first] = branches as readonly [Jaxpr]
  if (branches.length === 1) return inline(b, first, ins)
  const last = like(b, index!, branches.length - 1)
  const clamped = b.op(`stablehlo.clamp ${like(b, index!, 0).name}, ${index!.name}, ${last.name} : ${tensorType(index!)}`, index!)
  const regions = branches.map((branch) => () => b.region([], (inner) => inline(inner, branch, ins)))
  return generic(b, 'case', [clamped], {}, regions, outs)
}
const shardingConstraint: Lower<BodyParams['sharding_constraint']> = (b, { params: { sharding }, ins: [x] }) => {
  const text = b.module.sharding?.(sharding)
  return [text === undefined ? x! : b.op(`sdy.sharding_constraint ${x!.name} ${text} : ${tensorType(x!)}`, x!)]
}
const custom: Lower<{ readonly jaxpr: Jaxpr }> = (b, { params: { jaxpr }, ins }, inline) => inline(b, jaxpr, ins)

export const bodies: Lowerings<keyof BodyParams> = {
  jit,
  checkpoint,
  custom_jvp_call: custom,
  custom_vjp_call: custom,
  linear_call: custom,
  custom_vmap_call: custom,
  scan,
  while: whileLoop,
  cond,
  constant: (b, { params: { value } }) => [b.data(value.hostSync())],
  name: (_b, { ins }) => ins,
  sharding_constraint: shardingConstraint,
}
