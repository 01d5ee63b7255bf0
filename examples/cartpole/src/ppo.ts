/**
 * Proximal policy optimization (Schulman et al. 2017): a program plays in all environments, judges what was done by generalized advantage
 * estimation, and improves the agent by some epochs of minibatches. It is scans within scans, compiled once.
 */
import { jit, lax, nn as functions, np, random, type Tensor, tree, valueAndGrad, vmap } from '@heddle/func'
import type * as nn from '@heddle/linen'
import * as optim from '@heddle/optim'
import { ActorCritic } from './agent'
import { MAX_STEPS, reset, type State, step } from './environment'

export interface Settings {
  readonly environments: number
  /** Steps in each environment before the agent is improved. */
  readonly horizon: number
  readonly epochs: number
  readonly minibatches: number
  readonly discount: number
  /** Of generalized advantage estimation. */
  readonly lambda: number
  /** How far a probability may move from that which was acted by. */
  readonly clip: number
  readonly entropyWeight: number
  readonly learningRate: number
  readonly hidden: number
}
export const defaults: Settings = {
  environments: 64,
  horizon: 64,
  epochs: 8,
  minibatches: 8,
  discount: 0.99,
  lambda: 0.95,
  clip: 0.2,
  entropyWeight: 0,
  learningRate: 1e-3,
  hidden: 32,
}
/** What was seen and done, `[horizon, environments]` each. */
interface Played {
  readonly body: Tensor
  readonly action: Tensor
  readonly logProb: Tensor
  readonly value: Tensor
  readonly reward: Tensor
  readonly done: Tensor
}
type Sample = Omit<Played, 'reward' | 'done' | 'value'> & { readonly advantage: Tensor; readonly target: Tensor }

const logProbOf = (logits: Tensor, action: Tensor): Tensor => np.sum(functions.logSoftmax(logits).mul(functions.oneHot(action, 2)), -1)

/** How much better than expected each action was: deltas discounted from the end, which no episode passes. */
export const advantages = (
  { value, reward, done }: Pick<Played, 'value' | 'reward' | 'done'>,
  after: Tensor,
  { discount, lambda }: Pick<Settings, 'discount' | 'lambda'>,
): Tensor => {
  const next = np.concatenate([value.at('1:'), np.expandDims(after, 0)], 0)
  const goesOn = np.logicalNot(done).astype('float32')
  const delta = reward.add(next.mul(goesOn).mul(discount)).sub(value)
  const back = (later: Tensor, [d, on]: readonly [Tensor, Tensor]): [Tensor, Tensor] => {
    const sum = d.add(later.mul(on).mul(discount * lambda))
    return [sum, sum]
  }
  return lax.scan(back, np.zerosLike(after), [delta, goesOn] as const, { reverse: true })[1]
}

export const makePpo = (settings: Settings, updates: number) => {
  const { environments, horizon, epochs, minibatches, discount, clip, entropyWeight, learningRate, hidden } = settings
  const model = new ActorCritic({ hidden })
  const steps = updates * epochs * minibatches
  const optimizer = optim.chain(optim.clipByGlobalNorm(0.5), optim.adam(optim.linearSchedule(learningRate, 0, steps), { eps: 1e-5 }))
  const judge = (params: nn.Params, body: Tensor) => model.apply({ params }, [body])

  const start = (seed: number) => {
    const [init, environment, rest] = random.split(random.key(seed), 3) as unknown as [Tensor, Tensor, Tensor]
    const { params } = model.init(init, [np.zeros([1, 4])]) as unknown as { readonly params: nn.Params }
    return { params, optState: optimizer.init(params), state: vmap(reset)(random.split(environment, environments)), key: rest }
  }
  type Now = ReturnType<typeof start>

  /** A step in all environments. */
  const play =
    (params: nn.Params) =>
    (state: State, key: Tensor): [State, Played] => {
      const [choice, renewal] = random.split(key) as unknown as [Tensor, Tensor]
      const [logits, value] = judge(params, state.body)
      const action = random.categorical(choice, logits)
      const result = vmap(step)(state, action, random.split(renewal, environments))
      // an episode that was only too long would have gone on: what it would have earned is added
      const cut = judge(params, result.last)[1].mul(result.late.astype('float32')).mul(discount)
      const reward = np.add(1, cut)
      return [result.state, { body: state.body, action, logProb: logProbOf(logits, action), value, reward, done: result.done }]
    }
  const lossOf = (params: nn.Params, sample: Sample): Tensor => {
    const [logits, value] = judge(params, sample.body)
    const ratio = np.exp(logProbOf(logits, sample.action).sub(sample.logProb))
    const gain = sample.advantage.sub(np.mean(sample.advantage)).div(np.std(sample.advantage).add(1e-8))
    const policy = np.mean(np.minimum(ratio.mul(gain), np.clip(ratio, 1 - clip, 1 + clip).mul(gain)))
    const entropy = np.mean(np.sum(functions.softmax(logits).mul(functions.logSoftmax(logits)), -1)).mul(-1)
    return np.mean(optim.l2Loss(value, sample.target)).sub(policy).sub(entropy.mul(entropyWeight))
  }
  const improve = (now: readonly [nn.Params, Now['optState']], sample: Sample) => {
    const [params, optState] = now
    const [loss, grads] = valueAndGrad(lossOf)(params, sample)
    const [change, next] = optimizer.update(grads, optState, params)
    return [[optim.applyUpdates(params, change), next] as const, loss] as const
  }
  /** Plays `horizon` steps and learns from them. Answers how long the episodes were that ended, and the loss. */
  const update = jit(
    (now: Now) => {
      const [playKey, learnKey, key] = random.split(now.key, 3) as unknown as [Tensor, Tensor, Tensor]
      const [state, played] = lax.scan(play(now.params), now.state, random.split(playKey, horizon))
      const advantage = advantages(played, judge(now.params, state.body)[1], settings)
      const { body, action, logProb, value } = played
      const size = environments * horizon
      const all: Sample = tree.map((x: Tensor) => x.reshape([size, ...x.shape.slice(2)]), {
        body,
        action,
        logProb,
        advantage,
        target: advantage.add(value),
      })
      const epoch = (learned: readonly [nn.Params, Now['optState']], k: Tensor) => {
        const order = random.permutation(k, size).reshape([minibatches, size / minibatches])
        return lax.scan(
          (l: typeof learned, rows: Tensor) =>
            improve(
              l,
              tree.map((x: Tensor) => np.take(x, rows, { axis: 0 }), all),
            ),
          learned,
          order,
        )
      }
      const [[params, optState], losses] = lax.scan(epoch, [now.params, now.optState] as const, random.split(learnKey, epochs))
      const ended = np.sum(played.done.astype('float32'))
      return [{ params, optState, state, key } satisfies Now, { ended, loss: np.mean(losses) }] as const
    },
    { donateArgnums: [0] },
  )
  /** Lengths of one episode in each environment, with the likelier action each time. `[environments]` */
  const evaluate = jit((params: nn.Params, key: Tensor): Tensor => {
    const turn = ([state, alive, length]: readonly [State, Tensor, Tensor], k: Tensor) => {
      const action = np.argmax(judge(params, state.body)[0], -1)
      const result = vmap(step)(state, action, random.split(k, environments))
      return [[result.state, np.logicalAnd(alive, np.logicalNot(result.done)), length.add(alive.astype('int32'))] as const, null] as const
    }
    const begin = vmap(reset)(random.split(key, environments))
    const [[, , lengths]] = lax.scan(
      turn,
      [begin, np.ones([environments], 'bool'), np.zeros([environments], 'int32')] as const,
      random.split(random.foldIn(key, 1), MAX_STEPS),
    )
    return lengths
  })
  return { model, start, update, evaluate, stepsOf: (updatesDone: number) => updatesDone * environments * horizon }
}
