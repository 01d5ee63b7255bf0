/**
 * Sharding as data: over which axes of a mesh of devices each axis of an array is spread. Nothing here moves an array; a spec is what
 * is written down with variables, checked, and handed to whatever places them.
 */
import type { ScopeError } from './error'

/** In a partition spec: the axis may lie as it likes. Source: `jax.sharding.PartitionSpec.UNCONSTRAINED`. */
export const UNCONSTRAINED: unique symbol = Symbol.for('heddle.unconstrained') as never

/** Where an axis lies: along one axis of the mesh, along several, nowhere in particular (null: a whole copy everywhere), or anywhere. */
export type MeshAxes = string | null | typeof UNCONSTRAINED | readonly string[]

/**
 * Where the axes of an array lie, first to last; axes beyond the last are whole everywhere. A leaf of trees.
 *
 * Source: `jax.sharding.PartitionSpec`.
 *
 * @example
 * new PartitionSpec('data', null, ['model', 'expert'])
 */
export class PartitionSpec {
  readonly axes: readonly MeshAxes[]

  constructor(...axes: readonly MeshAxes[]) {
    this.axes = axes
  }

  /** As text: `PartitionSpec(data, null, model+expert)`. */
  toString(): string {
    return `PartitionSpec(${this.axes.map(axesText).join(', ')})`
  }
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}

const axesText = (axes: MeshAxes): string =>
  axes === UNCONSTRAINED ? 'unconstrained' : Array.isArray(axes) ? axes.join('+') : String(axes as string | null)

/** Devices in a grid: the names of its axes, and how many devices each is long. */
export interface Mesh {
  readonly axes: Readonly<Record<string, number>>
}

/** A partition spec on a mesh. A leaf of trees. Source: `jax.sharding.NamedSharding`. */
export class NamedSharding {
  readonly mesh: Mesh
  readonly spec: PartitionSpec

  constructor(mesh: Mesh, spec: PartitionSpec) {
    this.mesh = mesh
    this.spec = spec
  }
}

/** The axes of the mesh that a place in a spec names. */
export const namesOfAxes = (axes: MeshAxes): readonly string[] =>
  typeof axes === 'string' ? [axes] : Array.isArray(axes) ? (axes as readonly string[]) : []

const sizeAlong = ({ axes }: Mesh, names: readonly string[]): number => names.reduce((n, name) => n * (axes[name] ?? 1), 1)

/**
 * The shape of the part of an array that each device holds.
 *
 * Shapes: an axis of size n that lies along mesh axes of sizes a, b becomes n / (a b).
 */
export const shardShape = ({ mesh, spec }: NamedSharding, shape: readonly number[]): readonly number[] =>
  shape.map((n, i) => n / sizeAlong(mesh, namesOfAxes(spec.axes[i] ?? null)))

/** Why an array of this shape can not lie so, if it can not. Error: Sharding. */
export const shardingProblem = (where: string, { mesh, spec }: NamedSharding, shape: readonly number[]): ScopeError | undefined => {
  const wrong = (reason: string): ScopeError => ({ _tag: 'ShardingError', where, spec: spec.toString(), mesh: mesh.axes, shape, reason })
  const named = spec.axes.map(namesOfAxes)
  const all = named.flat()
  const unknown = all.find((name) => !Object.hasOwn(mesh.axes, name))
  const twice = all.find((name, i) => all.indexOf(name) < i)
  const uneven = named.findIndex((names, i) => i < shape.length && shape[i]! % sizeAlong(mesh, names) !== 0)
  if (spec.axes.length > shape.length) return wrong(`it has ${spec.axes.length} entries for ${shape.length} axes`)
  if (unknown !== undefined) return wrong(`the mesh has no axis "${unknown}"`)
  if (twice !== undefined) return wrong(`mesh axis "${twice}" is used twice`)
  return uneven < 0 ? undefined : wrong(`axis ${uneven} does not divide by ${sizeAlong(mesh, named[uneven]!)}`)
}
