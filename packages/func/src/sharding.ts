/** Shardings as plain data: for each axis of an array the axes of a mesh of devices that it is spread over. */
import { sizeOf } from './aval'
import { ArgumentError } from './error'

/** Devices in a grid, by the names and sizes of its axes; what `Mesh` of linen is, and any object like it. */
export interface MeshLike {
  readonly axes: Readonly<Record<string, number>>
}
/** A partition spec on a mesh; what `NamedSharding` of linen is, and any object like it. Axes beyond the spec are whole everywhere. */
export interface ShardingLike {
  readonly mesh: MeshLike
  readonly spec: { readonly axes: readonly (string | null | symbol | readonly string[])[] }
}
/** The same in one form: one entry an axis of the array; `[]` is whole everywhere, null is left to the compiler. */
export interface Sharding {
  readonly mesh: readonly (readonly [name: string, size: number])[]
  readonly dims: readonly (readonly string[] | null)[]
}

const entry = (axes: string | null | symbol | readonly string[]): readonly string[] | null =>
  typeof axes === 'symbol' ? null : axes === null ? [] : typeof axes === 'string' ? [axes] : axes

/** Errors: ArgumentError where the spec does not fit the mesh or the shape. */
export const shardingOf = (where: string, { mesh, spec }: ShardingLike, shape: readonly number[]): Sharding => {
  const sizes = Object.entries(mesh.axes)
  const dims = shape.map((_, i) => (i < spec.axes.length ? entry(spec.axes[i]!) : []))
  const wrong = (reason: string): ArgumentError =>
    new ArgumentError(where, `an array of shape [${shape.join(',')}] can't be sharded so: ${reason}`)
  if (spec.axes.length > shape.length) throw wrong(`the spec has ${spec.axes.length} entries`)
  const used = dims.flatMap((d) => d ?? [])
  const unknown = used.find((name) => !Object.hasOwn(mesh.axes, name))
  if (unknown !== undefined) throw wrong(`the mesh has no axis "${unknown}"; it has ${sizes.map(([n]) => n).join(', ')}`)
  const twice = used.find((name, i) => used.indexOf(name) < i)
  if (twice !== undefined) throw wrong(`mesh axis "${twice}" is used twice`)
  dims.forEach((d, i) => {
    const parts = sizeOf((d ?? []).map((name) => mesh.axes[name]!))
    if (shape[i]! % parts !== 0) throw wrong(`axis ${i} of size ${shape[i]} does not divide by ${parts}`)
  })
  return { mesh: sizes, dims }
}
/** Equal shardings have equal keys. */
export const shardingKey = (s: Sharding | null): string => (s === null ? '' : JSON.stringify([s.mesh, s.dims]))
/** With one more axis of the array at `at`. */
export const withAxis = ({ mesh, dims }: Sharding, at: number, axes: readonly string[] | null): Sharding => ({
  mesh,
  dims: [...dims.slice(0, at), axes, ...dims.slice(at)],
})
