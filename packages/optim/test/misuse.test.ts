/** Misuses of optimizers, schedules and losses, as plain JavaScript writes them: each is refused by an error that names what was meant. */
import { hostBackend } from '@heddle/backend-host'
import { ArgumentError, np, random, setDefaultBackend, type Tensor } from '@heddle/func'
import { describe, expect, test } from 'vitest'
import * as optim from '../src'

setDefaultBackend(hostBackend())

type Row = readonly [program: string, run: () => unknown, ...names: readonly string[]]
/** Without types. */
type Loose = Readonly<Record<string, (...args: readonly unknown[]) => never>>
const o = optim as unknown as Loose
const refuses = (rows: readonly Row[]): void => {
  test.each(rows.map((row) => [row[0], row] as const))('%s', (_, [, run, ...names]) => {
    let error: unknown
    try {
      error = ['answered', run()]
    } catch (e) {
      error = e
    }
    expect(error).toBeInstanceOf(ArgumentError)
    const { message, name, _tag } = error as ArgumentError
    expect([name, _tag]).toEqual(['ArgumentError', 'ArgumentError'])
    for (const part of names) expect(message).toContain(part)
  })
}
const params = (): { w: ReturnType<typeof np.ones>; b: ReturnType<typeof np.ones> } => ({ w: np.ones([3]), b: np.zeros([]) })
const wrong = <T>(x: unknown): T => x as T
const step = (t: optim.GradientTransformation, gradients: unknown, state: unknown, ...rest: readonly unknown[]): unknown =>
  t.update(gradients, wrong(state), ...rest)

describe('learning rates', () => {
  refuses([
    ['none', () => o['adam']!(), 'adam', 'at learningRate', 'a schedule', 'got undefined'],
    ['NaN', () => o['sgd']!(Number.NaN), 'sgd', 'at learningRate', 'a finite number', 'NaN'],
    ['infinite', () => o['adam']!(Number.POSITIVE_INFINITY), 'at learningRate', 'Infinity'],
    ['a string', () => o['adamw']!('1e-3'), 'adamw', 'is 0.001 meant?'],
    ['null', () => o['lion']!(null), 'lion', 'got null'],
    ['a list', () => o['sgd']!([0.1]), 'an array of length 1'],
    ['a tensor of several', () => o['sgd']!(np.ones([2])), 'a tensor float32[2]'],
    ['an object', () => o['adam']!({ learningRate: 1e-3 }), 'keys {learningRate}'],
    ['a transformation', () => o['sgd']!(optim.sgd(1)), 'chain(...) puts one after the other'],
    ['a promise', () => o['sgd']!(Promise.resolve(0.1)), 'is an await missing?'],
    ['of fromage, a schedule', () => o['fromage']!(() => 1), 'fromage', 'a finite number'],
    ['of signSgd, none', () => o['signSgd']!(), 'signSgd', 'learningRate'],
    ['of adadelta, null', () => o['adadelta']!(null), 'adadelta', 'got null'],
    [
      'that a schedule answers as a string',
      () => step(optim.sgd(wrong(() => '0.1')), params(), optim.sgd(() => 1).init(params())),
      'schedule',
    ],
  ])
})

describe('options of optimizers', () => {
  refuses([
    ['misspelt', () => o['adam']!(1e-3, { beta1: 0.9 }), 'adam: there is no option "beta1"', 'there are b1, b2'],
    ['in snake case', () => o['adam']!(1e-3, { eps_root: 0 }), 'is epsRoot meant?'],
    ['of another', () => o['sgd']!(0.1, { weightDecay: 0.1 }), 'no option "weightDecay"', 'momentum, nesterov'],
    ['by position', () => o['sgd']!(0.1, 0.9), 'options { momentum', 'options are named: { momentum: 0.9 }'],
    ['a flag by position', () => o['sgd']!(0.1, true), 'options { momentum', 'got boolean true'],
    ['several by position', () => o['adam']!(1e-3, 0.9, 0.999), 'options are named: { b1: 0.9 }'],
    ['and one more', () => o['adam']!(1e-3, {}, 3), 'adam: takes 2 arguments at most, got 3'],
    ['first', () => o['adam']!({ b1: 0.9 }, 1e-3), 'at learningRate', 'keys {b1}'],
    ['a tensor', () => o['adam']!(1e-3, np.ones([])), 'options {', 'a tensor float32[]'],
    ['null', () => o['adam']!(1e-3, null), 'options {', 'got null'],
    ['a list', () => o['adam']!(1e-3, [0.9, 0.999]), 'an array of length 2'],
    ['a promise', () => o['adam']!(1e-3, Promise.resolve({})), 'is an await missing?'],
    ['a function', () => o['adam']!(1e-3, () => 0), 'the function'],
    ['a decay above 1', () => o['adam']!(1e-3, { b1: 9 }), 'at b1 expected a number from -1 to 1', 'number 9'],
    ['a decay of squares below 0', () => o['adam']!(1e-3, { b2: -0.999 }), 'at b2 expected a number from 0 to 1'],
    ['a decay that is NaN', () => o['adam']!(1e-3, { b2: Number.NaN }), 'at b2', 'NaN'],
    ['a negative eps', () => o['adam']!(1e-3, { eps: -1e-8 }), 'at eps expected a non-negative number'],
    ['a string', () => o['rmsprop']!(1e-3, { decay: '0.9' }), 'rmsprop', 'at decay', 'is 0.9 meant?'],
    ['a number as flag', () => o['adam']!(1e-3, { nesterov: 1 }), 'at nesterov expected true or false, got number 1'],
    ['a dtype of numpy', () => o['adam']!(1e-3, { muDtype: 'float' }), 'at muDtype', 'is "float32" meant?'],
    ['a decay of radam by a tensor', () => o['radam']!(1e-3, { b2: np.array(0.9) }), 'radam', 'at b2 expected a number'],
    ['a decay of weights of novograd by a schedule', () => o['novograd']!(1e-3, { weightDecay: () => 0.1 }), 'novograd', 'at weightDecay'],
    ['a decay of weights that is NaN', () => o['adamw']!(1e-3, { weightDecay: Number.NaN }), 'at weightDecay', 'NaN'],
    ['a mask of numbers', () => o['adamw']!(1e-3, { mask: { w: 1 } }), 'adamw', 'at mask expected a mask', 'keys {w}'],
    ['a mask by name', () => o['adamw']!(1e-3, { mask: 'kernel' }), 'at mask', 'string "kernel"'],
    ['a momentum by a schedule', () => o['sgd']!(0.1, { momentum: () => 0.9 }), 'at momentum'],
    ['a trust coefficient by name', () => o['lars']!(0.1, { trustCoefficient: 'x' }), 'lars', 'at trustCoefficient'],
  ])
})

describe('parts', () => {
  refuses([
    ['scale by a string', () => o['scale']!('2'), 'scale: at stepSize', 'is 2 meant?'],
    ['scale by NaN', () => o['scale']!(Number.NaN), 'scale: at stepSize', 'NaN'],
    ['scaleBySchedule by a number', () => o['scaleBySchedule']!(0.1), 'scaleBySchedule', 'constantSchedule makes one'],
    ['scaleByTrustRatio by position', () => o['scaleByTrustRatio']!(0.1), 'scaleByTrustRatio', 'options are named: { minNorm: 0.1 }'],
    ['scaleByTrustRatio misspelt', () => o['scaleByTrustRatio']!({ epsilon: 1 }), 'no option "epsilon"'],
    ['scaleByLearningRate with a flag', () => o['scaleByLearningRate']!(0.1, false), 'scaleByLearningRate', 'options { flipSign }'],
    ['clip by nothing', () => o['clip']!(), 'clip: at maxDelta', 'got undefined'],
    ['clip by a negative', () => o['clip']!(-1), 'clip: at maxDelta expected a non-negative number'],
    ['clip by options', () => o['clip']!({ maxDelta: 1 }), 'clip', 'keys {maxDelta}'],
    ['clipByGlobalNorm by NaN', () => o['clipByGlobalNorm']!(Number.NaN), 'clipByGlobalNorm: at maxNorm', 'NaN'],
    ['clipByGlobalNorm by a transformation', () => o['clipByGlobalNorm']!(optim.sgd(1)), 'clipByGlobalNorm'],
    ['clipByBlockRms by a string', () => o['clipByBlockRms']!('1'), 'clipByBlockRms', 'is 1 meant?'],
    ['adaptiveGradClip by position', () => o['adaptiveGradClip']!(0.1, 1e-3), 'adaptiveGradClip', 'options { eps, axis }'],
    ['adaptiveGradClip misspelt', () => o['adaptiveGradClip']!(0.1, { epsilon: 1 }), 'adaptiveGradClip: there is no option "epsilon"'],
    ['adaptiveGradClip along a name', () => o['adaptiveGradClip']!(0.1, { axis: 'rows' }), 'at axis'],
    ['trace beyond 1', () => o['trace']!(1.5), 'trace: at decay', 'from -1 to 1'],
    ['ema misspelt', () => o['ema']!(0.9, { debiased: true }), 'is debias meant?'],
    ['addDecayedWeights of a mask first', () => o['addDecayedWeights']!({ mask: true }), 'addDecayedWeights: at weightDecay'],
    ['addNoise without a key', () => o['addNoise']!(1, 0.5), 'addNoise: at key', 'got undefined'],
    ['addNoise by a seed', () => o['addNoise']!(1, 0.5, 0), 'random.key(seed) makes a key'],
    ['addNoise swapped', () => o['addNoise']!(random.key(0), 1, 0.5), 'addNoise: at eta'],
    ['stateless without a function', () => o['stateless']!(3), 'stateless', 'a function'],
  ])
})

describe('wrappers', () => {
  const inner = optim.sgd(1)
  refuses([
    ['chain of a list', () => o['chain']!([inner, inner]), 'chain: part 0', 'not a list: chain(a, b)'],
    ['chain of a constructor', () => o['chain']!(optim.identity(), optim.adam), 'chain: part 1', 'is it to be called'],
    ['chain of a number', () => o['chain']!(1e-3), 'chain: part 0', 'got number 0.001'],
    ['chain of nothing', () => o['chain']!(undefined), 'chain: part 0', 'got undefined'],
    ['chain of a promise', () => o['chain']!(Promise.resolve(inner)), 'is an await missing?'],
    ['namedChain without names', () => o['namedChain']!(inner), 'namedChain: part 0', '[name, transformation]'],
    ['namedChain of a constructor', () => o['namedChain']!(['a', optim.adam]), 'namedChain: part a'],
    ['multiSteps swapped', () => o['multiSteps']!(4, inner), 'multiSteps: at inner', 'got number 4'],
    ['multiSteps of none', () => o['multiSteps']!(inner, 0), 'multiSteps: at everyK expected a positive integer', 'number 0'],
    ['multiSteps of a half', () => o['multiSteps']!(inner, 1.5), 'at everyK'],
    ['multiSteps without a number', () => o['multiSteps']!(inner), 'at everyK', 'got undefined'],
    ['multiSteps with a flag', () => o['multiSteps']!(inner, 2, false), 'options { useGradMean, ', 'useGradMean: false'],
    ['multiSteps misspelt', () => o['multiSteps']!(inner, 2, { useMean: true }), 'no option "useMean"'],
    ['multiSteps of a constructor', () => o['multiSteps']!(optim.sgd, 2), 'at inner', 'is it to be called'],
    ['applyEvery of none', () => o['applyEvery']!(0), 'applyEvery: at k', 'a positive integer'],
    ['applyEvery by a string', () => o['applyEvery']!('2'), 'applyEvery: at k'],
    ['applyIfFinite without a number', () => o['applyIfFinite']!(inner), 'applyIfFinite: at maxConsecutiveErrors'],
    ['applyIfFinite by a negative', () => o['applyIfFinite']!(inner, -1), 'at maxConsecutiveErrors expected a non-negative integer'],
    ['applyIfFinite swapped', () => o['applyIfFinite']!(3, inner), 'applyIfFinite: at inner'],
    ['masked swapped', () => o['masked']!({ w: true }, inner), 'masked: at inner', 'keys {w}'],
    ['masked without a mask', () => o['masked']!(inner), 'masked: at mask', 'got undefined'],
    ['masked by numbers', () => o['masked']!(inner, { w: 1, b: 0 }), 'masked: at mask expected a mask'],
    ['masked by a tensor', () => o['masked']!(inner, np.array(true)), 'at mask', 'a tensor bool[]'],
    [
      'masked by a function that answers numbers',
      () =>
        optim
          .masked(
            inner,
            wrong(() => ({ w: 1 })),
          )
          .init(params()),
      'what the mask answers',
    ],
    ['freeze without a mask', () => o['freeze']!(), 'mask'],
    ['partition of one', () => o['partition']!(inner, 'a'), 'partition', 'takes one for each label'],
    ['partition of constructors', () => o['partition']!({ a: optim.sgd }, 'a'), 'partition: at transformations'],
    ['partition without labels', () => o['partition']!({ a: inner }), 'partition: at labels', 'got undefined'],
    ['partition by booleans', () => o['partition']!({ a: inner }, { w: true }), 'at labels', 'strings'],
    [
      'partition of another label',
      () => optim.partition({ a: inner }, { w: 'b' }).init({ w: np.ones([]) }),
      'no transformation for label b',
    ],
  ])
})

describe('init and update', () => {
  const adam = optim.adam(1e-3)
  const state = (): never => adam.init(params()) as never
  refuses([
    ['init of nothing', () => adam.init(undefined), 'adam.init: the parameters are missing'],
    ['init of numbers', () => adam.init({ w: 1 }), 'adam.init: the parameters at .w: expected a tensor, got number 1', 'np.array'],
    ['init of strings', () => adam.init({ w: 'x' }), 'the parameters at .w', 'string "x"'],
    ['init of a promise', () => adam.init(Promise.resolve(params())), 'is an await missing?'],
    ['init of a function', () => adam.init({ w: params }), 'at .w', 'is it to be called?'],
    ['update without a state', () => step(adam, params(), undefined), 'adam.update: the state is missing', 'state = init(params)'],
    ['update with a tensor as state', () => step(adam, params(), np.ones([])), 'the state is missing, got a tensor'],
    ['update with a promise as state', () => step(adam, params(), Promise.resolve(state())), 'is an await missing?'],
    ['update without gradients', () => step(adam, undefined, state()), 'adam.update: the gradients are missing'],
    [
      'update of what valueAndGrad answers',
      () => step(adam, [np.ones([]), params()], state(), params()),
      'the gradients and the parameters do not fit',
    ],
    [
      'update with gradients that lack a name',
      () => step(adam, { w: np.ones([3]) }, state(), params()),
      'the gradients have nothing at .b',
    ],
    ['update with gradients of another name', () => step(adam, { w: np.ones([3]), c: np.ones([]) }, state(), params()), 'do not fit'],
    [
      'update with gradients of another shape',
      () => step(adam, { w: np.ones([1]), b: np.ones([]) }, state(), params()),
      'do not fit at .w: shapes [1] and [3]',
    ],
    ['update with a state of sgd', () => step(adam, params(), optim.scaleByAdam().init(params())), 'chain: the state has'],
    ['chain without a state', () => step(optim.chain(optim.sgd(1)), params(), undefined), 'chain.update: the state is missing'],
    [
      'namedChain without a state',
      () => step(optim.namedChain(['a', optim.sgd(1)]), params(), null),
      'namedChain.update: the state is missing',
    ],
    ['update with a state of other parameters', () => step(adam, params(), adam.init({ v: np.ones([3]) })), 'adam.update', 'does not fit'],
    [
      'scaleByAdam with the state of adam',
      () => step(optim.scaleByAdam(), params(), state()),
      'scaleByAdam.update',
      'expected { count, mu, nu }',
    ],
    ['trace with the state of adam', () => step(optim.trace(0.9), params(), state()), 'trace.update: the state has', 'expected { trace }'],
    ['adamw without the parameters', () => step(optim.adamw(1), params(), optim.adamw(1).init(params())), 'needs the parameters'],
    [
      'applyUpdates of other names',
      () => optim.applyUpdates<unknown>(params(), { w: np.ones([3]) }),
      'applyUpdates',
      'the updates have nothing at .b',
    ],
    [
      'applyUpdates of another shape',
      () => optim.applyUpdates<unknown>({ w: np.ones([3]) }, { w: np.ones([2, 3]) }),
      'applyUpdates',
      'shapes [3] and [2,3]',
    ],
    ['applyUpdates of what update answers', () => optim.applyUpdates<unknown>(params(), [params(), state()]), 'applyUpdates', 'do not fit'],
    ['applyUpdates of nothing', () => o['applyUpdates']!(params()), 'applyUpdates: the updates are missing'],
    ['incrementalUpdate by 2', () => optim.incrementalUpdate(params(), params(), 2), 'incrementalUpdate: at stepSize'],
    ['periodicUpdate each 0', () => optim.periodicUpdate(params(), params(), np.array(1), 0), 'periodicUpdate: at updatePeriod'],
  ])
})

describe('schedules', () => {
  refuses([
    ['constantSchedule of a string', () => o['constantSchedule']!('0.1'), 'constantSchedule', 'is 0.1 meant?'],
    ['linearSchedule without steps', () => o['linearSchedule']!(1, 0), 'linearSchedule: at transitionSteps'],
    ['linearSchedule by options', () => o['linearSchedule']!({ initValue: 1 }), 'linearSchedule: at initValue'],
    ['polynomialSchedule with NaN', () => o['polynomialSchedule']!(1, 0, Number.NaN, 10), 'at power', 'NaN'],
    ['piecewiseConstantSchedule by a list', () => o['piecewiseConstantSchedule']!(1, [10, 0.1]), 'boundariesAndScales', 'got an array'],
    ['piecewiseConstantSchedule by names', () => o['piecewiseConstantSchedule']!(1, { ten: 0.1 }), 'from counts of steps'],
    ['piecewiseConstantSchedule by strings', () => o['piecewiseConstantSchedule']!(1, { 10: '0.1' }), 'from counts of steps'],
    ['piecewiseInterpolateSchedule misspelt', () => o['piecewiseInterpolateSchedule']!('cos', 1, {}), 'one of "linear", "cosine"'],
    ['cosineDecaySchedule of a string', () => o['cosineDecaySchedule']!(1, '100'), 'at decaySteps'],
    ['cosineDecaySchedule by position', () => o['cosineDecaySchedule']!(1, 100, 0.1), 'options { alpha, exponent }'],
    ['exponentialDecay misspelt', () => o['exponentialDecay']!(1, 10, 0.9, { stairs: true }), 'no option "stairs"'],
    ['warmup longer than the decay', () => o['warmupCosineDecaySchedule']!(0, 1, 100, 10), 'decaySteps counts the warmup too'],
    ['joinSchedules of numbers', () => o['joinSchedules']!([1, 2], [10]), 'at schedules'],
    ['joinSchedules without boundaries', () => o['joinSchedules']!([optim.constantSchedule(1)]), 'at boundaries'],
    ['sgdrSchedule of one cycle', () => o['sgdrSchedule']!({ initValue: 0 }), 'sgdrSchedule', 'a list'],
    [
      'sgdrSchedule without steps',
      () => o['sgdrSchedule']!([{ initValue: 0, peakValue: 1, warmupSteps: 1 }]),
      'cycle 0',
      '"decaySteps" is missing',
    ],
  ])
})

describe('losses', () => {
  const [logits, labels] = [np.zeros([4, 3]), np.array([0, 1, 2, 0], 'int32')]
  refuses([
    [
      'l2Loss of a column and a row',
      () => optim.l2Loss(np.zeros([4, 1]), np.zeros([4])),
      'targets of shape [4] do not fit predictions of shape [4,1]',
    ],
    ['squaredError of more targets', () => optim.squaredError(np.zeros([3]), np.zeros([2, 3])), 'squaredError', '[2,3]'],
    ['huberLoss by position', () => o['huberLoss']!(np.zeros([3]), np.zeros([3]), 1), 'delta is an option'],
    ['huberLoss of other shapes', () => optim.huberLoss(np.zeros([3]), np.zeros([4])), 'huberLoss', '[4]'],
    ['l1Loss of strings', () => o['l1Loss']!('1', '2'), 'l1Loss: at predictions'],
    ['logCosh of nothing', () => o['logCosh']!(), 'logCosh: at predictions'],
    ['cosineSimilarity of other shapes', () => optim.cosineSimilarity(np.zeros([2, 3]), np.zeros([2, 4])), 'cosineSimilarity'],
    ['softmaxCrossEntropy of integers', () => optim.softmaxCrossEntropy(logits, labels), 'use softmaxCrossEntropyWithIntegerLabels'],
    ['softmaxCrossEntropy of a list of logits', () => o['softmaxCrossEntropy']!([1, 2], [0, 1]), 'at logits expected a tensor'],
    ['softmaxCrossEntropy of other classes', () => optim.softmaxCrossEntropy(logits, np.zeros([4, 2])), '[4,2]'],
    [
      'integer labels that are distributions',
      () => optim.softmaxCrossEntropyWithIntegerLabels(logits, np.zeros([4, 3])),
      'use softmaxCrossEntropy',
    ],
    ['integer labels that are a list', () => o['softmaxCrossEntropyWithIntegerLabels']!(logits, [0, 1, 2, 0]), "np.array(labels, 'int32')"],
    ['integer labels in a column', () => optim.softmaxCrossEntropyWithIntegerLabels(logits, np.reshape(labels, [4, 1])), 'expected [4]'],
    [
      'integer labels of another batch',
      () => optim.softmaxCrossEntropyWithIntegerLabels(logits, np.array([0], 'int32')),
      'labels of shape [1]',
    ],
    [
      'sigmoidBinaryCrossEntropy of a column',
      () => optim.sigmoidBinaryCrossEntropy(np.zeros([4]), np.zeros([4, 1])),
      'labels of shape [4,1]',
    ],
    ['smoothLabels by 2', () => optim.smoothLabels(logits, 2), 'smoothLabels: at alpha'],
    ['smoothLabels along a name', () => o['smoothLabels']!(logits, 0.1, { axis: 'rows' }), 'smoothLabels: at axis'],
    ['a mask of another shape', () => optim.softmaxCrossEntropy(logits, logits, { where: np.ones([4, 2]) }), 'the mask `where`', '[4,2]'],
    ['an axis that is none', () => optim.softmaxCrossEntropyWithIntegerLabels(logits, labels, { axis: 2 }), 'at axis', '[2]', '[4,3]'],
    ['hingeLoss of a column and a row', () => optim.hingeLoss(np.zeros([4, 1]), np.zeros([4])), 'hingeLoss', '[4,1]'],
    [
      'multiclassPerceptronLoss of distributions',
      () => optim.multiclassPerceptronLoss(logits, logits),
      'labels must be integers, not float32',
    ],
    ['multiclassSparsemaxLoss of another batch', () => optim.multiclassSparsemaxLoss(logits, labels.at('1:')), 'expected [4]'],
    ['klDivergence of other shapes', () => optim.klDivergence(logits, np.zeros([4, 2])), 'klDivergence', '[4,2]'],
    [
      'diceLoss of integers',
      () => optim.diceLoss(np.zeros([2, 4, 4, 3]), np.zeros([2, 4, 4], 'int32')),
      'diceLoss',
      'nn.oneHot makes targets',
    ],
    ['diceLoss of too few weights', () => optim.diceLoss(logits, logits, { classWeights: [1, 2] }), 'one for each of 3 classes', '[2]'],
    ['diceLoss reduced by a name', () => o['diceLoss']!(logits, logits, { reduction: 'max' }), 'at reduction', '"mean"'],
    ['ntxent of one embedding', () => optim.ntxent(np.zeros([3]), labels), 'embeddings are [n, features]'],
    ['ntxent at 0 degrees', () => optim.ntxent(logits, labels, { temperature: 0 }), 'at temperature expected a positive number'],
    ['tripletMarginLoss of two', () => o['tripletMarginLoss']!(logits, logits), 'tripletMarginLoss: at negatives'],
    ['tripletMarginLoss by position', () => o['tripletMarginLoss']!(logits, logits, logits, 0.3), 'options are named'],
    ['rankingSoftmaxLoss of another batch', () => optim.rankingSoftmaxLoss(logits, np.zeros([2, 3])), 'rankingSoftmaxLoss', '[2,3]'],
    ['rankingSoftmaxLoss reduced by a name', () => o['rankingSoftmaxLoss']!(logits, logits, { reduceFn: 'mean' }), 'at reduceFn'],
    ['makeFenchelYoungLoss of a loss', () => o['makeFenchelYoungLoss']!(logits), 'makeFenchelYoungLoss: at maxFun'],
  ])
})

describe('ctc', () => {
  const [logits, frames, labels, spare] = [np.zeros([2, 5, 4]), np.zeros([2, 5]), np.ones([2, 3], 'int32'), np.zeros([2, 3])]
  refuses([
    ['of one sequence', () => optim.ctcLoss(logits.at(0), frames, labels, spare), 'ctcLoss: logits are [batch, frames, classes]', '[5,4]'],
    ['without frames', () => optim.ctcLoss(logits.at(':', ':0'), frames.at(':', ':0'), labels, spare), 'one frame at least'],
    ['of floats', () => optim.ctcLoss(logits, frames, spare, spare), 'labels must be integers, not float32'],
    ['of a list', () => o['ctcLoss']!(logits, frames, [[1]], spare), "np.array(labels, 'int32')"],
    ['of another batch', () => optim.ctcLoss(logits, frames, labels.at(':1'), spare.at(':1')), 'batches differ'],
    ['with lengths', () => optim.ctcLoss(logits, np.array([5, 3]), labels, spare), 'logitPaddings of shape [2]', 'expected [2,5]'],
    ['with lengths of labels', () => optim.ctcLoss(logits, frames, labels, np.array([3, 3])), 'labelPaddings of shape [2]'],
    ['without paddings', () => o['ctcLoss']!(logits, labels), 'ctcLoss: at labels'],
    ['of a blank that is no class', () => optim.ctcLoss(logits, frames, labels, spare, { blankId: 4 }), 'at blankId: 4', '[2,5,4]'],
    ['of a blank from the end', () => optim.ctcLoss(logits, frames, labels, spare, { blankId: -1 }), 'at blankId'],
  ])
})

describe('functions of trees', () => {
  const [w, v] = [{ w: np.ones([2]) }, { v: np.ones([2]) }]
  refuses([
    ['a sum of other names', () => o['treeAdd']!(w, v), 'treeAdd: the trees do not fit', 'without w'],
    ['a sum of one', () => o['treeAdd']!(w), 'treeAdd: tree 2 of 2 is missing'],
    ['a sum of strings', () => o['treeAdd']!({ w: '1' }, w), 'tree 1 of 2 at .w', 'string "1"'],
    ['a product of shapes', () => optim.treeVdot({ w: np.ones([2, 3]) }, { w: np.ones([3, 2]) }), 'shapes [2,3] and [3,2]'],
    ['a tree times a tree', () => o['treeScale']!(w, w), 'treeScale: at factor'],
    ['a norm of order 3', () => o['treeNorm']!(w, { ord: 3 }), 'at ord expected 1, 2, Infinity'],
    ['a norm by position', () => o['treeNorm']!(w, 1), 'treeNorm'],
    ['several dtypes', () => optim.treeDtype({ a: np.ones([1]), b: np.ones([1], 'int32') }), 'float32, int32', "'promote'"],
    ['random numbers by a seed', () => o['treeRandomLike']!(0, w), 'random.key(seed) makes a key'],
    ['several counts', () => optim.treeGet([{ count: 1 }, { count: 2 }], 'count'), 'several values of "count"', '[0].count, [1].count'],
    ['a name that is nowhere', () => optim.treeSet({ count: 1 }, { learning_rate: 1 }), 'no value of "learning_rate"'],
    ['moments of another shape', () => o['treeUpdateMoment']!(w, { w: np.ones([3]) }, 0.9, 2), 'treeUpdateMoment', '[2] and [3]'],
  ])
})

describe('projections, solvers, batches in parts', () => {
  const w = { w: np.ones([2]) }
  const loss = (p: typeof w): ReturnType<typeof np.ones> => np.sum(p.w)
  refuses([
    ['projectionSimplex onto 0', () => optim.projectionSimplex(w, 0), 'projectionSimplex: at scale expected a positive number'],
    ['projectionL1Ball of a promise', () => o['projectionL1Ball']!(Promise.resolve(w)), 'projectionL1Ball'],
    ['projectionBox crossed', () => optim.projectionBox(w, 1, 0), 'lower must not be above upper'],
    ['projectionBox without an end', () => o['projectionBox']!(w, 0), 'projectionBox: at upper'],
    ['projectionBox by other names', () => optim.projectionBox(w, { v: 1 }, 2), 'the bounds do not fit'],
    ['projectionBox by larger shapes', () => optim.projectionBox(w, np.zeros([3, 2]), 2), 'bounds that broadcast to shape [3,2]'],
    ['projectionHyperplane without b', () => o['projectionHyperplane']!(w, w), 'projectionHyperplane: at b'],
    ['projectionVector of other names', () => o['projectionVector']!(w, { v: np.ones([2]) }), 'the trees do not fit'],
    ['hvp of another size', () => optim.hvp(loss, np.ones([3]), w, 0, 0), 'v of 3 elements does not fit parameters of 2'],
    ['hvp without a loss', () => o['hvp']!(w, np.ones([2]), w), 'hvp: at loss'],
    ['hungarianAlgorithm of a vector', () => optim.hungarianAlgorithm(np.ones([3])), 'costs are a matrix', '[3]'],
    ['powerIteration of a function alone', () => optim.powerIteration((x: typeof w) => x), 'at v0'],
    ['powerIteration of no square', () => optim.powerIteration(np.ones([2, 3])), 'a square matrix', '[2,3]'],
    ['matrixInversePthRoot of a half', () => optim.matrixInversePthRoot(np.eye(2), 0.5), 'at p expected a positive integer'],
    ['nnls of other sizes', () => optim.nnls(np.ones([3, 2]), np.ones([2]), 10), '[3,2] and [2]'],
    ['nnls without steps', () => o['nnls']!(np.ones([3, 2]), np.ones([3])), 'nnls: at iters'],
    ['makePerturbedFun with a class', () => o['makePerturbedFun']!(loss, { noise: optim.Normal }), 'new Normal()'],
    ['a perturbed function without key', () => (optim.makePerturbedFun(loss) as unknown as Loose['f'])!(w), 'at key'],
    ['scaleGradient by a name', () => o['scaleGradient']!(w, 'half'), 'scaleGradient: at scale'],
    ['microbatch that does not divide', () => optim.microbatch((x) => x, 0, 4)(np.ones([6])), 'a batch of 6 examples', 'parts of 4'],
    ['microbatch of other batches', () => optim.microbatch((x, y) => [x, y], [0, 1], 2)(np.ones([4]), np.ones([6])), 'got 4, 6'],
    [
      'microbatch of a mean of integers',
      () => optim.microbatch((x: Tensor) => np.sum(x), 0, 2, { accumulator: 'mean' })(np.ones([4], 'int32')),
      "'mean' is of floats",
    ],
    ['microbatch by another name', () => o['microbatch']!(loss, 0, 2, { accumulator: 'max' }), 'at accumulator', "'concat'"],
    ['microbatch without an argument', () => optim.microbatch((x: Tensor) => x, 1, 2)(np.ones([4])), 'argument 1'],
    [
      'microVmap of scalars in parts',
      () => optim.microVmap((x: Tensor) => x, { inAxes: [0, 0] })(np.ones([4])),
      '2 entries for 1 arguments',
    ],
  ])
})
