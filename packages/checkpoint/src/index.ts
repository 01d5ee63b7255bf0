/**
 * Checkpoints: variables as bytes, in the formats of Flax, safetensors and NumPy, and back.
 */
import { noteCopy } from '@heddle/tree'

noteCopy('@heddle/checkpoint')

export { CheckpointError, type CheckpointFault, type CheckpointFaultMore } from './error'
export { loadSafetensors, openSafetensors, type TensorFile } from './safetensors/read'
export { saveSafetensors, type SafetensorsOptions } from './safetensors/write'
export type { ByteSource, FileLike } from './source/source'
