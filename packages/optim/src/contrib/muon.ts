/** Muon: momentum whose matrices are made orthogonal; Adam for what is no matrix. */
import { ArgumentError, type DType, np, type Tensor } from '@heddle/func'
import {
  boolean,
  dtype,
  func,
  isPlainObject,
  type Kind,
  listOf,
  number,
  nullable,
  of,
  oneOf,
  type OptionsOf,
  positive,
} from '@heddle/func/options'
import { map, mapUntil } from '@heddle/tree'
import { partition, type PartitionState } from '../mask'
import { adamw } from '../optimizers'
import { declared, kept, mask, named, nonNegative, rate, scalar, type ScalarOrSchedule, taking } from '../options'
import { scaleByLearningRate } from '../scale'
import { chain, type EmptyState, type GradientTransformation, stateless } from '../transformation'
import {
  biasCorrection,
  cast,
  mapLeaves,
  oneMinus,
  safeIncrement,
  type Scalar,
  scalarFor,
  updateMoment,
  zeroCount,
  zerosLike,
} from '../tree-math'
import { addDecayedWeights } from '../weight-decay'
import { axesOf, type MuonDimensionNumbers, orthogonalized } from './newton-schulz'

export type { MuonDimensionNumbers } from './newton-schulz'

/** State of `scaleByMuon`. */
export interface MuonState {
  readonly count: Tensor
  readonly mu: unknown
  readonly ns_coeffs: Tensor
}
/** For all weights, or a tree of them like the parameters or a prefix of it (null: Adam), or a function that makes one of the parameters. */
export type WeightDimensionNumbers =
  | MuonDimensionNumbers
  | null
  | { readonly [name: string]: WeightDimensionNumbers }
  | ((params: never) => unknown)

type Triple = readonly [number, number, number]
const triple: Kind = { expected: '', is: (x) => listOf(number).is(x) && (x as readonly number[]).length === 3 }
const presets: Readonly<Record<'standard' | 'dion', Triple | readonly Triple[]>> = {
  standard: [3.4445, -4.775, 2.0315],
  dion: [
    [4.0848, -6.8946, 2.927],
    [3.9505, -6.3029, 2.6377],
    [3.7418, -5.5913, 2.3037],
    [2.8769, -3.1427, 1.2046],
    [2.8366, -3.0525, 1.2012],
  ],
}
const isDimensions = (x: unknown): x is MuonDimensionNumbers => isPlainObject(x) && 'reductionAxis' in x && 'outputAxis' in x
const muonKinds = {
  /** Coefficients of the iteration: three numbers, three for each step, 'standard' (default) or 'dion'. */
  nsCoeffs: of<'standard' | 'dion' | Triple | readonly Triple[]>()({
    expected: "'standard', 'dion', three numbers, or a list of three numbers for each step",
    is: (x) => x === 'standard' || x === 'dion' || triple.is(x) || (listOf(triple).is(x) && (x as readonly unknown[]).length > 0),
  }),
  /** Steps of the iteration; 5 by default. */
  nsSteps: positive,
  /** Decay of the momentum. */
  beta: kept,
  eps: nonNegative,
  muDtype: of<DType>()(dtype),
  nesterov: boolean,
  /** Scale by how well the momentum fits its orthogonal matrix. */
  adaptive: boolean,
  /** How matrices are made small enough for the iteration. */
  preconditioning: oneOf('frobenius', 'spectral', 'aol', 'schatten'),
} as const
const dimensions: Kind = {
  expected: 'dimension numbers { reductionAxis, outputAxis }, a tree of them (null for none), or a function that makes one',
  is: (x) => func.is(x) || isPlainObject(x),
}
const scaleByMuonOptions = declared({ ...muonKinds, weightDimensionNumbers: of<WeightDimensionNumbers>()(dimensions) })
const usual: MuonDimensionNumbers = { reductionAxis: 0, outputAxis: 1 }

const coefficientsOf = (given: 'standard' | 'dion' | Triple | readonly Triple[], steps: number): Tensor => {
  const table = typeof given === 'string' ? presets[given] : given
  if (!Array.isArray(table[0])) return np.array(table as Triple)
  if (table.length > steps) return np.array((table as readonly Triple[]).slice(-steps) as never)
  return np.array(table as never)
}
const isLeaf = (x: unknown): boolean => x === null || isDimensions(x)
/** Dimension numbers, or null, for each leaf of a tree. */
const spread = (given: WeightDimensionNumbers, tree: unknown): unknown => {
  const made: unknown = typeof given === 'function' ? given(tree as never) : given
  return mapUntil(isLeaf, (d: unknown, below: unknown) => (below === null ? null : map(() => new Numbers(d), below)), made, tree)
}
/** Dimension numbers as a leaf. */
class Numbers {
  constructor(readonly of: unknown) {}
}
const withDimensions = (tree: unknown, given: WeightDimensionNumbers, f: (x: Tensor, d: MuonDimensionNumbers) => Tensor): unknown =>
  map(
    (x: Tensor, { of: d }: Numbers) => {
      if (!isDimensions(d)) throw new ArgumentError('scaleByMuon', `a leaf of shape [${x.shape.join(',')}] has no dimension numbers`)
      return f(x, d)
    },
    tree,
    spread(given, tree),
  )
/**
 * Momentum whose matrices are made orthogonal. Every leaf must be a matrix, or have dimension numbers.
 * Source: optax.contrib.scale_by_muon; Jordan et al., Muon, 2024.
 */
export const scaleByMuon = taking(
  'scaleByMuon',
  [scaleByMuonOptions],
  ({
    nsCoeffs = 'standard',
    nsSteps = 5,
    beta = 0.95,
    eps = 1e-8,
    muDtype,
    nesterov = true,
    adaptive = false,
    preconditioning = 'frobenius',
    weightDimensionNumbers = usual,
  }: OptionsOf<typeof scaleByMuonOptions> = {}): GradientTransformation<MuonState> => ({
    init: (params) => ({ count: zeroCount(), mu: zerosLike(params, muDtype), ns_coeffs: coefficientsOf(nsCoeffs, nsSteps) }),
    update: <T>(updates: T, state: MuonState) => {
      const mu = updateMoment(updates, state.mu as T, beta, 1)
      const count = safeIncrement(state.count)
      const ahead = (): T =>
        mapLeaves(
          (m, g) => np.add(np.multiply(scalarFor(beta, m), m), np.multiply(scalarFor(oneMinus(beta), g), g)),
          biasCorrection(mu, beta, safeIncrement(count)),
          biasCorrection(updates, beta, count),
        )
      const mean = nesterov ? ahead() : biasCorrection(mu, beta, count)
      const made = withDimensions(mean, weightDimensionNumbers, (x, d) =>
        orthogonalized(x, state.ns_coeffs, nsSteps, preconditioning, eps, d),
      ) as T
      const fitted = adaptive ? mapLeaves((x, y) => np.multiply(np.sum(np.multiply(x, y)), y), mean, made) : made
      return [fitted, { count, mu: cast(mu, muDtype), ns_coeffs: state.ns_coeffs }]
    },
  }),
)
const scaleByShape = (given: WeightDimensionNumbers, consistentRms: Scalar | null): GradientTransformation<EmptyState> =>
  stateless(<T>(updates: T): T => {
    const factor = (fanIn: number, fanOut: number): Scalar =>
      consistentRms === null ? Math.sqrt(Math.max(1, fanOut / fanIn)) : np.multiply(Math.sqrt(Math.max(fanIn, fanOut)), consistentRms)
    return withDimensions(updates, given, (x, d) => {
      const { fanIn, fanOut } = axesOf(x, d)
      return np.multiply(scalarFor(factor(fanIn, fanOut), x), x)
    }) as T
  })
const muonOptions = declared({
  ...muonKinds,
  weightDecay: rate,
  weightDecayMask: mask,
  adamB1: named('b1').kinds.b1,
  adamB2: named('b2').kinds.b2,
  adamEpsRoot: nonNegative,
  adamWeightDecay: rate,
  /** That of muon by default. */
  adamLearningRate: rate,
  /** Which weights are muon's, with their axes; by default those of two axes. */
  muonWeightDimensionNumbers: of<WeightDimensionNumbers>()(dimensions),
  /** The root mean square of updates, as of Adam's 0.2; null scales by the shape alone. */
  consistentRms: nullable(scalar),
})
/**
 * Muon for weights with two axes, AdamW for all others. Source: optax.contrib.muon; Jordan et al., Muon, 2024.
 *
 * @example
 * muon(0.02, { muonWeightDimensionNumbers: (params) => map((x: Tensor) => (x.ndim === 4 ? { reductionAxis: [0, 1, 2], outputAxis: 3 } : null), params) })
 */
export const muon = taking(
  'muon',
  [['learningRate', rate], muonOptions],
  (
    learningRate: ScalarOrSchedule,
    {
      weightDecay = 0,
      weightDecayMask,
      adamB1 = 0.9,
      adamB2 = 0.999,
      adamEpsRoot = 0,
      adamWeightDecay = 0,
      adamLearningRate = learningRate,
      muonWeightDimensionNumbers,
      consistentRms = null,
      eps = 1e-8,
      muDtype,
      nesterov = true,
      ...options
    }: OptionsOf<typeof muonOptions> = {},
  ): GradientTransformation<PartitionState> => {
    const given: WeightDimensionNumbers =
      muonWeightDimensionNumbers ?? ((tree: unknown) => map((x: Tensor) => new Numbers(x.ndim === 2 ? usual : null), tree))
    const numbersOf = (tree: unknown): unknown =>
      muonWeightDimensionNumbers === undefined ? (given as (t: unknown) => unknown)(tree) : spread(given, tree)
    const labels = (params: unknown): unknown => map(({ of: d }: Numbers) => (d === null ? 'adam' : 'muon'), numbersOf(params))
    // Inside of its part muon sees weights of its own only.
    const ofMine = muonWeightDimensionNumbers ?? usual
    return partition(
      {
        muon: chain(
          scaleByMuon({ ...options, eps, muDtype, nesterov, weightDimensionNumbers: ofMine }),
          scaleByShape(ofMine, consistentRms),
          addDecayedWeights(weightDecay, { mask: weightDecayMask }),
          scaleByLearningRate(learningRate),
        ) as GradientTransformation,
        adam: adamw(adamLearningRate, {
          b1: adamB1,
          b2: adamB2,
          eps,
          epsRoot: adamEpsRoot,
          weightDecay: adamWeightDecay,
          muDtype,
          nesterov,
        }),
      },
      labels,
    )
  },
)
