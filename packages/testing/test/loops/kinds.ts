/** Loops as people write them, none of which frees anything itself. */
import { checkpoint, grad, jit, lax, np, random, type Tensor, tree, valueAndGrad, vmap } from '@heddle/func'
import * as nn from '@heddle/linen'
import * as optim from '@heddle/optim'

type Watch = (turn: number) => void
export interface Kind {
  readonly name: string
  /** Its turns cost about a millisecond, so there are fewer of them. */
  readonly slow?: boolean
  /** It compiles in each turn, so there are still fewer where programs are compiled whole. */
  readonly compiles?: boolean
  /** It waits in the loop. */
  readonly waits?: boolean
  readonly run: (turns: number, watch: Watch) => void | Promise<void>
}
type Params = { readonly w: Tensor; readonly b: Tensor }
const optimizer = optim.adam(1e-3)
const start = (): Params => ({ w: np.ones([4, 4]), b: np.zeros([4]) })
const lossOf = (p: Params, x: Tensor): Tensor => np.mean(np.square(np.add(np.matmul(x, p.w), p.b)))
const stepOf = (p: Params, s: ReturnType<typeof optimizer.init>, x: Tensor) => {
  const [loss, grads] = valueAndGrad(lossOf)(p, x)
  const [updates, next] = optimizer.update(grads, s, p)
  return [optim.applyUpdates(p, updates), next, loss] as const
}
const plain = jit(stepOf)
const donating = jit(stepOf, { donateArgnums: [0, 1] })

/** A loop of turns that have nothing in common. */
const each =
  (turn: (x: Tensor, i: number) => unknown): Kind['run'] =>
  (turns, watch) => {
    const x = np.ones([4])
    for (let i = 0; i < turns; watch(i++)) turn(x, i)
  }
const training =
  (step: typeof plain): Kind['run'] =>
  (turns, watch) => {
    let p = start()
    let s = optimizer.init(p)
    const x = np.ones([2, 4])
    for (let i = 0; i < turns; watch(i++)) [p, s] = step(p, s, x)
  }
class Model extends nn.Module {
  call(x: Tensor): Tensor {
    return new nn.Dense({ features: 2 }).call(nn.relu(new nn.Dense({ features: 4 }).call(x)))
  }
}
class Recurrent extends nn.Module {
  call(x: Tensor): Tensor {
    return np.sum(new nn.RNN({ cell: new nn.LSTMCell({ features: 3 }) }).call(x) as Tensor)
  }
}

export const kinds: readonly Kind[] = [
  { name: 'a jitted step', run: training(plain) },
  { name: 'a jitted step that donates', run: training(donating) },
  {
    name: 'a jitted step whose loss is awaited',
    waits: true,
    run: async (turns, watch) => {
      let p = start()
      let s = optimizer.init(p)
      let loss: Tensor
      const x = np.ones([2, 4])
      for (let i = 0; i < turns; watch(i++)) {
        ;[p, s, loss] = plain(p, s, x)
        await loss.data()
      }
    },
  },
  {
    name: 'a jitted step on new data, whose loss is read',
    run: (turns, watch) => {
      let p = start()
      let s = optimizer.init(p)
      let loss: Tensor
      for (let i = 0; i < turns; watch(i++)) {
        ;[p, s, loss] = plain(p, s, np.array(new Float32Array(8).fill(i)).reshape(2, 4))
        loss.item()
      }
    },
  },
  { name: 'arithmetic', run: each((x) => x.add(1).mul(2).sum()) },
  {
    name: 'a state that is computed without jit',
    run: (turns, watch) => {
      let x = np.ones([4])
      for (let i = 0; i < turns; watch(i++)) x = np.tanh(x.mul(0.5)).add(0.1)
    },
  },
  {
    name: 'keys',
    run: (turns, watch) => {
      let key = random.key(0)
      for (let i = 0; i < turns; watch(i++)) key = random.split(key).at(0)
    },
  },
  { name: 'a gradient without jit', slow: true, run: each((x) => grad((y: Tensor) => np.sum(np.square(np.sin(y))))(x)) },
  {
    name: 'a training step without jit',
    slow: true,
    run: training(Object.assign(stepOf, { traceCount: () => 0, clearCache: () => undefined })),
  },
  { name: 'vmap', slow: true, run: each((x) => vmap((y: Tensor) => np.exp(y).add(1))(x)) },
  { name: 'scan', slow: true, run: each((x) => lax.scan((c: Tensor, y: Tensor) => [c.add(y), c] as const, np.array(0), x)) },
  {
    name: 'the gradient of a scan',
    slow: true,
    run: each((x) => grad((z: Tensor) => lax.scan((c: Tensor, y: Tensor) => [c.mul(y), c] as const, np.array(1), z)[0])(x)),
  },
  {
    name: 'whileLoop',
    slow: true,
    run: each((x) =>
      lax.whileLoop(
        (c: Tensor) => c.less(3),
        (c: Tensor) => c.add(1),
        x.sum(),
      ),
    ),
  },
  { name: 'foriLoop', slow: true, run: each((x) => lax.foriLoop(0, 3, (_, c: Tensor) => c.add(1), x)) },
  {
    name: 'cond',
    slow: true,
    run: each((x) =>
      lax.cond(
        x.sum().greater(0),
        (y: Tensor) => y.add(1),
        (y: Tensor) => y,
        x,
      ),
    ),
  },
  { name: 'switch', slow: true, run: each((x, i) => lax.switch(i % 2, [(y: Tensor) => y.add(1), (y: Tensor) => y], x)) },
  { name: 'map', slow: true, run: each((x) => lax.map((y: Tensor) => np.sin(y), x)) },
  {
    name: 'a gradient through checkpoint',
    slow: true,
    run: each((x) => grad((y: Tensor) => np.sum(checkpoint((z: Tensor) => np.sin(np.exp(z)))(y)))(x)),
  },
  { name: 'a function that is jitted anew', slow: true, compiles: true, run: each((x, i) => jit((y: Tensor) => y.add(i % 7).mul(y))(x)) },
  {
    name: 'apply of a model',
    slow: true,
    run: (turns, watch) => {
      const model = new Model()
      const x = np.ones([1, 3])
      const variables = model.init(random.key(0), [x])
      for (let i = 0; i < turns; watch(i++)) model.apply(variables, [x])
    },
  },
  {
    name: 'the gradient of an LSTM without jit',
    slow: true,
    compiles: true,
    run: (turns, watch) => {
      const model = new Recurrent()
      const x = np.ones([1, 3, 2])
      const variables = model.init(random.key(0), [x])
      for (let i = 0; i < turns; watch(i++)) tree.leaves(grad((v: typeof variables) => model.apply(v, [x]) as Tensor)(variables))
    },
  },
]
/** Few steps whose results are large. */
export const large: Kind = {
  name: 'large results',
  run: (turns, watch) => {
    const step = jit((x: Tensor) => [x.add(1), x.sum()] as const)
    let x = np.zeros([2 ** 20])
    for (let i = 0; i < turns; watch(i++)) [x] = step(x)
  },
}
