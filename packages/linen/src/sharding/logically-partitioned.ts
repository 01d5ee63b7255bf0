/**
 * Boxes whose names are logical axes: rules say later where they lie. Source: `flax.linen.spmd`.
 */
import { registerPartitioned } from '@heddle/core'
import {
  NamedSharding,
  Partitioned,
  type Mesh,
  type AxisNames,
  type LogicalNames,
  type LogicalRules,
  type PartitionOptions,
} from '@heddle/lift'
import { logicalConstraint } from './spmd'

/** What a box with logical axes knows besides their names. */
export interface LogicalOptions extends PartitionOptions {
  /** Rules for its names; by default those in force where it is used. */
  readonly rules?: LogicalRules | undefined
}

/** A value with names of its logical axes. `getPartitionSpec` gives them, `logicalToMesh` places them. */
export class LogicallyPartitioned<A = unknown> extends Partitioned<A> {
  readonly rules: LogicalRules | undefined

  constructor(value: A, names: AxisNames, { rules, mesh }: LogicalOptions = {}) {
    super(value, names, { mesh })
    this.rules = rules
  }

  override get options(): LogicalOptions {
    return { mesh: this.mesh, rules: this.rules }
  }

  override shardingOn(mesh: Mesh | undefined): NamedSharding | null {
    const on = this.mesh ?? mesh
    const spec = on === undefined ? null : logicalConstraint(this.getPartitionSpec(), { rules: this.rules })
    return on === undefined || spec === null ? null : new NamedSharding(on, spec)
  }
}

registerPartitioned(LogicallyPartitioned)

/**
 * An initializer whose results are boxed with names of their logical axes.
 *
 * Source: `flax.linen.with_logical_partitioning`.
 *
 * @example
 * new nn.Dense({ features: 64, kernelInit: nn.withLogicalPartitioning(nn.initializers.lecunNormal(), ['embed', 'mlp']) })
 */
export const withLogicalPartitioning =
  <Args extends readonly unknown[], A>(init: (...args: Args) => A, names: LogicalNames, options: LogicalOptions = {}) =>
  (...args: Args): LogicallyPartitioned<A> =>
    new LogicallyPartitioned(init(...args), names, options)
