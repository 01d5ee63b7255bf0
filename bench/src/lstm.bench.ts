/**
 * One training step of an LSTM (time 64, hidden 128, batch 32) in heddle and in tfjs-layers, on the same tfjs kernels.
 *
 * Both map `[batch, time, features]` to scores of each next character, with cross entropy and Adam.
 */
import { createRequire } from 'node:module'
import { tfjs } from '@heddle/backend-tfjs'
import { dispose, getDefaultBackend, jit, random, setDefaultBackend, type Tensor, valueAndGrad } from '@heddle/func'
import * as nn from '@heddle/linen'
import { adam, applyUpdates, softmaxCrossEntropyWithIntegerLabels } from '@heddle/optim'
import { print, time } from './harness'

const [TIME, HIDDEN, BATCH, FEATURES] = [64, 128, 32, 64]
const require = createRequire(import.meta.url)

const model = (cell: typeof nn.LSTMCell | typeof nn.OptimizedLSTMCell) => {
  const Scan = nn.scan(cell as typeof nn.LSTMCell, { variableBroadcast: 'params', splitRngs: { params: false }, inAxes: 1, outAxes: 1 })
  return class Model extends nn.Module {
    call(x: Tensor): Tensor {
      const lstm = new Scan({ features: HIDDEN })
      const [, ys] = lstm.call(lstm.initializeCarry(random.key(0), [x.shape[0]!, FEATURES]), x)
      return new nn.Dense({ features: FEATURES }).call(ys)
    }
  }
}

const heddleStep = (cell: typeof nn.LSTMCell | typeof nn.OptimizedLSTMCell) => {
  const lm = new (model(cell))()
  const x = random.normal(random.key(1), [BATCH, TIME, FEATURES])
  const labels = random.randint(random.key(2), [BATCH, TIME], 0, FEATURES)
  const optimizer = adam(1e-3)
  const params = lm.init(random.key(0), [x])
  type State = { params: typeof params; opt: ReturnType<typeof optimizer.init> }
  const loss = (p: typeof params): Tensor => softmaxCrossEntropyWithIntegerLabels(lm.apply(p, [x]), labels).mean()
  const step = jit(
    (state: State): [State, Tensor] => {
      const [value, grads] = valueAndGrad(loss)(state.params)
      const [updates, opt] = optimizer.update(grads, state.opt, state.params)
      return [{ params: applyUpdates(state.params, updates), opt }, value]
    },
    { donateArgnums: 0 },
  )
  let state: State = { params, opt: optimizer.init(params) }
  return {
    traced: step,
    run: async () => {
      const [next, value] = step(state)
      state = next
      await value.data()
      value.dispose()
    },
    dispose: () => dispose(state),
  }
}

const layersStep = async (backend: string) => {
  const tf = require('@tensorflow/tfjs-core')
  require('@tensorflow/tfjs-backend-cpu')
  require('@tensorflow/tfjs-backend-wasm')
  const layers = require('@tensorflow/tfjs-layers')
  await tf.setBackend(backend)
  await tf.ready()
  const lm = layers.sequential()
  lm.add(
    layers.layers.lstm({
      units: HIDDEN,
      returnSequences: true,
      inputShape: [TIME, FEATURES],
      recurrentActivation: 'sigmoid',
      recurrentInitializer: 'glorotNormal',
    }),
  )
  lm.add(layers.layers.dense({ units: FEATURES }))
  const optimizer = tf.train.adam(1e-3)
  const x = tf.randomNormal([BATCH, TIME, FEATURES])
  const labels = tf.reshape(tf.cast(tf.oneHot(tf.randomUniform([BATCH, TIME], 0, FEATURES, 'int32'), FEATURES), 'float32'), [-1, FEATURES])
  return async () => {
    await tf.setBackend(backend)
    const value = optimizer.minimize(() => tf.losses.softmaxCrossEntropy(labels, tf.reshape(lm.apply(x), [-1, FEATURES])), true)
    await value.data()
    value.dispose()
  }
}

for (const flavour of ['wasm', 'cpu'] as const) {
  setDefaultBackend(await tfjs({ demand: flavour }))
  const rounds = flavour === 'cpu' ? 3 : 10
  const start = performance.now()
  const plain = heddleStep(nn.LSTMCell)
  await plain.run()
  const first = performance.now() - start
  const optimized = heddleStep(nn.OptimizedLSTMCell)
  const layers = await layersStep(flavour)
  const before = getDefaultBackend().storage.memory().buffers
  const timings = await time(
    [
      { name: 'tfjs-layers LSTM', run: layers },
      { name: 'heddle LSTMCell', run: plain.run },
      { name: 'heddle OptimizedLSTMCell', run: optimized.run },
    ],
    { rounds, warmup: 1 },
  )
  print(`LSTM step on ${flavour}: time ${TIME}, hidden ${HIDDEN}, batch ${BATCH}`, timings)
  console.log(
    `  init, trace, plan and first step ${first.toFixed(0)} ms; buffers before and after ${before}, ${getDefaultBackend().storage.memory().buffers}`,
  )
  plain.dispose()
  optimized.dispose()
}
