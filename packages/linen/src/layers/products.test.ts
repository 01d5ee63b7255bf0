/** What layers multiply with: its precision, and functions in the place of lax's. */
import { hostBackend } from '@heddle/backend-host'
import { lax, makeJaxpr, np, printJaxpr, random, setDefaultBackend, type Tensor } from '@heddle/func'
import { beforeEach, describe, expect, it } from 'vitest'
import * as nn from '../index'

beforeEach(() => setDefaultBackend(hostBackend()))
const key = () => random.key(0)
const x = () => np.arange(24).reshape([2, 3, 4]).astype('float32').mul(0.1)
const precisions = (module: nn.Module, ...args: readonly Tensor[]): string[] => {
  const variables = module.init({ params: key() }, args)
  const jaxpr = makeJaxpr((...xs: Tensor[]) => module.apply(variables, xs) as Tensor)(...args)
  return printJaxpr(jaxpr).match(/precision=\(.*?\)/g) ?? []
}
const highest = 'precision=(Precision.HIGHEST, Precision.HIGHEST)'
const p = { precision: 'highest' } as const

describe('precision', () => {
  it.each([
    ['Dense', new nn.Dense({ features: 2, ...p }), 1],
    ['DenseGeneral', new nn.DenseGeneral({ features: 2, axis: [-2, -1], ...p }), 1],
    ['Einsum', new nn.Einsum({ shape: [4, 2], einsumStr: 'abc,cd->abd', ...p }), 1],
    ['Conv', new nn.Conv({ features: 2, kernelSize: [3], ...p }), 1],
    ['ConvLocal', new nn.ConvLocal({ features: 2, kernelSize: [3], ...p }), 2],
    ['ConvTranspose', new nn.ConvTranspose({ features: 2, kernelSize: [3], ...p }), 1],
    ['MultiHeadDotProductAttention', new nn.MultiHeadDotProductAttention({ numHeads: 2, ...p }), 6],
  ] as const)('of %s is that of all its products', (_, module, n) => {
    expect(precisions(module, x())).toEqual(Array.from({ length: n }, () => highest))
  })
  it('is not said where none is given', () => {
    expect(precisions(new nn.Dense({ features: 2 }), x())).toEqual([])
    expect(precisions(new nn.MultiHeadDotProductAttention({ numHeads: 2, precision: null }), x())).toEqual([])
  })
})

describe('dotGeneral', () => {
  const seen: unknown[] = []
  const tenfold: nn.DotGeneral = (a, b, dims, options) => {
    seen.push(options.precision)
    return lax.dotGeneral(a, b, dims, options).mul(10)
  }
  beforeEach(() => seen.splice(0))
  it.each([
    ['Dense', (props: nn.DotGeneralProps): nn.Module => new nn.Dense({ features: 2, useBias: false, ...props })],
    ['DenseGeneral', (props: nn.DotGeneralProps): nn.Module => new nn.DenseGeneral({ features: 2, useBias: false, ...props })],
  ] as const)('stands in the place of lax.dotGeneral in %s', (_, make) => {
    const plain = make({}).initWithOutput({ params: key() }, [x()])[0] as Tensor
    for (const props of [{ dotGeneral: tenfold }, { dotGeneralCls: () => tenfold }]) {
      const out = make({ ...p, ...props }).initWithOutput({ params: key() }, [x()])[0] as Tensor
      expect(np.allclose(out, plain.mul(10)).item()).toBe(true)
    }
    expect(seen).toEqual(['highest', 'highest'])
  })
  it('may be made by the layer, with a module that it has then', () => {
    class Scaled extends nn.Module {
      call(y: Tensor): Tensor {
        return y.mul(this.param('scale', nn.initializers.constant(3), [], 'float32'))
      }
    }
    const dotGeneralCls = (): nn.DotGeneral => {
      const scaled = new Scaled()
      return (a, b, dims) => scaled.call(lax.dotGeneral(a, b, dims))
    }
    const [out, variables] = new nn.Dense({ features: 2, useBias: false, dotGeneralCls }).initWithOutput({ params: key() }, [x()])
    const { kernel, Scaled_0 } = variables.params as unknown as { kernel: Tensor; Scaled_0: { scale: Tensor } }
    expect(Scaled_0.scale.item()).toBe(3)
    expect(np.allclose(out as Tensor, x().dot(kernel).mul(3)).item()).toBe(true)
  })
  it('of attention: of query, key and value, and of out', () => {
    const run = (props: Partial<nn.MultiHeadDotProductAttentionProps>): Tensor =>
      new nn.MultiHeadDotProductAttention({ numHeads: 2, useBias: false, ...props }).initWithOutput({ params: key() }, [x()])[0] as Tensor
    expect(np.allclose(run({ outDotGeneral: tenfold }), run({}).mul(10)).item()).toBe(true)
    expect(np.allclose(run({ outDotGeneralCls: () => tenfold }), run({}).mul(10)).item()).toBe(true)
    expect(seen).toHaveLength(2)
    run({ qkvDotGeneral: tenfold })
    run({ qkvDotGeneralCls: () => tenfold })
    expect(seen).toHaveLength(8)
  })
})

describe('convGeneralDilated', () => {
  it('stands in the place of lax.convGeneralDilated', () => {
    const negative: nn.ConvGeneralDilated = (a, b, strides, padding, options) =>
      lax.convGeneralDilated(a, b, strides, padding, options).neg()
    const run = (props: Partial<nn.ConvProps>): Tensor =>
      new nn.Conv({ features: 2, kernelSize: [3], ...props }).initWithOutput({ params: key() }, [x()])[0] as Tensor
    for (const props of [{ convGeneralDilated: negative }, { convGeneralDilatedCls: () => negative }])
      expect(run(props).toArray()).toEqual(run({}).neg().toArray())
  })
  it('tells ConvLocal only the shape of its kernel', () => {
    let calls = 0
    const convGeneralDilated: nn.ConvGeneralDilated = (a, b, strides, padding, options) => {
      calls += 1
      return lax.convGeneralDilated(a, b, strides, padding, options)
    }
    const local = new nn.ConvLocal({ features: 2, kernelSize: [3], padding: 'VALID', convGeneralDilated })
    const { kernel, bias } = local.init({ params: key() }, [x()]).params as unknown as { kernel: Tensor; bias: Tensor }
    expect([kernel.shape, bias.shape, calls]).toEqual([[1, 12, 2], [1, 2], 1])
    const wrong = new nn.ConvLocal({ features: 2, kernelSize: [3], mask: np.ones([3, 4, 2]) })
    expect(() => wrong.init({ params: key() }, [x()])).toThrow('mask must have the shape of the kernel [3,12,2]')
  })
})

describe('einsum of attention', () => {
  const q = () => x().reshape([2, 3, 2, 2])
  const seen: string[] = []
  const einsum = (subscripts: string, a: Tensor, b: Tensor): Tensor => {
    seen.push(subscripts)
    return np.einsum(subscripts, a, b)
  }
  const both = { qkAttnWeightsEinsum: einsum, attnWeightsValueEinsum: einsum }
  const equations = ['...qhd,...khd->...hqk', '...hqk,...khd->...qhd']
  beforeEach(() => seen.splice(0))
  it('may be other functions, for scores and for values', () => {
    const expected = nn.dotProductAttention(q(), q(), q()).toArray()
    expect(nn.dotProductAttention(q(), q(), q(), both).toArray()).toEqual(expected)
    expect(seen).toEqual(equations)
    const dotGeneral: nn.DotGeneral = (a, b, dims, options) => {
      seen.push(String(options.precision))
      return lax.dotGeneral(a, b, dims, options)
    }
    expect(nn.dotProductAttention(q(), q(), q(), { einsumDotGeneral: dotGeneral, ...p }).toArray()).toEqual(expected)
    expect(seen.slice(2)).toEqual(['highest', 'highest'])
  })
  it('is made by the layer for each call', () => {
    const props = { qkAttnWeightsEinsumCls: () => einsum, attnWeightsValueEinsumCls: () => einsum }
    new nn.MultiHeadDotProductAttention({ numHeads: 2, ...props }).init({ params: key() }, [x()])
    expect(seen).toEqual(equations)
  })
  it('comes in pairs, and without what is for np.einsum', () => {
    expect(() => nn.dotProductAttention(q(), q(), q(), { qkAttnWeightsEinsum: einsum })).toThrow('must be given together')
    expect(() => nn.dotProductAttention(q(), q(), q(), { ...both, ...p })).toThrow('precision and einsumDotGeneral are for np.einsum')
    expect(() => nn.dotProductAttentionWeights(q(), q(), { ...both, einsumDotGeneral: lax.dotGeneral })).toThrow(/are for np\.einsum/)
  })
})

describe('promoteDtype', () => {
  it('stands in the place of that of linen', () => {
    const seen: unknown[] = []
    const promoteDtype: nn.PromoteDtype = (xs, options) => {
      seen.push(options?.dtype)
      return nn.promoteDtype(xs, { ...options, dtype: 'float16' })
    }
    const given = { promoteDtype, dtype: 'bfloat16' } as const
    const modules: readonly nn.Module[] = [
      new nn.Dense({ features: 2, ...given }),
      new nn.DenseGeneral({ features: 2, ...given }),
      new nn.Einsum({ shape: [4, 2], einsumStr: 'abc,cd->abd', ...given }),
      new nn.Conv({ features: 2, kernelSize: [3], ...given }),
      new nn.ConvTranspose({ features: 2, kernelSize: [3], ...given }),
    ]
    for (const m of modules) expect((m.initWithOutput({ params: key() }, [x()])[0] as Tensor).dtype).toBe('float16')
    const embed = new nn.Embed({ numEmbeddings: 3, features: 2, ...given })
    expect((embed.initWithOutput({ params: key() }, [np.array([1, 2], 'int32')])[0] as Tensor).dtype).toBe('float16')
    expect(seen).toEqual(Array.from({ length: 6 }, () => 'bfloat16'))
  })
})

describe('the bias of an Einsum', () => {
  // Shapes and sums of magnitudes by flax.linen.Einsum, with a bias of ones.
  it.each([
    ['...a,...a->...', [3, 4], [2, 3, 4], [3], [2, 3], 6.3302927],
    ['...a,...ab->...b', [3, 4, 5], [2, 3, 4], [3, 5], [2, 3, 5], 32.7469597],
    ['...a,ab->...b', [4, 5], [2, 3, 4], [5], [2, 3, 5], 35.0590019],
    ['...a,a...b->b...', [4, 2, 5], [2, 4], [5, 2], [5, 2], 9.9773359],
    ['a,...a->...', [2, 3, 4], [4], [2, 3], [2, 3], 5.3349934],
    ['...a,...ab->...b', [1, 4, 5], [3, 4], [1, 5], [3, 5], 17.6273918],
  ] as const)('%s with a kernel of %j', (einsumStr, shape, inputs, bias, output, sum) => {
    const size = inputs.reduce<number>((a, b) => a * b, 1)
    const given = np.mod(np.arange(size).astype('float32').mul(0.37), 1.3).sub(0.5).reshape(inputs)
    const [y, variables] = new nn.Einsum({ shape, einsumStr, biasInit: nn.initializers.ones }).initWithOutput({ params: key() }, [given])
    expect(variables.params.bias?.shape).toEqual(bias)
    expect((y as Tensor).shape).toEqual(output)
    expect(Number((y as Tensor).abs().sum().item())).toBeCloseTo(sum, 4)
  })
})
