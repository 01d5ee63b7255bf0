/** Boxes with metadata through all that stacks variables: each names the axis that it adds, by `metadataParams`. */
import { hostBackend } from '@heddle/backend-host'
import { grad, np, random, setDefaultBackend, type Tensor } from '@heddle/func'
import { close } from '@heddle/testing'
import { describe, expect, it } from 'vitest'
import * as nn from '../../src/index'

setDefaultBackend(hostBackend())

const key = random.key(0)
const x = random.normal(random.key(1), [2, 4])
const kernelInit = nn.withPartitioning(nn.initializers.lecunNormal(), ['in', 'out'])
const named = (name: string | null) => ({ [nn.PARTITION_NAME]: name })
const namesOf = (box: unknown): readonly unknown[] => (box as nn.Partitioned).names
const shapeOf = (box: unknown): readonly number[] => nn.unbox<Tensor>(box).shape

describe('rematScan', () => {
  const build = (metadataParams?: object) =>
    nn.rematScan(nn.Dense, { lengths: [2, 3], ...(metadataParams === undefined ? {} : { metadataParams }) } as nn.RematScanOptions)
  const kernelOf = (v: nn.Variables): unknown => (v.params as unknown as { kernel: unknown }).kernel

  it('names an axis for each loop', () => {
    const Deep = build([named('outer'), named('inner')])
    const [y, variables] = new Deep({ features: 4, kernelInit }).initWithOutput(key, [x])
    expect(namesOf(kernelOf(variables))).toEqual(['outer', 'inner', 'in', 'out'])
    expect(shapeOf(kernelOf(variables))).toEqual([2, 3, 4, 4])
    close(new Deep({ features: 4, kernelInit }).apply(variables, [x]), y, 0)
    const plain = nn.unbox<nn.Variables>(variables)
    close(y, new (build())({ features: 4 }).apply(plain, [x]), 0)
    const loss = (Model: typeof Deep) => (v: nn.Variables) => new Model({ features: 4, kernelInit }).apply(v, [x]).sum()
    const gradient = grad(loss(Deep))(variables)
    expect(namesOf(kernelOf(gradient))).toEqual(['outer', 'inner', 'in', 'out'])
    close(nn.unbox<nn.Variables>(gradient), grad((v: nn.Variables) => new (build())({ features: 4 }).apply(v, [x]).sum())(plain))
  })

  it('takes one for all loops', () => {
    const variables = new (build(named(null)))({ features: 4, kernelInit }).init(key, [x])
    expect(namesOf(kernelOf(variables))).toEqual([null, null, 'in', 'out'])
  })

  it('says what is missing', () => {
    expect(() => new (build())({ features: 4, kernelInit }).init(key, [x])).toThrow(nn.PartitioningUnspecifiedError)
    expect(() => new (build([named('a')]))({ features: 4 }).init(key, [x])).toThrow(/metadataParams.*a list of 2/)
  })
})

describe('RNN and Bidirectional', () => {
  const props = {
    variableBroadcast: false,
    variableAxes: { params: 0 },
    splitRngs: { params: true },
    metadataParams: named('time'),
  } as const
  const xs = random.normal(random.key(2), [2, 3, 4])

  it('name the axis of time', () => {
    const rnn = (): nn.RNN => new nn.RNN({ cell: new nn.SimpleCell({ features: 4, kernelInit }), ...props })
    const [y, variables] = rnn().initWithOutput(key, [xs])
    const { kernel } = (variables.params as unknown as { cell: { i: { kernel: unknown } } }).cell.i
    expect([namesOf(kernel), shapeOf(kernel)]).toEqual([
      ['time', 'in', 'out'],
      [3, 4, 4],
    ])
    close(rnn().apply(variables, [xs]), y, 0)
    const { metadataParams: _, ...rest } = props
    const bare = new nn.RNN({ cell: new nn.SimpleCell({ features: 4 }), ...rest })
    close(bare.apply(nn.unbox<nn.Variables>(variables), [xs]), y, 0)
    expect(() => new nn.RNN({ cell: new nn.SimpleCell({ features: 4, kernelInit }), ...rest }).init(key, [xs])).toThrow('metadataParams')

    const both = (): nn.Bidirectional => new nn.Bidirectional({ forwardRnn: rnn(), backwardRnn: rnn() })
    const made = both().init(key, [xs])
    const { forward_rnn, backward_rnn } = made.params as unknown as Record<string, { cell: { i: { kernel: unknown } } }>
    expect([forward_rnn, backward_rnn].map((r) => namesOf(r!.cell.i.kernel))).toEqual([
      ['time', 'in', 'out'],
      ['time', 'in', 'out'],
    ])
    expect(both().apply(made, [xs]).shape).toEqual([2, 3, 8])
  })

  it('of one cell that is shared keep its names', () => {
    const rnn = new nn.RNN({ cell: new nn.LSTMCell({ features: 4, kernelInit }) })
    const variables = rnn.init(key, [xs])
    const { kernel } = (variables.params as unknown as { cell: { ii: { kernel: unknown } } }).cell.ii
    expect(namesOf(kernel)).toEqual(['in', 'out'])
  })
})

it('vmap and scan in one another name an axis each', () => {
  class Step extends nn.Module {
    call(c: Tensor): readonly [Tensor, null] {
      return [new nn.Dense({ features: 4, kernelInit, name: 'dense' }).call(c), null]
    }
  }
  const Layers = nn.scan(Step, { variableAxes: { params: 0 }, splitRngs: { params: true }, length: 3, metadataParams: named('layers') })
  const Many = nn.vmap(Layers, {
    variableAxes: { params: 1 },
    splitRngs: { params: true },
    axisSize: 2,
    inAxes: null,
    metadataParams: named('models'),
  } as never)
  const variables = new Many().init(key, [np.ones([4])])
  const { kernel } = (variables.params as unknown as { dense: { kernel: unknown } }).dense
  expect([namesOf(kernel), shapeOf(kernel)]).toEqual([
    ['layers', 'models', 'in', 'out'],
    [3, 2, 4, 4],
  ])
})
