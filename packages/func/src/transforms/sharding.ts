/** Placing arrays over devices. */
import { broadcastPrefix, flatten, leaves as leavesOf, unflatten } from '@heddle/tree'
import { describe } from '@heddle/tree/options'
import { ConcreteTensor } from '../array'
import { aval, type Shape, sizeOf } from '../aval'
import type { Backend, Device, HostArray } from '../backend/backend'
import { getDefaultBackend, isBackend } from '../backend/registry'
import { type DType, dtypes, type TypedArray } from '../dtype'
import { ArgumentError } from '../error'
import { backendOf } from '../interpreters/eval'
import { dtype as dtypeKind, optionsOf, type OptionsOf } from '../options'
import { asTensor, type TensorLike } from '../numpy/promote'
import { shardingConstraint } from '../primitives/sharding'
import { type ShardingLike, shardingOf } from '../sharding'
import type { Tensor } from '../tensor'
import { isStatic } from './flat'

/** A sharding for a whole subtree, null for none, or a tree of such. */
export type Shardings = ShardingLike | null | readonly Shardings[] | { readonly [key: string]: Shardings }

const isSharding = (x: unknown): x is ShardingLike =>
  typeof x === 'object' && x !== null && 'mesh' in x && 'spec' in x && typeof (x as ShardingLike).spec === 'object'

const isDevice = (x: unknown): x is Device => isBackend(x)

const onLeaves = (where: string, tree: unknown, shardings: Shardings, place: (x: Tensor, sharding: ShardingLike) => Tensor): unknown => {
  const { leaves, treedef } = flatten(tree)
  for (const s of leavesOf(shardings, isSharding))
    if (!isSharding(s)) throw new ArgumentError(where, `expected a backend, or a sharding for each array, got ${describe(s)}`)
  const each = broadcastPrefix(shardings, tree, isSharding) as readonly (ShardingLike | null)[]
  return unflatten(
    treedef,
    leaves.map((leaf, i) => {
      const sharding = each[i]
      return sharding === null || sharding === undefined || isStatic(leaf) ? leaf : place(asTensor(leaf as TensorLike, where), sharding)
    }),
  )
}
/**
 * The same values, which lie over the devices of a mesh so. On a backend with one device it is the identity.
 *
 * Errors: ArgumentError where a spec does not fit. Source: jax.lax.with_sharding_constraint.
 */
export const withShardingConstraint = <T>(tree: T, shardings: Shardings): T =>
  onLeaves('withShardingConstraint', tree, shardings, (x, s) =>
    shardingConstraint(x, { sharding: shardingOf('withShardingConstraint', s, x.shape) }),
  ) as T

const put = (x: Tensor, backend: Backend): Tensor => {
  if (!(x instanceof ConcreteTensor)) return x
  return x.committedTo(backend)
}
const onBackend = <T>(tree: T, backend: Backend): T => {
  const { leaves, treedef } = flatten(tree)
  return unflatten<T>(
    treedef,
    leaves.map((x) => (isStatic(x) ? x : put(asTensor(x as TensorLike, 'devicePut'), backend))),
  )
}
/**
 * The tensors on a backend: those that are elsewhere are copied. Traced ones stay what they are.
 *
 * Or copies that lie over the devices of a mesh so; traced tensors are constrained. Where a backend has one device, the tensors themselves.
 *
 * Errors: ArgumentError where a spec does not fit, BackendError for more devices than there are. Source: jax.device_put.
 */
export const devicePut = <T>(tree: T, where: Device | Shardings): T =>
  isDevice(where)
    ? onBackend(tree, where as Backend)
    : (onLeaves('devicePut', tree, where, (x, s) => {
        const sharding = shardingOf('devicePut', s, x.shape)
        if (!(x instanceof ConcreteTensor)) return shardingConstraint(x, { sharding })
        const backend = backendOf([x])
        return backend.storage.place
          ? ConcreteTensor.ofBuffer(backend, backend.storage.place(x.bufferOn(backend), x.aval, sharding), x.aval)
          : x
      }) as T)

/**
 * How a tensor lies over the devices of a mesh; null where it lies on one, or is traced. `devicePut(y, placementOf(x))` puts another there.
 *
 * Source: jax.Array.sharding.
 */
export const placementOf = (x: Tensor): ShardingLike | null => {
  if (!(x instanceof ConcreteTensor) || x.backend === undefined) return null
  const sharding = x.backend.storage.shardingOf?.(x.bufferOn(x.backend)) ?? null
  return sharding === null ? null : { mesh: { axes: Object.fromEntries(sharding.mesh) }, spec: { axes: sharding.dims } }
}

const callbackOptions = optionsOf({ dtype: dtypeKind })
/** Options of makeArrayFromCallback: the dtype of the data, float32 by default. */
export interface CallbackOptions extends OptionsOf<typeof callbackOptions> {}
/** The values of a block that begins at `start` in the array, row-major, of the storage type of the dtype. */
export type BlockOf = (start: readonly number[], shape: readonly number[]) => TypedArray | Promise<TypedArray>

/**
 * A tensor that lies over the devices of a mesh so, made of blocks: `block` is asked for the data of each device, one after the other, so that
 * the whole is never in one place. On a backend with one device it is asked for the whole.
 *
 * Errors: ArgumentError where the spec does not fit the shape or a block is of another size or kind. Source: jax.make_array_from_callback.
 */
export const makeArrayFromCallback = async (
  shape: Shape,
  sharding: ShardingLike,
  block: BlockOf,
  options?: CallbackOptions,
): Promise<Tensor> => {
  const { dtype = 'float32' } = callbackOptions('makeArrayFromCallback', options)
  const read = async (start: readonly number[], part: readonly number[]): Promise<HostArray> => {
    const data = await block(start, part)
    checkBlock(part, dtype, data)
    return { shape: part, dtype, data }
  }
  const spread = shardingOf('makeArrayFromCallback', sharding, shape)
  const backend = getDefaultBackend()
  const type = aval(shape, dtype)
  if (backend.storage.assemble) return ConcreteTensor.ofBuffer(backend, await backend.storage.assemble(type, spread, read), type)
  return ConcreteTensor.ofHost(
    await read(
      shape.map(() => 0),
      shape,
    ),
  )
}
const checkBlock = (shape: Shape, dtype: DType, data: TypedArray): void => {
  const Storage = dtypes[dtype].storage
  if (data instanceof Storage && data.length === sizeOf(shape)) return
  throw new ArgumentError(
    'makeArrayFromCallback',
    `expected a ${Storage.name} of ${sizeOf(shape)} elements for a block of ${dtype}[${shape.join(',')}], got ${describe(data)}`,
  )
}
