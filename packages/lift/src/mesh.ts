/**
 * The mesh of devices in force, and how values are placed on it. Without a mesh nothing is placed.
 */
import { isAxisMetadata, isDict, Partitioned, shardingProblem, type Mesh, type NamedSharding } from '@heddle/core'
import { ambient, staticKey, withShardingConstraint, type Synchronous } from '@heddle/func'
import { map, mapUntil } from '@heddle/tree'
import { exception } from './edge'
import { asFunction } from './misuse'
import { shapeOf } from './ports'

const current = ambient<Mesh | undefined>(undefined, (mesh) => staticKey(mesh?.axes))

/** The mesh in force, if there is one. */
export const currentMesh = (): Mesh | undefined => current.get()

/**
 * Runs a function with a mesh in force: variables in boxes, and constraints by logical axes, are placed on it where they name no other.
 *
 * Errors: AsyncFunctionError. Source: a `jax.sharding.Mesh` as context.
 *
 * @example
 * const y = nn.withMesh({ axes: { data: 4, model: 2 } }, () => model.apply(variables, [x]))
 */
export const withMesh = <R>(mesh: Mesh, run: () => Synchronous<R>): R => {
  asFunction('withMesh', run, 'a function to run')
  const { axes } = Object(mesh) as Partial<Mesh>
  const isMesh = isDict(axes) && Object.values(axes).every((n) => Number.isInteger(n) && n > 0)
  const expected = 'a mesh, { axes: { name: number of devices } }'
  if (!isMesh) throw exception({ _tag: 'InvalidTargetError', where: 'withMesh', expected, actual: mesh })
  return current.during('withMesh', mesh, run as () => R)
}

/** The same values, constrained to lie so; as they are where the sharding is null. Errors: ShardingError. */
export const onMesh = <T>(where: string, x: T, sharding: NamedSharding | null): T => {
  if (sharding === null) return x
  map((leaf: unknown) => {
    const problem = shardingProblem(where, sharding, shapeOf(leaf))
    if (problem !== undefined) throw exception(problem)
    return leaf
  }, x)
  return withShardingConstraint(x, sharding)
}

/** A tree without its boxes, each value placed as its box says. Errors: ShardingError. */
export const unboxPlaced = <T = unknown>(where: () => string, x: unknown): T =>
  mapUntil<T>(
    isAxisMetadata,
    (leaf: unknown) => {
      if (!isAxisMetadata(leaf)) return leaf
      const value = unboxPlaced(where, leaf.unbox())
      const sharding = leaf instanceof Partitioned ? leaf.shardingOn(current.get()) : null
      return sharding === null ? value : onMesh(where(), value, sharding)
    },
    x,
  )
