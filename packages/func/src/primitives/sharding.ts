/** `sharding_constraint`: the identity, which says how a value lies over devices. Backends with one device pass it by. */
import { defineMark, handedOn } from '../primitive'
import { type Sharding, withAxis } from '../sharding'
import type { Tensor } from '../tensor'
import { bind1 } from '../trace'

/** How a value is to lie over devices. */
export interface ShardingConstraintParams {
  readonly sharding: Sharding
}
/** Source: jax.lax.with_sharding_constraint. */
export const shardingConstraint = (x: Tensor, params: ShardingConstraintParams): Tensor => bind1(shardingConstraintP, [x], params)

const shardingConstraintP = defineMark('sharding_constraint', {
  abstractEval: ([x], { sharding }) =>
    x!.shape.length === sharding.dims.length ? [x!] : `the sharding is of an array of rank ${sharding.dims.length}`,
  jvp: ([x], [t], p) => [[shardingConstraint(x!, p)], [t ? shardingConstraint(t, p) : null]],
  transpose: ([ct], _ins, p) => [ct ? shardingConstraint(ct, p) : null],
  // the new axis lies along the mesh axis that vmap was given for it, or as the compiler likes
  batch: (axis, [x], [d], { sharding }) => [
    [shardingConstraint(x!, { sharding: withAxis(sharding, d!, axis.spmdName === undefined ? null : [axis.spmdName]) })],
    [d!],
  ],
  evaluate: null,
  interpret: handedOn,
  show: ({ sharding }) => ({
    mesh: sharding.mesh.map(([n, k]) => `${n}=${k}`),
    spec: sharding.dims.map((d) => (d === null ? '?' : d.join('+') || null)),
  }),
})
