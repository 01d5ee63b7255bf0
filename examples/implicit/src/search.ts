/** The search for the constants: trajectories from several starts are compared with what was measured, and the error goes down by Adam. */
import { jit, np, random, type Tensor, tree, valueAndGrad, vmap } from '@heddle/func'
import * as optim from '@heddle/optim'
import { TrainState } from '@heddle/train'
import { type Constants, trajectory } from './oscillator'

export interface Settings {
  /** Trajectories that are measured. */
  readonly starts: number
  /** Measurements of each. */
  readonly steps: number
  /** Between two measurements. */
  readonly seconds: number
  /** The standard deviation of what is added to measurements. */
  readonly noise: number
  readonly learningRate: number
}
export const defaults: Settings = { starts: 8, steps: 20, seconds: 0.1, noise: 0.05, learningRate: 0.05 }
export const truth = { damping: 5, stiffness: 2 }
const guess = { damping: 1, stiffness: 1 }

const scalars = (numbers: typeof truth): Constants => tree.map((x: number) => np.array(x), numbers)

/** What a step measures. */
type Measured = { readonly [name in 'loss' | keyof Constants]: Tensor }

export const makeSearch = (settings: Settings, seed: number) => {
  const { starts, steps, seconds, noise, learningRate } = settings
  const from = (start: Tensor, constants: Constants): Tensor => vmap((s: Tensor) => trajectory(s, constants, steps, seconds))(start)
  const simulate = jit(from)
  const [startKey, noiseKey] = random.split(random.key(seed)) as unknown as [Tensor, Tensor]
  const start = random.uniform(startKey, [starts, 2], { minval: -2, maxval: 2 })
  const exact = simulate(start, scalars(truth))
  const measured = exact.add(random.normal(noiseKey, exact.shape).mul(noise))

  /** Both constants are positive: their logarithms are what is searched. */
  const constantsOf = (logs: Constants): Constants => tree.map((x: Tensor) => np.exp(x), logs)
  const lossOf = (logs: Constants): Tensor => np.mean(optim.squaredError(from(start, constantsOf(logs)), measured))
  const lossAndGradient = jit(valueAndGrad(lossOf))
  const state = TrainState.create({ params: tree.map((x: Tensor) => np.log(x), scalars(guess)), tx: optim.adam(learningRate) })
  const step = jit((s: typeof state): [typeof state, Measured] => {
    const [value, grads] = valueAndGrad(lossOf)(s.params)
    return [s.applyGradients({ grads }), { loss: value, ...constantsOf(s.params) }]
  })
  return { state, step, lossAndGradient, simulate, start, measured, exact, constantsOf }
}
