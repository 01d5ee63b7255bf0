/** TensorFlow.js: its core for single operations, its layers for training steps, on wasm or on a native tfjs-node. */
import { createRequire } from 'node:module'
import type * as Core from '@tensorflow/tfjs-core'
import type * as Layers from '@tensorflow/tfjs-layers'
import { CALLS, type Peer, SIZES, type Work } from './peer'

interface Tfjs {
  readonly tf: typeof Core
  readonly layers: typeof Layers
  readonly backend: 'wasm' | 'tensorflow'
}
/** Its wasm backend has no gradient of a convolution; its random numbers are others. */
const hasWork = (backend: Tfjs['backend'], work: Work): boolean =>
  work === 'conv' ? backend === 'tensorflow' : work !== 'normal' && work !== 'transformer'

const kernel = ({ tf }: Tfjs, work: Work): (() => unknown) | undefined => {
  const done = async (f: () => Core.Tensor): Promise<void> => {
    const y = tf.tidy(f)
    await y.data()
    y.dispose()
  }
  switch (work) {
    case 'matmul': {
      const [a, b] = [tf.randomNormal([SIZES.matmul, SIZES.matmul]), tf.randomNormal([SIZES.matmul, SIZES.matmul])]
      return () => done(() => tf.matMul(a as Core.Tensor2D, b as Core.Tensor2D))
    }
    case 'chain': {
      const x = tf.randomNormal([SIZES.chain])
      return () =>
        done(() => {
          let y: Core.Tensor = x
          for (let i = 0; i < 5; i++) y = tf.add(tf.maximum(tf.mul(y, 1.01), -1), 0.5)
          return y
        })
    }
    case 'norms': {
      const x = tf.randomNormal([...SIZES.norms])
      return () =>
        done(() => {
          const p = tf.softmax(x)
          const centred = tf.sub(p, tf.mean(p, -1, true))
          return tf.div(centred, tf.sqrt(tf.add(tf.mean(tf.square(centred), -1, true), 1e-6)))
        })
    }
    case 'call': {
      let x: Core.Tensor = tf.scalar(0)
      return async () => {
        for (let i = 0; i < CALLS; i++) {
          const y = tf.add(x, 1)
          x.dispose()
          x = y
        }
        await x.data()
      }
    }
    default:
      return undefined
  }
}
let named = 0
/** A training step by tfjs's own optimizers and layers; the loss is read, as in heddle's. */
const training = ({ tf, layers, backend }: Tfjs, work: Work): (() => unknown) | undefined => {
  const step = (model: Layers.LayersModel, shape: number[], labels: number[], optimizer: Core.Optimizer) => {
    const classes = labels.at(-1)!
    const x = tf.randomNormal(shape)
    const y = tf.tidy(() =>
      tf.reshape(tf.cast(tf.oneHot(tf.randomUniform(labels.slice(0, -1), 0, classes, 'int32'), classes), 'float32'), [-1, classes]),
    )
    return async () => {
      const value = optimizer.minimize(
        () => tf.losses.softmaxCrossEntropy(y, tf.reshape(model.apply(x) as Core.Tensor, [-1, classes])) as Core.Scalar,
        true,
      )
      await value!.data()
      value!.dispose()
    }
  }
  const { lstm, conv2d, maxPooling2d, flatten } = layers.layers
  // names are global, for all copies of tfjs
  const name = (): string => `${backend}_${work}_${named++}`
  const dense = (options: Parameters<typeof layers.layers.dense>[0]) => layers.layers.dense({ ...options, name: name() })
  if (work === 'mlp') {
    const model = layers.sequential({
      layers: [
        dense({ units: 512, activation: 'relu', inputShape: [784] }),
        dense({ units: 512, activation: 'relu' }),
        dense({ units: 10 }),
      ],
    })
    return step(model, [128, 784], [128, 10], tf.train.sgd(0.1))
  }
  if (work === 'lstm') {
    const options = {
      name: name(),
      units: 128,
      returnSequences: true,
      inputShape: [64, 64],
      recurrentActivation: 'sigmoid',
      recurrentInitializer: 'glorotNormal',
    }
    const model = layers.sequential({ layers: [lstm(options as Parameters<typeof lstm>[0]), dense({ units: 64 })] })
    return step(model, [32, 64, 64], [32, 64, 64], tf.train.adam(1e-3))
  }
  if (work === 'conv') {
    const conv = (filters: number, inputShape?: [number, number, number]) =>
      conv2d({ name: name(), filters, kernelSize: 3, padding: 'same', activation: 'relu', ...(inputShape && { inputShape }) })
    const pool = () => maxPooling2d({ name: name(), poolSize: 2, strides: 2 })
    const model = layers.sequential({
      layers: [
        conv(16, [28, 28, 1]),
        pool(),
        conv(32),
        pool(),
        flatten({ name: name() }),
        dense({ units: 64, activation: 'relu' }),
        dense({ units: 10 }),
      ],
    })
    return step(model, [64, 28, 28, 1], [64, 10], tf.train.adam(1e-3))
  }
  return undefined
}
/** All copies of tfjs share one engine, whose backend is set before each run. */
const peer = async (name: string, tfjs: Tfjs): Promise<Peer> => {
  const { tf, backend } = tfjs
  await tf.setBackend(backend)
  await tf.ready()
  return {
    name,
    version: tf.version_core,
    prepare: (work) => {
      let run: (() => unknown) | undefined
      return hasWork(backend, work)
        ? async () => {
            await tf.setBackend(backend)
            run ??= kernel(tfjs, work) ?? training(tfjs, work)
            await run?.()
          }
        : undefined
    },
  }
}
export const tfjsWasm = async (): Promise<Peer> => {
  const require = createRequire(import.meta.url)
  const tf = require('@tensorflow/tfjs-core') as typeof Core
  require('@tensorflow/tfjs-backend-cpu')
  require('@tensorflow/tfjs-backend-wasm')
  const layers = require('@tensorflow/tfjs-layers') as typeof Layers
  return peer('tfjs wasm', { tf, layers, backend: 'wasm' })
}
/** From a folder of modules with a native tfjs-node. */
export const tfjsNode = async (modules: string): Promise<Peer> => {
  const require = createRequire(import.meta.url)
  const tf = require(`${modules}/@tensorflow/tfjs-node`) as typeof Core
  return peer('tfjs-node', { tf, layers: require(`${modules}/@tensorflow/tfjs-layers`) as typeof Layers, backend: 'tensorflow' })
}
