/** Restores a step: first the plan of what comes where, then the arrays, and a new tree of them. What was given is not touched. */
import {
  ConcreteTensor,
  type DType,
  makeArrayFromCallback,
  placementOf,
  type ShardingLike,
  type Shardings,
  type Tensor,
} from '@heddle/func'
import { broadcastPrefix, flatten, unflatten } from '@heddle/tree'
import { type Filling, fit, isPlace } from './fit'
import type { RestoreOptions } from './options'
import type { StepReader } from './read'
import { buildStored, readStored, storedLeaves } from './stored'

const isSharding = (x: unknown): boolean => typeof x === 'object' && x !== null && 'mesh' in x && 'spec' in x

/** Arrays of a step as tensors; those that were made are freed where a later one fails. */
class Arrays {
  readonly #made: Tensor[] = []
  constructor(readonly reader: StepReader) {}
  async tensor(index: number, dtype: DType, sharding: ShardingLike | null): Promise<Tensor> {
    const array = this.reader.manifest.arrays[index]!
    const read =
      sharding === null
        ? ConcreteTensor.ofHost(await this.reader.whole(array))
        : await makeArrayFromCallback(array.shape, sharding, async (start, shape) => (await this.reader.block(array, start, shape)).data, {
            dtype: array.dtype,
          })
    this.#made.push(read)
    if (dtype === array.dtype) return read
    const cast = read.astype(dtype)
    this.#made.push(cast)
    read.dispose()
    return cast
  }
  async typed(index: number): Promise<ArrayBufferView> {
    return (await this.reader.whole(this.reader.manifest.arrays[index]!)).data
  }
  release(): void {
    for (const x of this.#made) x.dispose()
  }
}
const withArrays = async <A>(reader: StepReader, action: (arrays: Arrays) => Promise<A>): Promise<A> => {
  const arrays = new Arrays(reader)
  try {
    return await action(arrays)
  } catch (error) {
    arrays.release()
    throw error
  }
}

/** The tree that was saved, nodes of classes as plain objects. */
export const restoreAsSaved = (reader: StepReader): Promise<unknown> =>
  withArrays(reader, async (arrays) => {
    const stored = readStored(reader.operation, reader.manifest.tree, reader.manifest.arrays.length)
    const values: unknown[] = []
    const wanted: (readonly [index: number, typed: boolean])[] = []
    buildStored(stored, (index, typed) => wanted.push([index, typed]))
    for (const [index, typed] of wanted)
      values.push(await (typed ? arrays.typed(index) : arrays.tensor(index, reader.manifest.arrays[index]!.dtype, null)))
    let next = 0
    return buildStored(stored, () => values[next++])
  })

const shardingFor = (filling: Filling, given: ShardingLike | null | undefined): ShardingLike | null => {
  if (given !== undefined && given !== null) return given
  return filling.kind === 'array' && filling.like instanceof ConcreteTensor ? placementOf(filling.like) : null
}
/** A tree of the structure of `like`. Errors: StateError before anything is read. */
export const restoreInto = <T>(reader: StepReader, where: string, like: T, { shardings, ...options }: RestoreOptions): Promise<T> =>
  withArrays(reader, async (arrays) => {
    const { manifest, operation } = reader
    const leaves = storedLeaves(readStored(operation, manifest.tree, manifest.arrays.length))
    const fillings = fit(where, leaves, manifest.arrays, like, options)
    const { treedef } = flatten(like, isPlace)
    const each =
      shardings === undefined ? [] : (broadcastPrefix(shardings, unflatten(treedef, fillings.map(placeholder)), isSharding) as Shardings[])
    const values: unknown[] = []
    for (const [i, filling] of fillings.entries())
      values.push(
        filling.kind === 'given'
          ? filling.value
          : filling.kind === 'typed'
            ? await arrays.typed(filling.index)
            : await arrays.tensor(filling.index, filling.dtype, shardingFor(filling, each[i] as ShardingLike | null | undefined)),
      )
    return unflatten<T>(treedef, values)
  })
/** One leaf for each place. */
const placeholder = (): number => 0
