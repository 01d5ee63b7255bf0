/**
 * Checkpoints: variables as bytes, in the formats of Flax, safetensors and NumPy, and back.
 */
import { noteCopy } from '@heddle/tree'

noteCopy('@heddle/checkpoint')

export type { Bytes } from './bytes'
export { CheckpointError, type CheckpointFault, type CheckpointFaultMore } from './error'
export { StateError, StepError } from './manager/error'
export { CheckpointManager } from './manager/manager'
export type { CheckpointManagerOptions, RestoreOptions, SaveOptions } from './manager/options'
export type { Rename } from './manager/fit'
export type { Restored } from './manager/restored'
export { fromBytes, toBytes } from './msgpack/bytes'
export { msgpackRestore, msgpackSerialize, type MsgpackOptions } from './msgpack/msgpack'
export { loadNpy, saveNpy } from './npy/npy'
export { loadNpz, type LoadNpzOptions, saveNpz, type SaveNpzOptions } from './npy/npz'
export { loadSafetensors, openSafetensors, type TensorFile } from './safetensors/read'
export { openShards, saveShards, type ShardedTensorFile, type ShardFile, type ShardOptions } from './safetensors/shards'
export { saveSafetensors, type SafetensorsOptions } from './safetensors/write'
export type { ByteSource, FileLike } from './source/source'
export { StorageError } from './storage/error'
export { memoryStorage } from './storage/memory'
export { opfsStorage } from './storage/opfs'
export type { CheckpointStorage, PendingFolder } from './storage/storage'
export { fromStateDict, type FromStateDictOptions } from './state-dict/from-state-dict'
export { type StateDict, toStateDict } from './state-dict/state-dict'
