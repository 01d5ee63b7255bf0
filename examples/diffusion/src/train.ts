/**
 * Flow matching (Lipman and others 2022; Liu and others 2022): on the straight line from noise to a digit the velocity is their difference. A net that
 * foretells it, from where one is and when, moves noise to digits.
 */
import { type Batch, SIDE } from '@heddle/example-mnist/digits'
import { jit, lax, np, random, type Tensor, valueAndGrad } from '@heddle/func'
import { adam, incrementalUpdate, warmupCosineDecaySchedule } from '@heddle/optim'
import { TrainState } from '@heddle/train'
import { ANY, UNet } from './model'

export interface Settings {
  readonly features: number
  readonly learningRate: number
  readonly seed: number
}
/** Bytes to where the net works: from -1, the paper, to 1. */
const scaled = (bytes: Tensor): Tensor => bytes.astype('float32').div(127.5).sub(1)
const inkOf = (x: Tensor): Tensor => np.clip(x.add(1).div(2), 0, 1)
const spread = (x: Tensor): Tensor => x.reshape([x.shape[0]!, 1, 1, 1])

/** Of noise at time 0 and images at time 1, what is between them at times `[n]`. */
export const between = (noise: Tensor, images: Tensor, time: Tensor): Tensor => noise.add(spread(time).mul(images.sub(noise)))

/**
 * Follows a velocity from time 0 to time 1 in equal steps, each judged at its middle: where it was at each step, `[steps + 1, ...]`. Compiled as one
 * scan.
 */
export const follow = (velocity: (x: Tensor, time: Tensor) => Tensor, from: Tensor, steps: number): Tensor => {
  const step = (x: Tensor, time: Tensor): [Tensor, Tensor] => {
    const half = x.add(velocity(x, time).mul(0.5 / steps))
    const next = x.add(velocity(half, time.add(0.5 / steps)).div(steps))
    return [next, next]
  }
  const [, path] = lax.scan(step, from, np.arange(steps).astype('float32').div(steps))
  return np.concatenate([np.expandDims(from, 0), path], 0)
}

/** A trainer for so many steps. */
export const makeTrainer = ({ features, learningRate, seed }: Settings, steps: number) => {
  const model = new UNet({ features })
  const schedule = warmupCosineDecaySchedule(0, learningRate, Math.ceil(steps / 10), steps)
  const [initKey, key] = [random.key(seed), random.key(seed + 1)]
  const start = () => {
    const [time, digit] = [np.zeros([1]), np.zeros([1], 'int32')]
    const { params } = model.init(initKey, [np.zeros([1, SIDE, SIDE, 1]), time, digit])
    // samples are drawn with a moving average of the parameters, which is less noisy than they are
    return TrainState.create({ params, tx: adam(schedule), average: params, key })
  }
  type State = ReturnType<typeof start>

  const step = jit((state: State, { image, label }: Batch): [State, Tensor] => {
    const n = image.shape[0]!
    const draw = (i: number): Tensor => random.foldIn(random.foldIn(state.key, state.step), i)
    const [images, noise, time] = [scaled(image), random.normal(draw(0), image.shape), random.uniform(draw(1), [n])]
    // now and then it is not told which digit it is, so that it can also draw any
    const digit = np.where(random.uniform(draw(2), [n]).less(0.1), ANY, label)
    const lossOf = (params: State['params']): Tensor =>
      model
        .apply({ params }, [between(noise, images, time), time, digit])
        .sub(images.sub(noise))
        .square()
        .mean()
    const [loss, grads] = valueAndGrad(lossOf)(state.params)
    const next = state.applyGradients({ grads })
    return [next.replace({ average: incrementalUpdate(next.params, state.average, 0.01) }), loss]
  })
  /** Ink `[steps + 1, n, 28, 28, 1]` on the way from noise to digits `[n]`, for `guidance` times the difference that it makes to know which. */
  const sample = jit(
    (state: State, k: Tensor, digits: Tensor, guidance: number, count: number): Tensor => {
      const params = state.average
      const velocity = (x: Tensor, time: Tensor): Tensor => {
        const moment = np.broadcastTo(time, digits.shape)
        const any = model.apply({ params }, [x, moment, np.fullLike(digits, ANY)])
        return any.add(model.apply({ params }, [x, moment, digits]).sub(any).mul(guidance))
      }
      return inkOf(follow(velocity, random.normal(k, [digits.shape[0]!, SIDE, SIDE, 1]), count))
    },
    { staticArgnums: [3, 4] },
  )
  return { start, step, schedule, sample }
}
