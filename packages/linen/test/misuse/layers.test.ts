// Misuses of layers, as programs in plain JavaScript make them: props, options of calls, inputs, carries.
import { hostBackend } from '@heddle/backend-host'
import { np, random, setDefaultBackend, type Tensor } from '@heddle/func'
import { beforeAll, describe, expect, test } from 'vitest'
import * as typed from '../../src/index'
import { refuses, type Misuse, type Untyped } from './table'

const backend = hostBackend()
setDefaultBackend(backend)
beforeAll(() => setDefaultBackend(backend))

const nn: Untyped = typed
const key = random.key(0)
const x: Untyped = np.ones([2, 3])
const image = np.ones([2, 8, 8, 3])
const sequence = np.ones([2, 5, 3])
const ids = np.zeros([2, 3], 'int32')
const L = 'LayerError'
const O = 'InvalidOptionsError'
const rngs = { params: key, dropout: random.key(1) }
const run = (layer: Untyped, ...args: readonly unknown[]) => layer.init(rngs, args)
const cell = (): Untyped => new nn.LSTMCell({ features: 4 })

/** Rows for numbers that are none. */
const nonsense = (layer: string, given: object, prop: string, values: readonly unknown[]): Misuse[] =>
  values.map((value) => [
    `${layer} with ${prop} ${String(value)}`,
    () => new nn[layer]({ ...given, [prop]: value }),
    L,
    layer,
    `at ${prop} expected`,
  ])

describe('props that are missing', () => {
  refuses([
    ['Dense of nothing', () => new nn.Dense(), L, 'Dense', '"features" is missing'],
    ['Dense of an empty object', () => new nn.Dense({}), L, 'Dense', '"features" is missing'],
    ['Dense with undefined', () => new nn.Dense({ features: undefined }), L, 'Dense', '"features" is missing'],
    ['DenseGeneral', () => new nn.DenseGeneral({ axis: -1 }), L, 'DenseGeneral', '"features" is missing'],
    ['Einsum', () => new nn.Einsum({ einsumStr: 'ab,bc->ac' }), L, 'Einsum', '"shape" is missing'],
    ['Conv without a window', () => new nn.Conv({ features: 3 }), L, 'Conv', '"kernelSize" is missing'],
    ['Conv without features', () => new nn.Conv({ kernelSize: [3, 3] }), L, 'Conv', '"features" is missing'],
    ['ConvTranspose', () => new nn.ConvTranspose({}), L, '"features" is missing', '"kernelSize" is missing'],
    ['ConvLocal', () => new nn.ConvLocal({}), L, 'ConvLocal', '"features" is missing'],
    ['Embed', () => new nn.Embed({ features: 3 }), L, 'Embed', '"numEmbeddings" is missing'],
    ['Dropout', () => new nn.Dropout({}), L, 'Dropout', '"rate" is missing'],
    ['LSTMCell', () => new nn.LSTMCell({}), L, 'LSTMCell', '"features" is missing'],
    ['GRUCell', () => new nn.GRUCell(), L, 'GRUCell', '"features" is missing'],
    ['ConvLSTMCell', () => new nn.ConvLSTMCell({ features: 3 }), L, 'ConvLSTMCell', '"kernelSize" is missing'],
    ['RNN', () => new nn.RNN({}), L, 'RNN', '"cell" is missing'],
    ['Bidirectional', () => new nn.Bidirectional({}), L, '"forwardRnn" is missing'],
    ['Sequential', () => new nn.Sequential({}), L, '"layers" is missing'],
    ['WeightNorm', () => new nn.WeightNorm({}), L, '"layerInstance" is missing'],
    ['MultiHeadDotProductAttention', () => new nn.MultiHeadDotProductAttention({}), L, '"numHeads" is missing'],
    ['SelfAttention', () => new nn.SelfAttention(), L, 'SelfAttention', '"numHeads" is missing'],
    ['of a lifted class', () => new (nn.vmap(nn.Dense))({}), L, 'VmapDense', '"features" is missing'],
    [
      'in a model',
      () =>
        new (class Net extends typed.Module {
          call(x: Tensor) {
            return new nn.Dense({}).call(x)
          }
        })().init(key, [x]),
      L,
      'Dense',
      '"features" is missing',
      'in Net (Net.call)',
    ],
  ])
})

describe('props that there are not', () => {
  refuses([
    ['feature', () => new nn.Dense({ feature: 3 }), L, '"feature"', 'is features meant?'],
    ['use_bias', () => new nn.Dense({ features: 3, use_bias: false }), L, 'is useBias meant?'],
    ['bias', () => new nn.Dense({ features: 3, bias: false }), L, '"bias"', 'is biasInit meant?'],
    ['units', () => new nn.Dense({ features: 3, units: 3 }), L, '"units"', 'there are'],
    ['activation', () => new nn.Dense({ features: 3, activation: 'relu' }), L, '"activation"'],
    ['kernel_size', () => new nn.Conv({ features: 3, kernel_size: [3, 3] }), L, 'is kernelSize meant?'],
    ['stride', () => new nn.Conv({ features: 3, kernelSize: [3, 3], stride: 2 }), L, 'is strides meant?'],
    ['dilation', () => new nn.Conv({ features: 3, kernelSize: [3, 3], dilation: 2 }), L, '"dilation"'],
    ['groups', () => new nn.ConvLocal({ features: 3, kernelSize: [3], featureGroupCount: 1 }), L, '"featureGroupCount"'],
    ['p of dropout', () => new nn.Dropout({ p: 0.5 }), L, '"p"', '"rate" is missing'],
    ['rates', () => new nn.Dropout({ rates: 0.5 }), L, 'is rate meant?'],
    ['eps', () => new nn.LayerNorm({ eps: 1e-3 }), L, 'LayerNorm', 'is epsilon meant?'],
    ['useRunningAvg', () => new nn.BatchNorm({ useRunningAvg: true }), L, 'is useRunningAverage meant?'],
    ['use_bias of RMSNorm', () => new nn.RMSNorm({ useBias: true }), L, 'RMSNorm', '"useBias"'],
    ['groups of GroupNorm', () => new nn.GroupNorm({ num_groups: 2 }), L, 'is numGroups meant?'],
    ['heads', () => new nn.MultiHeadDotProductAttention({ num_heads: 2 }), L, 'is numHeads meant?'],
    ['vocab', () => new nn.Embed({ num_embeddings: 2, features: 3 }), L, 'is numEmbeddings meant?'],
    ['hidden of a cell', () => new nn.GRUCell({ features: 2, hidden: 3 }), L, 'GRUCell', '"hidden"'],
    ['layer of Sequential', () => new nn.Sequential({ layer: [] }), L, 'is layers meant?'],
    ['time_major', () => new nn.RNN({ cell: cell(), time_major: true }), L, 'is timeMajor meant?'],
    ['of a lifted class', () => new (nn.remat(nn.Dense))({ feature: 3 }), L, 'CheckpointDense', 'is features meant?'],
    ['of a clone', () => new nn.Dense({ features: 3 }).clone({ feature: 4 }), L, 'is features meant?'],
    ['of a copy', () => new nn.Dense({ features: 3 }).copy({ features: 0.5 }), L, 'at features'],
    [
      'of JSON, in a model',
      () =>
        new (class Net extends typed.Module {
          call(x: Tensor) {
            return new nn.Dense(JSON.parse('{"feature":3}')).call(x)
          }
        })().init(key, [x]),
      L,
      'is features meant?',
      'in Net (Net.call)',
    ],
  ])
})

describe('numbers that are none', () => {
  refuses([
    ...nonsense('Dense', {}, 'features', [0.5, -1, '64', Number.NaN, null, [3], true, 1n, Number.POSITIVE_INFINITY]),
    ...nonsense('DenseGeneral', {}, 'features', [0.5, [2, 0.5], '2']),
    ...nonsense('DenseGeneral', { features: 2 }, 'axis', [0.5, '0', [0, '1']]),
    ...nonsense('Conv', { features: 2 }, 'kernelSize', [0, -1, 1.5, '3', [3, 0], [], [3, '3']]),
    ...nonsense('Conv', { features: 2, kernelSize: [3, 3] }, 'strides', [0, -1, [1, 0], '2']),
    ...nonsense('Conv', { features: 2, kernelSize: [3, 3] }, 'padding', ['same', 'ZERO', 0.5, [[1, 2, 3]], { low: 1 }]),
    ...nonsense('Conv', { features: 2, kernelSize: [3, 3] }, 'featureGroupCount', [0, 1.5]),
    ...nonsense('Conv', { features: 2, kernelSize: [3, 3] }, 'inputDilation', [0, 'a']),
    ...nonsense('Dropout', {}, 'rate', ['0.5', 1.5, Number.NaN, -1, null, [0.5], np.array(0.5)]),
    ...nonsense('Dropout', { rate: 0.5 }, 'broadcastDims', [0, ['0'], [0.5]]),
    ...nonsense('Embed', { features: 2 }, 'numEmbeddings', [0, -1, 2.5, '10']),
    ...nonsense('LayerNorm', {}, 'epsilon', [Number.NaN, -1, '1e-6', Number.POSITIVE_INFINITY]),
    ...nonsense('LayerNorm', {}, 'reductionAxes', [0.5, '0', [0, null]]),
    ...nonsense('BatchNorm', {}, 'momentum', [2, -0.1, Number.NaN, '0.9']),
    ...nonsense('BatchNorm', {}, 'axis', [0.5, '1']),
    ...nonsense('GroupNorm', {}, 'numGroups', [0, -1, 2.5, '4']),
    ...nonsense('MultiHeadDotProductAttention', {}, 'numHeads', [0, -1, 1.5, '8']),
    ...nonsense('MultiHeadDotProductAttention', { numHeads: 2 }, 'dropoutRate', [1.5, -1, Number.NaN, '0.1']),
    ...nonsense('RNN', { cell: cell() }, 'unroll', [0, -1, 1.5, '2']),
    ...nonsense('SpectralNorm', { layerInstance: cell() }, 'nSteps', [-1, 0.5]),
  ])
})

describe('values of another kind', () => {
  refuses([
    ['a dtype of another name', () => new nn.Dense({ features: 3, dtype: 'float' }), L, 'at dtype', 'is "float32" meant?'],
    ['a paramDtype of another name', () => new nn.Dense({ features: 3, paramDtype: 'bf16' }), L, 'at paramDtype', 'is "bfloat16" meant?'],
    ['useBias as text', () => new nn.Dense({ features: 3, useBias: 'false' }), L, 'at useBias', 'true or false'],
    ['useBias as a number', () => new nn.Dense({ features: 3, useBias: 0 }), L, 'at useBias'],
    [
      'an initializer that is a number',
      () => new nn.Dense({ features: 3, kernelInit: 0.1 }),
      L,
      'at kernelInit',
      'nn.initializers.constant',
    ],
    [
      'an initializer that is a name',
      () => new nn.Dense({ features: 3, kernelInit: 'lecun_normal' }),
      L,
      'at kernelInit',
      'an initializer',
    ],
    ['an initializer that is a tensor', () => new nn.Dense({ features: 3, biasInit: x }), L, 'at biasInit', 'a tensor'],
    [
      'deterministic as a tensor',
      () => new nn.Dropout({ rate: 0.5, deterministic: np.array(false) }),
      L,
      'at deterministic',
      'a boolean',
      'static',
    ],
    ['useRunningAverage as a tensor', () => new nn.BatchNorm({ useRunningAverage: np.array(true) }), L, 'at useRunningAverage', 'static'],
    ['a mask that is a list', () => new nn.Conv({ features: 1, kernelSize: [2], mask: [[[1]], [[0]]] }), L, 'at mask', 'a tensor'],
    ['an activation that is a name', () => new nn.LSTMCell({ features: 1, activationFn: 'tanh' }), L, 'at activationFn', 'a function'],
    ['a cell that is a class', () => new nn.RNN({ cell: nn.LSTMCell }), L, 'at cell', 'new LSTMCell({ ... })'],
    ['a cell that is a number', () => new nn.RNN({ cell: 32 }), L, 'at cell', 'number 32'],
    ['layers that are classes', () => new nn.Sequential({ layers: [nn.Dense] }), L, 'at layers', 'new Dense({ ... })'],
    ['layers that are no list', () => new nn.Sequential({ layers: new nn.Dense({ features: 1 }) }), L, 'at layers', 'a list'],
    ['layers that are names', () => new nn.Sequential({ layers: ['relu'] }), L, 'at layers'],
    ['layers that are missing', () => new nn.Sequential({ layers: [undefined] }), L, 'at layers'],
    ['a layer that is a class, of WeightNorm', () => new nn.WeightNorm({ layerInstance: nn.Dense }), L, 'at layerInstance', 'new Dense'],
    ['an equation that is a number', () => new nn.Einsum({ shape: [2], einsumStr: 3 }), L, 'at einsumStr'],
    ['a shape that is a number', () => new nn.Einsum({ shape: 2 }), L, 'at shape'],
  ])
})

describe('inputs', () => {
  refuses([
    ['Dense of a list', () => run(new nn.Dense({ features: 2 }), [[1, 2]]), L, 'Dense', 'a tensor', 'np.array', 'in Dense (Dense.call)'],
    ['Dense of nothing', () => run(new nn.Dense({ features: 2 })), L, 'Dense', 'undefined'],
    ['Dense of a number', () => run(new nn.Dense({ features: 2 }), 3), L, 'Dense', 'number 3'],
    ['Dense of a typed array', () => run(new nn.Dense({ features: 2 }), new Float32Array(3)), L, 'Float32Array', 'np.array'],
    ['Dense of a promise', () => run(new nn.Dense({ features: 2 }), Promise.resolve(x)), L, 'is an await missing?'],
    ['Dense of a scalar', () => run(new nn.Dense({ features: 2 }), np.array(1)), L, '[..., n]', 'float32[]'],
    ['Dense of an object', () => run(new nn.Dense({ features: 2 }), { x }), L, 'an object with keys {x}'],
    ['Dense of text', () => run(new nn.Dense({ features: 2 }), 'abc'), L, 'string "abc"'],
    ['DenseGeneral of a list', () => run(new nn.DenseGeneral({ features: 2 }), [1]), L, 'DenseGeneral', 'np.array'],
    ['DenseGeneral of an axis that there is not', () => run(new nn.DenseGeneral({ features: 2, axis: [1, 2] }), x), L, 'axis', '2'],
    ['Einsum of a list', () => run(new nn.Einsum({ shape: [3, 2], einsumStr: 'ab,bc->ac' }), [1]), L, 'Einsum'],
    ['Einsum with one operand', () => run(new nn.Einsum({ shape: [3, 2], einsumStr: 'ab->a' }), x), L, 'two operands'],
    ['Conv of a matrix', () => run(new nn.Conv({ features: 2, kernelSize: [3, 3] }), x), L, 'Conv', 'channels', 'float32[2,3]'],
    [
      'Conv with strides of another length',
      () => run(new nn.Conv({ features: 2, kernelSize: [3, 3], strides: [2] }), image),
      L,
      'strides must have 2 entries',
    ],
    [
      'Conv with dilation of another length',
      () => run(new nn.Conv({ features: 2, kernelSize: [3], kernelDilation: [1, 1] }), image),
      L,
      'kernelDilation must have 1 entries',
    ],
    [
      'Conv with padding of another length',
      () => run(new nn.Conv({ features: 2, kernelSize: [3, 3], padding: [1] }), image),
      L,
      'padding must have 2',
    ],
    [
      'Conv with groups that do not fit',
      () => run(new nn.Conv({ features: 2, kernelSize: [3, 3], featureGroupCount: 2 }), image),
      L,
      '2 groups',
    ],
    ['Conv with a mask of another shape', () => run(new nn.Conv({ features: 2, kernelSize: [3, 3], mask: x }), image), L, 'mask'],
    ['Conv, causal, of images', () => run(new nn.Conv({ features: 2, kernelSize: [3, 3], padding: 'CAUSAL' }), image), L, 'CAUSAL'],
    ['ConvTranspose, causal', () => run(new nn.ConvTranspose({ features: 2, kernelSize: [3], padding: 'CAUSAL' }), sequence), L, 'CAUSAL'],
    ['ConvLocal of a vector', () => run(new nn.ConvLocal({ features: 2, kernelSize: [3] }), np.ones([3])), L, 'ConvLocal'],
    ['Embed of floats', () => run(new nn.Embed({ numEmbeddings: 2, features: 2 }), x), L, 'Embed', 'integers', 'float32'],
    ['Embed of a list', () => run(new nn.Embed({ numEmbeddings: 2, features: 2 }), [0, 1]), L, 'ids', 'np.array'],
    ['Dropout of a list', () => run(new nn.Dropout({ rate: 0.5, deterministic: true }), [1]), L, 'Dropout', 'np.array'],
    [
      'Dropout along an axis that there is not',
      () => run(new nn.Dropout({ rate: 0.5, deterministic: false, broadcastDims: [2] }), x),
      L,
      'broadcastDims',
      '2',
    ],
    ['LayerNorm of a list', () => run(new nn.LayerNorm(), [1]), L, 'LayerNorm', 'np.array'],
    ['LayerNorm over an axis that there is not', () => run(new nn.LayerNorm({ reductionAxes: 5 }), x), L, 'reductionAxes', '5'],
    [
      'BatchNorm of an axis that there is not',
      () => run(new nn.BatchNorm({ useRunningAverage: false, axis: 3 }), x),
      L,
      'BatchNorm',
      'axis',
      '3',
    ],
    ['BatchNorm of a scalar', () => run(new nn.BatchNorm({ useRunningAverage: false }), np.array(1)), L, 'BatchNorm'],
    ['GroupNorm of channels that do not fit', () => run(new nn.GroupNorm({ numGroups: 2 }), x), L, 'GroupNorm', '3 channels', '2 groups'],
    ['GroupNorm with both', () => run(new nn.GroupNorm({ numGroups: 3, groupSize: 1 }), x), L, 'numGroups or groupSize'],
    ['InstanceNorm over the batch', () => run(new nn.InstanceNorm({ featureAxes: 0 }), x), L, 'featureAxes'],
    [
      'attention whose heads do not divide',
      () => run(new nn.MultiHeadDotProductAttention({ numHeads: 2 }), sequence),
      L,
      '3 features',
      '2 heads',
    ],
    ['attention of a vector', () => run(new nn.MultiHeadDotProductAttention({ numHeads: 1 }), np.ones([3])), L, 'inputsQ'],
    ['attention of a list', () => run(new nn.MultiHeadDotProductAttention({ numHeads: 1 }), [[1]]), L, 'inputsQ', 'np.array'],
    ['RNN of a vector', () => run(new nn.RNN({ cell: cell() }), np.ones([3])), L, 'RNN', 'time'],
    ['RNN of a list', () => run(new nn.RNN({ cell: cell() }), [[1]]), L, 'RNN', 'np.array'],
    ['Sequential without layers', () => run(new nn.Sequential({ layers: [] }), x), L, 'no layers'],
    [
      'SpectralNorm without a list',
      () => run(new nn.SpectralNorm({ layerInstance: new nn.Dense({ features: 2 }) }), x, { updateStats: true }),
      L,
      'call([x], { updateStats })',
    ],
    ['pool with a number', () => nn.maxPool(image, 2), L, 'windowShape', 'number 2'],
    ['pool with a window of 0', () => nn.avgPool(image, [0, 2]), L, 'windowShape'],
    ['pool with strides of another length', () => nn.maxPool(image, [2, 2], { strides: [2] }), L, 'strides'],
    ['batchApply of vectors', () => nn.batchApply((x: Tensor) => x)(np.ones([3])), L, 'batchApply', '2 axes'],
    ['masks of other ranks', () => nn.combineMasks([np.ones([2]), np.ones([2, 2])]), L, 'combineMasks'],
    [
      'Dense inside of vmap, of a scalar',
      () => run(new (nn.vmap(nn.Dense, { variableAxes: { params: 0 }, splitRngs: { params: true } }))({ features: 2 }), np.ones([3])),
      L,
      '[..., n]',
      'in Dense (Dense.call)',
    ],
  ])
})

describe('carries of cells', () => {
  const call = (layer: string, carry: unknown, more: object = {}, input: Tensor = x) =>
    run(new nn[layer]({ features: 4, ...more }), carry, input)
  refuses([
    [
      'LSTMCell of another size',
      () => call('LSTMCell', [np.zeros([2, 5]), np.zeros([2, 5])]),
      L,
      'LSTMCell',
      '[..., 4]',
      '[2,5]',
      'initializeCarry',
    ],
    ['LSTMCell, one of both of another size', () => call('LSTMCell', [np.zeros([2, 4]), np.zeros([2, 5])]), L, 'h of the carry'],
    ['LSTMCell of one tensor', () => call('LSTMCell', np.zeros([2, 4])), L, 'a pair [c, h]'],
    ['LSTMCell of nothing', () => call('LSTMCell', undefined), L, 'a pair [c, h]', 'undefined'],
    ['LSTMCell with carry and input exchanged', () => run(cell(), x, [np.zeros([2, 4]), np.zeros([2, 4])]), L, 'a pair [c, h]'],
    ['OptimizedLSTMCell of another size', () => call('OptimizedLSTMCell', [np.zeros([2, 5]), np.zeros([2, 5])]), L, '[..., 4]'],
    ['GRUCell of another size', () => call('GRUCell', np.zeros([2, 5])), L, 'GRUCell', '[..., 4]'],
    ['GRUCell of a pair', () => call('GRUCell', [x, x]), L, 'the carry', 'a tensor'],
    ['SimpleCell of another size', () => call('SimpleCell', np.zeros([2, 5])), L, 'SimpleCell'],
    ['MGUCell of another size', () => call('MGUCell', np.zeros([2, 5])), L, 'MGUCell'],
    [
      'ConvLSTMCell of another size',
      () => call('ConvLSTMCell', [image, image], { kernelSize: [3, 3] }, image),
      L,
      'ConvLSTMCell',
      '[..., 4]',
    ],
    [
      'RNN with a carry of another size',
      () => run(new nn.RNN({ cell: cell() }), sequence, { initialCarry: [np.zeros([2, 5]), np.zeros([2, 5])] }),
      L,
      '[..., 4]',
      'RNN',
    ],
    [
      'RNN with one tensor for two',
      () => run(new nn.RNN({ cell: cell() }), sequence, { initialCarry: np.zeros([2, 4]) }),
      L,
      'a pair [c, h]',
    ],
  ])
})

describe('options of calls', () => {
  const dropout = (options: unknown) => run(new nn.Dropout({ rate: 0.5 }), x, options)
  const norm = (options: unknown) => run(new nn.BatchNorm({}), x, options)
  refuses([
    ['Dropout with train', () => dropout({ train: true }), O, 'Dropout', '"train"', 'deterministic'],
    ['Dropout with a flag', () => dropout(true), O, 'Dropout', 'boolean true'],
    ['Dropout with a tensor', () => dropout({ deterministic: np.array(false) }), O, 'at deterministic', 'static'],
    ['Dropout with neither', () => dropout(undefined), 'MergeParamError', 'deterministic'],
    [
      'Dropout with both',
      () => run(new nn.Dropout({ rate: 0.5, deterministic: true }), x, { deterministic: true }),
      'MergeParamError',
      'deterministic',
    ],
    ['Dropout without a stream', () => new nn.Dropout({ rate: 0.5, deterministic: false }).apply({}, [x]), 'InvalidRngError', 'dropout'],
    ['BatchNorm with training', () => norm({ training: true }), O, 'BatchNorm', '"training"'],
    ['BatchNorm with use_running_average', () => norm({ use_running_average: true }), O, 'is useRunningAverage meant?'],
    ['BatchNorm with a tensor', () => norm({ useRunningAverage: np.array(1) }), O, 'at useRunningAverage'],
    ['BatchNorm with neither', () => norm({}), 'MergeParamError', 'useRunningAverage'],
    [
      'BatchNorm in training without mutable',
      () => new nn.BatchNorm({ useRunningAverage: false }).apply(new nn.BatchNorm({ useRunningAverage: false }).init(key, [x]), [x]),
      'ModifyScopeVariableError',
      'batch_stats',
      "mutable: ['batch_stats']",
    ],
    ['LayerNorm with masks', () => run(new nn.LayerNorm(), x, { masks: x }), O, 'is mask meant?'],
    ['attention with masks', () => run(new nn.MultiHeadDotProductAttention({ numHeads: 1 }), sequence, { masks: x }), O, 'is mask meant?'],
    ['attention with a list as keys', () => run(new nn.MultiHeadDotProductAttention({ numHeads: 1 }), sequence, [[1]]), O, 'an array'],
    ['RNN with initial_carry', () => run(new nn.RNN({ cell: cell() }), sequence, { initial_carry: [] }), O, 'is initialCarry meant?'],
    [
      'RNN with lengths that are a list',
      () => run(new nn.RNN({ cell: cell() }), sequence, { seqLengths: [1, 2] }),
      O,
      'at seqLengths',
      'a tensor',
    ],
    [
      'SpectralNorm without options',
      () => run(new nn.SpectralNorm({ layerInstance: new nn.Dense({ features: 2 }) }), [x]),
      O,
      'updateStats',
    ],
    ['pool with stride', () => nn.maxPool(image, [2, 2], { stride: [2, 2] }), O, 'is strides meant?'],
    ['pool with a number for strides', () => nn.maxPool(image, [2, 2], { strides: 2 }), O, 'at strides'],
    ['avgPool with padding of another name', () => nn.avgPool(image, [2, 2], { padding: 'same' }), O, 'is SAME meant?'],
    [
      'dotProductAttention with dropout',
      () => nn.dotProductAttention(np.ones([2, 1, 3]), np.ones([2, 1, 3]), np.ones([2, 1, 3]), { dropout: 0.1 }),
      O,
      '"dropout"',
    ],
    [
      'dotProductAttention with a rate of text',
      () => nn.dotProductAttention(np.ones([2, 1, 3]), np.ones([2, 1, 3]), np.ones([2, 1, 3]), { dropoutRate: '0.1' }),
      O,
      'at dropoutRate',
    ],
    ['makeCausalMask with a dtype of another name', () => nn.makeCausalMask(ids, { dtype: 'boolean' }), O, 'is "bool" meant?'],
  ])
})

describe('props belong to the module', () => {
  class Holds extends typed.Module<{ widths: number[]; deep: { list: number[] } }> {
    static readonly defaultProps = { deep: { list: [1] } }
    call(): Untyped {
      return this.props
    }
  }
  const make = (given: object): Untyped => new (Holds as Untyped)(given)

  test('what was given may be changed, the props stay', () => {
    const widths = [1, 2]
    const model = make({ widths })
    widths.push(3)
    expect(model.props.widths).toEqual([1, 2])
    expect(model.apply({}, []).widths).toEqual([1, 2])
  })
  test('arrays and objects in them are frozen, those of defaultProps too, which no one shares', () => {
    const model = make({ widths: [1] })
    expect(() => model.props.widths.push(2)).toThrow(TypeError)
    expect(() => model.props.deep.list.push(2)).toThrow(TypeError)
    expect(() => {
      model.props.deep.list = []
    }).toThrow(TypeError)
    Holds.defaultProps.deep.list.push(9)
    expect(model.props.deep.list).toEqual([1])
    Holds.defaultProps.deep.list.pop()
  })
  test('tensors, functions, modules and instances of other classes stay themselves', () => {
    const values = { f: () => 0, t: x, d: new Date(), m: new nn.Dense({ features: 1 }), a: new Float32Array(2) }
    const { props } = make({ widths: [], deep: { list: [] }, ...values })
    for (const [name, value] of Object.entries(values)) expect(props[name]).toBe(value)
  })
  test('a class of the program, with kinds of its own and without', () => {
    class Block extends typed.Module<{ width: number }> {
      static readonly propTypes: typed.PropTypes<{ width: number }> = { width: nn.Dense.propTypes.features }
    }
    expect(() => new (Block as Untyped)({ widht: 3 })).toThrow(
      'Block: there is no prop "widht" (is width meant?); the prop "width" is missing',
    )
    class Wide extends typed.Dense {}
    expect(() => new (Wide as Untyped)({})).toThrow('Wide: the prop "features" is missing')
    expect(new (Wide as Untyped)({ features: 1, more: 2 }).props.more).toBe(2)
    expect(new (class Free extends typed.Module {} as Untyped)({ anything: 1 }).props.anything).toBe(1)
  })
})
