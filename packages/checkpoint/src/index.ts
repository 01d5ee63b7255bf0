/**
 * Checkpoints: variables as bytes, in the formats of Flax, safetensors and NumPy, and back.
 */
import { noteCopy } from '@heddle/tree'

noteCopy('@heddle/checkpoint')

export { CheckpointError, type CheckpointFault, type CheckpointFaultMore } from './error'
export { StateError, StepError } from './manager/error'
export { CheckpointManager } from './manager/manager'
export type { CheckpointManagerOptions, RestoreOptions, SaveOptions } from './manager/options'
export type { Rename } from './manager/fit'
export type { Restored } from './manager/restored'
export { loadSafetensors, openSafetensors, type TensorFile } from './safetensors/read'
export { saveSafetensors, type SafetensorsOptions } from './safetensors/write'
export type { ByteSource, FileLike } from './source/source'
export { StorageError } from './storage/error'
export { memoryStorage } from './storage/memory'
export { opfsStorage } from './storage/opfs'
export type { CheckpointStorage, PendingFolder } from './storage/storage'
