/** Loads tfjs-node or tfjs-node-gpu, and what the backend needs of it. */
import type { DType } from '@heddle/func/backend'
import type { FlavourDevice } from '../device'
import { loadCore, quietly } from '../engine'
import { Unavailable } from '../unavailable'
import { findNative, mendUtil, type NativeFlavour } from './find'
import { type Binding, type Id, Tensorflow } from './tensorflow'

export interface NativeDevice extends FlavourDevice<Id> {
  readonly tf: Tensorflow
}
const holds: ReadonlySet<DType> = new Set<DType>(['float32', 'int32', 'bool'])

interface TfjsNode {
  readonly findBackend: (name: string) => { readonly binding: Binding } | null
}

/** Errors: Unavailable, where the package or its library is missing. */
export const loadNative = async (flavour: NativeFlavour): Promise<NativeDevice> => {
  const found = await findNative(flavour)
  await mendUtil()
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2'
  // XLA in TensorFlow lets a NaN lose against a number unless told otherwise
  if (!process.env.XLA_FLAGS?.includes('fast_min_max'))
    process.env.XLA_FLAGS = `${process.env.XLA_FLAGS ?? ''} --xla_cpu_enable_fast_min_max=false`.trim()
  const core = await loadCore()
  const tfjsNode = await quietly(core, () => {
    try {
      return found.load() as TfjsNode
    } catch (cause) {
      const { code, message } = cause as { code?: string; message: string }
      const reason = code === 'ERR_DLOPEN_FAILED' ? `TensorFlow's library does not load: ${message}` : message
      throw new Unavailable(flavour, `${found.name}: ${reason}`, false, { cause })
    }
  })
  const backend = tfjsNode.findBackend('tensorflow')
  if (backend === null) throw new Unavailable(flavour, `${found.name} registered no backend`, false)
  const gpu = backend.binding.isUsingGpuDevice()
  if (flavour === 'node-gpu' && !gpu)
    throw new Unavailable(flavour, `${found.name} found no GPU that it can use (it needs CUDA 11.2 and cuDNN 8.1)`, false)
  return nativeDevice(
    flavour,
    new Tensorflow(backend.binding),
    `tfjs ${flavour} ${found.version} (TensorFlow ${backend.binding.TF_Version})`,
  )
}
const nativeDevice = (flavour: NativeFlavour, tf: Tensorflow, description: string): NativeDevice => {
  const reshape = tf.op('Reshape', tf.typed('Tshape', 'int32'))
  return {
    tf,
    flavour,
    description,
    gpu: tf.binding.isUsingGpuDevice(),
    holds,
    reads: 'copy',
    sync: true,
    upload: (data, shape, dtype) => tf.upload(data, shape, dtype),
    read: (id, dtype) => tf.read(id, dtype),
    readAsync: async (id, dtype) => tf.read(id, dtype),
    reshaped: (id, shape) => reshape(id, tf.ints(shape)()),
    free: (id) => tf.delete(id),
  }
}
