/**
 * Trees as bytes and back, in the format of `flax.serialization`.
 */
import type { FromStateDictOptions } from '../state-dict/from-state-dict'
import { restoreInto } from '../state-dict/from-state-dict'
import { toStateDict } from '../state-dict/state-dict'
import { msgpackSerialize, type MsgpackOptions, restore } from './msgpack'
import type { Bytes } from '../bytes'

/**
 * The bytes of a tree: variables, an optimizer's state, or both in an object. Flax reads them by `from_bytes`. Tensors are read from their
 * devices, so it takes a promise.
 *
 * Errors: CheckpointError, with the path, for what can't be saved. Source: `flax.serialization.to_bytes`.
 *
 * @example
 * const bytes = await toBytes({ params, step: 12 })
 */
export const toBytes = async (tree: unknown, options?: MsgpackOptions): Promise<Bytes> => msgpackSerialize(toStateDict(tree), options)

/**
 * A tree of the target's structure with the values of a file, which heddle or Flax wrote. Tensors are on the host until a backend needs them.
 *
 * Errors: CheckpointError where the file is damaged, or with the path where it first differs from the target. Source:
 * `flax.serialization.from_bytes`.
 *
 * @example
 * const loaded = fromBytes({ params, step: 0 }, await (await fetch('model.msgpack')).arrayBuffer())
 */
export const fromBytes = <T>(target: T, file: Uint8Array | ArrayBuffer, options?: FromStateDictOptions): T =>
  restoreInto('fromBytes', target, restore('fromBytes', file), options)
