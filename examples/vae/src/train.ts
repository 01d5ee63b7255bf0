/** The compiled programs: a step of training, the bound on held-out digits, digits that were never written. */
import { type Batch, fractions, SIDE } from '@heddle/example-mnist/digits'
import { jit, nn as functions, np, random, type Tensor, valueAndGrad } from '@heddle/func'
import { adam, sigmoidBinaryCrossEntropy } from '@heddle/optim'
import { Average, TrainState } from '@heddle/train'
import { type Codes, VAE } from './model'

export interface Settings {
  readonly hidden: number
  readonly latents: number
  readonly learningRate: number
  readonly seed: number
}
/** How far codes are from the standard normal distribution that samples are drawn from: Kullback and Leibler's divergence, nats, `[n]`. */
export const divergence = ({ mean, logVariance }: Codes): Tensor =>
  np.sum(np.exp(logVariance).add(mean.square()).sub(1).sub(logVariance), -1).mul(0.5)

export const makeTrainer = ({ hidden, latents, learningRate, seed }: Settings) => {
  const model = new VAE({ hidden, latents })
  const [initKey, key] = [random.key(seed), random.key(seed + 1)]
  const start = () => {
    const { params } = model.init({ params: initKey, latent: key }, [np.zeros([1, SIDE, SIDE, 1])])
    return TrainState.create({ params, tx: adam(learningRate), key })
  }
  type State = ReturnType<typeof start>

  /** The negative lower bound of the evidence in its two parts, nats, `[n]` each. */
  const boundOf = (params: State['params'], x: Tensor, latent: Tensor) => {
    const [logits, codes] = model.apply({ params }, [x], { rngs: { latent } })
    return { reconstruction: np.sum(sigmoidBinaryCrossEntropy(logits, x), [1, 2, 3]), divergence: divergence(codes) }
  }
  const step = jit(
    (state: State, { image }: Pick<Batch, 'image'>) => {
      const x = fractions(image)
      const lossOf = (params: State['params']) => {
        const parts = boundOf(params, x, random.foldIn(state.key, state.step))
        const [reconstruction, far] = [parts.reconstruction.mean(), parts.divergence.mean()]
        return [reconstruction.add(far), { reconstruction, divergence: far }] as const
      }
      const [[loss, parts], grads] = valueAndGrad(lossOf, { hasAux: true })(state.params)
      return [state.applyGradients({ grads }), { loss, ...parts }] as const
    },
    { donateArgnums: [0] },
  )
  const metric = Average.fromOutput('loss')
  const measure = jit((state: State, { image }: Pick<Batch, 'image'>) => {
    const { reconstruction, divergence: far } = boundOf(state.params, fractions(image), random.foldIn(state.key, -1))
    return metric.fromModelOutput({ loss: reconstruction.add(far) })
  })
  const decoded = (state: State, z: Tensor): Tensor =>
    functions.sigmoid(model.apply({ params: state.params }, [z], { method: (m: VAE, codes: Tensor) => m.decode(codes) }))
  /** Ink `[count, 28, 28, 1]` of codes that are drawn. */
  const sample = jit((state: State, k: Tensor, count: number): Tensor => decoded(state, random.normal(k, [count, latents])), {
    staticArgnums: [2],
  })
  const meanOf = (state: State, image: Tensor): Tensor =>
    model.apply({ params: state.params }, [fractions(image)], { method: (m: VAE, x: Tensor) => m.encode(x).mean })
  /** What digits `[n, 28, 28, 1]` are decoded to. */
  const reconstruct = jit((state: State, image: Tensor): Tensor => decoded(state, meanOf(state, image)))
  /** From the codes of one digit to those of another in `count` steps, both `[1, 28, 28, 1]`. */
  const between = jit(
    (state: State, from: Tensor, to: Tensor, count: number): Tensor => {
      const [a, b] = [meanOf(state, from), meanOf(state, to)]
      return decoded(state, a.add(np.linspace(0, 1, count).reshape([count, 1]).mul(b.sub(a))))
    },
    { staticArgnums: [3] },
  )
  return { start, step, metric, measure, sample, reconstruct, between }
}
