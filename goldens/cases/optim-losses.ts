/** Losses by their options and at their corners. */
import { grad, nn, np, type Tensor } from '@heddle/func'
import * as optim from '@heddle/optim'
import { program, tensorsOf, type Case, type Inputs, type Parts } from './case'

type Loss = (x: Tensor, y: Tensor, ...rest: Tensor[]) => Tensor
const fenchelYoung = optim.makeFenchelYoungLoss((scores: Tensor) => nn.logsumexp(scores))
const ctc: Loss = (x, frames, labels, spare) => optim.ctcLoss(x, frames, labels!, spare!)

const losses: Readonly<Record<string, Loss>> = {
  softmax_where: (x, y, where) => optim.softmaxCrossEntropy(x, y, { where }),
  softmax_rows: (x, y, where) => optim.softmaxCrossEntropy(x, y, { where }),
  softmax_axes: (x, y) => optim.softmaxCrossEntropy(x, y, { axis: [0, 1] }),
  integers_axis: (x, k) => optim.softmaxCrossEntropyWithIntegerLabels(x, k, { axis: 0 }),
  integers_axes: (x, k) => optim.softmaxCrossEntropyWithIntegerLabels(x, k, { axis: [1, 2] }),
  integers_turned: (x, k) => optim.softmaxCrossEntropyWithIntegerLabels(x, k, { axis: [2, 1] }),
  integers_where: (x, k, where) => optim.softmaxCrossEntropyWithIntegerLabels(x, k, { where }),
  integers_rows: (x, k, where) => optim.softmaxCrossEntropyWithIntegerLabels(x, k, { where }),
  integers_far: (x, k) => optim.softmaxCrossEntropyWithIntegerLabels(x, k),
  safe: optim.safeSoftmaxCrossEntropy,
  poly_where: (x, y, where) => optim.polyLossCrossEntropy(x, y, { epsilon: -1, where }),
  poly_axis: (x, y) => optim.polyLossCrossEntropy(x, y, { axis: 0 }),
  focal: (x, y) => optim.sigmoidFocalLoss(x, y, { alpha: 0.3, gamma: 1.5 }),
  focal_soft: (x, y) => optim.sigmoidFocalLoss(x, y, { alpha: 0.3, gamma: 0.5 }),
  smooth_where: (x, where) => optim.smoothLabels(x, 0.2, { where }),
  smooth_axis: (x) => optim.smoothLabels(x, 0.2, { axis: 0 }),
  generalized_kl: (x, y) => optim.generalizedKlDivergence(x, y),
  generalized_kl_where: (x, y, where) => optim.generalizedKlDivergence(x, y, { axis: 0, where }),
  kl_zero: (x, y) => optim.klDivergence(x, y),
  sparsemax: optim.sparsemaxLoss,
  multiclass_sparsemax: optim.multiclassSparsemaxLoss,
  multiclass_sparsemax_far: optim.multiclassSparsemaxLoss,
  dice: (x, y) => optim.diceLoss(x, y),
  dice_options: (x, y) =>
    optim.diceLoss(x, y, { classWeights: [1, 2, 0, 4], smooth: 0.1, alpha: 0.3, beta: 0.7, reduction: 'sum', ignoreBackground: true }),
  dice_none: (x, y) => optim.diceLoss(x, y, { reduction: 'none', axis: [0, 1] }),
  dice_probabilities: (x, y) => optim.diceLoss(x, y, { applySoftmax: false }),
  generalized_dice: (x, y) => optim.multiclassGeneralizedDiceLoss(x, y),
  generalized_dice_foreground: (x, y) => optim.multiclassGeneralizedDiceLoss(x, y, { smooth: 0.5, ignoreBackground: true }),
  binary_dice: (x, y) => optim.binaryDiceLoss(x, y),
  binary_dice_one: (x, y) => optim.binaryDiceLoss(x, y),
  ntxent: (x, y) => optim.ntxent(x, y),
  ntxent_warm: (x, y) => optim.ntxent(x, y, { temperature: 1 }),
  triplet: (x, y, z) => optim.tripletMarginLoss(x, y, z!),
  triplet_axis: (x, y, z) => optim.tripletMarginLoss(x, y, z!, { axis: 0, normDegree: 4, margin: 0.3, eps: 1e-3 }),
  triplet_same: (x, y, z) => optim.tripletMarginLoss(x, y, z!),
  ranking: (x, y) => optim.rankingSoftmaxLoss(x, y),
  ranking_where: (x, y, where) => optim.rankingSoftmaxLoss(x, y, { where }),
  ranking_none: (x, y, where) => optim.rankingSoftmaxLoss(x, y, { where, reduceFn: null }),
  ranking_sum: (x, y, where, weights) => optim.rankingSoftmaxLoss(x, y, { where, weights, reduceFn: np.sum }),
  ranking_empty: (x, y, where) => optim.rankingSoftmaxLoss(x, y, { where }),
  fenchel_young: fenchelYoung,
  ctc,
  ctc_blank: (x, frames, labels, spare) => optim.ctcLoss(x, frames, labels!, spare!, { blankId: 3, logEpsilon: -1e4 }),
  ctc_empty: ctc,
  ctc_far: ctc,
}

type Args = readonly [Tensor, Tensor, ...Tensor[]]
const argsOf = ({ golden }: Inputs): Readonly<Record<string, Args>> =>
  Object.fromEntries([...Object.keys(losses), 'ctc_forward'].map((name) => [name, tensorsOf(golden, name, 'args') as Args]))
const all = (args: Readonly<Record<string, Args>>): Parts => ({
  ...Object.fromEntries(
    Object.entries(losses).map(([name, loss]) => {
      const sum = (x: Tensor, ...rest: Tensor[]): Tensor => np.sum(loss(x, ...(rest as [Tensor])))
      return [name, { args: args[name], value: loss(...args[name]!), grad: grad(sum)(...args[name]!) }]
    }),
  ),
  ctc_forward: { args: args['ctc_forward'], value: forward(args['ctc_forward']!) },
})
const forward = ([x, frames, labels, spare]: Args): Parts => {
  const [loss, blank, label] = optim.ctcLossWithForwardProbs(x, frames, labels!, spare!)
  return { loss, blank, label }
}

export const cases: readonly Case[] = [
  // as one program: eager calls would be some hundreds of programs for XLA, one by one
  { name: 'optim/more_losses', run: (inputs) => program(all)(argsOf(inputs)) },
]
