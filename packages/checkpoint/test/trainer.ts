/** A small training with all that a program has to remember, and where it ends as bits. As a program: `node trainer.ts FOLDER LAST`. */
import '@heddle/backend-tfjs/auto'
import { jit, np, random, type Tensor, valueAndGrad } from '@heddle/func'
import * as nn from '@heddle/linen'
import { adam, applyUpdates } from '@heddle/optim'
import { leaves } from '@heddle/tree'
import { CheckpointManager, type CheckpointStorage } from '../src/index'
import { fileStorage } from '../src/node/index'

class Net extends nn.Module {
  call(x: Tensor): Tensor {
    const h = new nn.Dropout({ rate: 0.3, deterministic: false }).call(nn.tanh(new nn.Dense({ features: 8 }).call(x)))
    return new nn.Dense({ features: 1 }).call(h)
  }
}
const net = new Net({})
const optimizer = adam(0.05)
const xs = np.sin(np.arange(64, { dtype: 'float32' })).reshape([32, 2])
const ys = np.cos(np.arange(32, { dtype: 'float32' })).reshape([32, 1])

/** The order in which an epoch goes through the data: that of a small generator, whose state is a number. */
const shuffled = (seed: number): { readonly order: number[]; readonly seed: number } => {
  const order = Array.from({ length: 32 }, (_, i) => i)
  let s = seed
  for (let i = 31; i > 0; i--) {
    s = (s * 1103515245 + 12345) % 2147483648
    const j = s % (i + 1)
    ;[order[i], order[j]] = [order[j]!, order[i]!]
  }
  return { order, seed: s }
}
const start = () => {
  const params = net.init({ params: random.key(0), dropout: random.key(1) }, [np.ones([1, 2])]).params
  return {
    params,
    opt: optimizer.init(params),
    key: random.key(2),
    step: np.array(0, { dtype: 'int32' }),
    data: { epoch: 0, at: 0, ...shuffled(1) },
  }
}
type State = ReturnType<typeof start>
const update = jit(
  (params: State['params'], opt: State['opt'], key: Tensor, step: Tensor, x: Tensor, y: Tensor) => {
    const [next, dropout] = random.split(key)
    const loss = (p: State['params']) => np.mean(np.square(net.apply({ params: p }, [x], { rngs: { dropout: dropout! } }).sub(y)))
    const [, grads] = valueAndGrad(loss)(params)
    const [updates, state] = optimizer.update(grads, opt, params)
    return { params: applyUpdates(params, updates), opt: state, key: next!, step: step.add(1) }
  },
  { donateArgnums: [0, 1, 2, 3] },
)
const advance = ({ params, opt, key, step, data }: State): State => {
  const batch = np.array(data.order.slice(data.at, data.at + 8), { dtype: 'int32' })
  const next = update(params, opt, key, step, np.take(xs, batch, { axis: 0 }), np.take(ys, batch, { axis: 0 })) as Omit<State, 'data'>
  const more = data.at + 8 < 32
  return { ...next, data: more ? { ...data, at: data.at + 8 } : { epoch: data.epoch + 1, at: 0, ...shuffled(data.seed) } }
}

/** Trains up to a step, from where the storage has it; saves each step without waiting. Answers all bits of the end. */
export const train = async (storage: CheckpointStorage, last: number): Promise<string> => {
  const manager = await CheckpointManager.open(storage, { maxToKeep: 2 })
  let state = start()
  if (manager.latestStep() !== null) state = (await manager.restore(null, state)) as State
  for (let i = manager.latestStep() ?? 0; i < last; i++) {
    state = advance(state)
    // not awaited: the next step is given these arrays away
    void manager.save(i + 1, state)
  }
  await manager.close()
  return bitsOf(state)
}
const bitsOf = async ({ data, ...arrays }: State): Promise<string> => {
  const hosts = await Promise.all((leaves(arrays) as Tensor[]).map((x) => x.hostArray()))
  const hex = hosts.map((h) => [h.dtype, h.shape, Buffer.from(h.data.buffer, h.data.byteOffset, h.data.byteLength).toString('hex')])
  return JSON.stringify([data, hex])
}

if (process.argv[1]?.endsWith('trainer.ts')) console.log(await train(fileStorage(process.argv[2]!), Number(process.argv[3])))
