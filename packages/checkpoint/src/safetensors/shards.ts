/**
 * A model in several safetensors files, with an index that says which tensor is in which: as transformers writes and reads them.
 */
import type { Tensor } from '@heddle/func'
import type { HostArray } from '@heddle/func/backend'
import { describe, isPlainObject } from '@heddle/tree/options'
import { CheckpointError } from '../error'
import { byteLength, readTensor } from '../host'
import { forbiddenReason, isForbidden } from '../keys'
import { type FileLike, openSource, readRange } from '../source/source'
import { jsonProblem } from './json'
import { entryNamed, openSafetensors, type TensorFile } from './read'
import { encodeSafetensors } from './write'
import type { Bytes } from '../bytes'

/** How a model is cut. */
export interface ShardOptions {
  /** The most bytes of tensors in a file, but for a tensor that has more by itself; 5 * 10^9 by default, as in transformers. */
  readonly maxShardSize?: number
  /** What files are called: `model` by default. */
  readonly name?: string
  /** Strings that each file keeps; `{ format: 'pt' }` is what transformers asks for. */
  readonly metadata?: Readonly<Record<string, string>>
}
/** A file that is to be written. */
export interface ShardFile {
  readonly name: string
  readonly bytes: Bytes
}
/** The tensors of several files; to say what one of them is may take a file that is not open yet. */
export interface ShardedTensorFile extends Omit<TensorFile, 'typeOf'> {
  /** Shape and dtype of a tensor, without reading it. Errors: CheckpointError. */
  readonly typeOf: (name: string) => Promise<ReturnType<TensorFile['typeOf']>>
}
const MOST = 5e9

/**
 * The files of a model, one at a time: `model-00001-of-00003.safetensors` and so on, and `model.safetensors.index.json` at last; one file
 * alone has no index. Each is made when it is asked for, so that no more than one is in memory.
 *
 * Errors: CheckpointError for what is no tensor. Source: `transformers.PreTrainedModel.save_pretrained`.
 *
 * @example
 * for await (const { name, bytes } of saveShards({ x, y }, { maxShardSize: 1e9 })) console.log(name, bytes.length)
 */
export async function* saveShards(tensors: Readonly<Record<string, Tensor>>, options: ShardOptions = {}): AsyncGenerator<ShardFile, void> {
  const { maxShardSize = MOST, name = 'model', metadata } = options
  const operation = 'saveShards'
  const shards: string[][] = [[]]
  let filled = 0
  let total = 0
  for (const [key, x] of Object.entries(tensors)) {
    const size = byteLength(x.shape, x.dtype) ?? Infinity
    if (filled > 0 && filled + size > maxShardSize) {
      shards.push([])
      filled = 0
    }
    shards.at(-1)!.push(key)
    filled += size
    total += size
  }
  const count = String(shards.length).padStart(5, '0')
  const fileOf = (i: number): string =>
    shards.length === 1 ? `${name}.safetensors` : `${name}-${String(i + 1).padStart(5, '0')}-of-${count}.safetensors`
  for (const [i, keys] of shards.entries()) {
    const arrays: (readonly [string, HostArray])[] = await Promise.all(
      keys.map(async (key) => [key, await readTensor(operation, tensors[key], { path: [key] }, describe(tensors[key]))] as const),
    )
    yield { name: fileOf(i), bytes: encodeSafetensors(operation, arrays, metadata) }
  }
  if (shards.length === 1) return
  const map = shards.flatMap((keys, i) => keys.map((key) => [key, fileOf(i)] as const))
  const index = { metadata: { total_size: total }, weight_map: Object.fromEntries(map.sort(([a], [b]) => (a < b ? -1 : 1))) }
  yield { name: `${name}.safetensors.index.json`, bytes: new TextEncoder().encode(`${JSON.stringify(index, null, 2)}\n`) }
}

/** A name of a file in the same folder: nothing that leads elsewhere. */
const isBeside = (name: unknown): name is string => typeof name === 'string' && /^[^/\\:]+$/.test(name) && !/^\.+$/.test(name)

const weightMap = async (operation: string, index: FileLike): Promise<ReadonlyMap<string, string>> => {
  const source = await openSource(operation, index)
  const bytes = await readRange(operation, source, 0, source.size)
  await source.close?.()
  let parsed: unknown
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    const problem = jsonProblem(text)
    if (problem !== undefined) throw new Error(`it has ${problem}`)
    parsed = JSON.parse(text)
  } catch (cause) {
    throw new CheckpointError(
      operation,
      'corrupt',
      `the index is no JSON of shards: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    )
  }
  const map = isPlainObject(parsed) ? parsed.weight_map : undefined
  if (!isPlainObject(map)) throw new CheckpointError(operation, 'foreign', 'it is no index of shards: it has no weight_map')
  for (const [name, file] of Object.entries(map)) {
    if (isForbidden(name)) throw new CheckpointError(operation, 'corrupt', forbiddenReason(name))
    if (!isBeside(file)) throw new CheckpointError(operation, 'corrupt', `the index names no file beside it for ${JSON.stringify(name)}`)
  }
  return new Map(Object.entries(map) as [string, string][])
}

/**
 * Opens a model of several safetensors files by its index. `locate` answers the file of a name, which is opened when a tensor of it is first
 * asked for. The index names files beside itself only.
 *
 * Errors: CheckpointError. Source: `transformers.PreTrainedModel.from_pretrained`.
 *
 * @example
 * const at = new URL('https://example.org/model/')
 * const file = await openShards(new URL('model.safetensors.index.json', at), (name) => new URL(name, at))
 */
export const openShards = async (index: FileLike, locate: (name: string) => FileLike | Promise<FileLike>): Promise<ShardedTensorFile> => {
  const operation = 'openShards'
  const map = await weightMap(operation, index)
  const open = new Map<string, Promise<TensorFile>>()
  const fileOf = (name: string): Promise<TensorFile> => {
    const file = entryNamed(operation, map, name)
    const opened = open.get(file) ?? Promise.resolve(locate(file)).then((where) => openSafetensors(where))
    open.set(file, opened)
    return opened
  }
  const names = [...map.keys()]
  const read = async (name: string): Promise<Tensor> => (await fileOf(name)).read(name)
  return {
    names,
    metadata: {},
    typeOf: async (name) => (await fileOf(name)).typeOf(name),
    read,
    readAll: async () => {
      const all: (readonly [string, Tensor])[] = []
      for (const name of names) all.push([name, await read(name)])
      return Object.fromEntries(all)
    },
    close: async () => {
      for (const file of open.values()) await (await file).close()
    },
  }
}
