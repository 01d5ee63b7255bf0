// Every optimizer in a loop's carry, as a donated state, inside of a mask and in bfloat16; and what those say that need more than gradients.
import { hostBackend } from '@heddle/backend-host'
import { ArgumentError, grad, jit, lax, np, random, setDefaultBackend, type Tensor, valueAndGrad, vmap } from '@heddle/func'
import { leavesWithPath } from '@heddle/tree'
import { beforeAll, describe, expect, test } from 'vitest'
import * as o from '../src'

beforeAll(() => setDefaultBackend(hostBackend()))

interface Params {
  readonly w: Tensor
  readonly b: Tensor
}
const loss = ({ w, b }: Params): Tensor => w.square().sum().add(b.sub(1).square().sum())
const extra = (value: Tensor, gradients: Params): o.Extra => ({ value, grad: gradients, valueFn: loss, objFn: loss })
const bounded = { initStep: ['distance', 0.1] } as const
// biome-ignore format: a table
const optimizers: Readonly<Record<string, () => o.GradientTransformation>> = {
  adan: () => o.adan(0.1), adafactor: () => o.adafactor(0.1, { minDimSizeToFactor: 2 }), sm3: () => o.sm3(0.1), rprop: () => o.rprop(0.1), signum: () => o.signum(0.1),
  optimistic: () => o.optimisticAdamV2(0.1), polyak: () => o.polyakSgd(), noisy: () => o.noisySgd(0.1, { eta: 1e-4, key: random.key(0) }), nans: () => o.chain(o.zeroNans(), o.normalizeByUpdateNorm(), o.sgd(0.1)),
  conditional: () => o.conditionallyMask(o.adam(0.1), (step) => step.less(3)), flatten: () => o.flatten(o.adam(0.1)), inject: () => o.injectHyperparams(o.adam)(o.linearSchedule(0.1, 0, 10), { b1: 0.8 }),
  monitor: () => o.chain(o.monitor({ norm: o.globalNorm, mean: o.measureWithEma((u: Params) => u.w.mean(), 0.9) }), o.snapshot('size', o.globalNorm), o.sgd(0.1)),
  skip: () => o.multiSteps(o.adam(0.1), 2, { shouldSkipUpdateFn: o.skipNotFinite }), distance: () => o.chain(o.scaleByDistanceOverGradients({ repsRel: 0.1 }), o.scale(-1)), nonnegative: () => o.chain(o.sgd(0.1), o.keepParamsNonnegative()),
  lbfgs: () => o.lbfgs(undefined, { memorySize: 2 }), backtracking: () => o.chain(o.sgd(1), o.scaleByBacktrackingLinesearch(8, { storeGrad: true })),
  scheduleFree: () => o.scheduleFreeAdamw(0.1), muon: () => o.muon(0.1), sam: () => o.sam(o.sgd(0.1), o.chain(o.normalize(), o.sgd(0.01))), dadapt: () => o.dadaptAdamw(1, { estimLr0: 1e-2 }), prodigy: () => o.prodigy(1, { estimLr0: 1e-2 }),
  mechanize: () => o.mechanize(o.sgd(1), { sInit: 1e-2 }), cocob: () => o.cocob(), dog: () => o.dog(1, bounded), dowg: () => o.dowg(), plateau: () => o.chain(o.sgd(0.1), o.reduceOnPlateau()), sophia: () => o.sophia(0.1),
  acprop: () => o.acprop(0.1), ademamix: () => o.ademamix(0.01), simplified: () => o.simplifiedAdemamix(1e-2), adopt: () => o.adopt(0.1), madgrad: () => o.madgrad(0.1), momo: () => o.momo(), momoAdam: () => o.momoAdam(0.1),
}
const start = (dtype: 'float32' | 'bfloat16' = 'float32'): Params => ({ w: np.full([2, 3], 0.5, { dtype }), b: np.zeros([], dtype) })
const dtypes = (tree: unknown): unknown =>
  leavesWithPath(tree).map(([path, x]) => [path.join('/'), (x as Tensor).dtype, (x as Tensor).shape])

describe.each(Object.entries(optimizers))('%s', (_, make) => {
  test('is a loop’s carry and a donated state, and lowers the loss', () => {
    const optimizer = make()
    const step = (params: Params, state: unknown): [Params, unknown] => {
      const [value, gradients] = valueAndGrad(loss)(params)
      const [updates, next] = optimizer.update(gradients, state, params, extra(value, gradients))
      return [o.applyUpdates(params, updates), next]
    }
    const donated = jit(step as never, { donateArgnums: [0, 1] }) as unknown as typeof step
    const params = start()
    const before = loss(params).item() as number
    const [once, state] = donated(params, optimizer.init(params))
    const turn = ([p, s]: [Params, unknown]): readonly [[Params, unknown], null] => [step(p, s), null]
    const [[last]] = lax.scan(turn as never, [once, state] as never, null, { length: 5 }) as unknown as [[Params, unknown]]
    expect(loss(last).item() as number).toBeLessThan(before)
  })
  test('goes into a mask, and keeps bfloat16', () => {
    const optimizer = o.masked(make(), { w: true, b: false })
    const params = start('bfloat16')
    const state = optimizer.init(params)
    const part = (p: { readonly w: Tensor }): Tensor => p.w.astype('float32').square().sum()
    const more = { value: np.array(1.5), grad: { w: params.w, b: null }, valueFn: part, objFn: part }
    const [updates, next] = optimizer.update(params, state, params, more)
    expect(updates.w.dtype).toBe('bfloat16')
    expect(updates.b).toBe(params.b)
    expect(dtypes(next)).toEqual(dtypes(state))
  })
})

describe('what is asked for', () => {
  let params: Params
  beforeAll(() => {
    params = start()
  })
  const refused = (run: () => unknown, ...says: readonly string[]): void => {
    expect(run).toThrow(ArgumentError)
    for (const text of says) expect(run).toThrow(text)
  }
  const bare =
    (t: o.GradientTransformation, ...more: readonly unknown[]): (() => unknown) =>
    () =>
      t.update(params, t.init(params), ...more)
  test('the loss, where it is needed', () => {
    refused(bare(o.polyakSgd(), params), 'needs value', 'update(gradients, state, params, { value })')
    refused(bare(o.polyakSgd(), params, { loss: 1 }), 'given are loss')
    refused(bare(o.lbfgs(), params, { value: 1 }), 'needs grad', '{ value, grad, valueFn }')
    refused(bare(o.lbfgs(), params, { value: 1, grad: params, valueFn: 3 }), 'at valueFn', 'a function')
    refused(bare(o.lbfgs(), params, { value: 1, grad: params, valueFn: () => np.ones([2]) }), 'must answer a scalar')
    refused(bare(o.reduceOnPlateau(), params), 'needs value')
    refused(bare(o.sophia(0.1), params), 'needs objFn')
    refused(bare(o.sam(o.sgd(1), o.sgd(1), { opaqueMode: true }), params), 'needs gradFn')
    refused(bare(o.momo(), params, { value: np.ones([2]) }), 'at value')
    refused(() => o.valueAndGradFromState(loss)(params, o.adam(1).init(params)), 'keeps no value')
  })
  test('both parameters of lookahead, the state of scheduleFree, a batch', () => {
    refused(() => o.lookahead(o.sgd(1), 2, 0.5).init(params as never), 'lookaheadParams(params)')
    refused(() => o.scheduleFreeEvalParams(o.adam(1).init(params), params), 'the state of scheduleFree')
    refused(bare(o.dpsgd(0.1, 1, 1, random.key(0)), params), 'at .b have no axis of examples')
    refused(() => o.perExampleGlobalNormClip(params, 1), 'vmap(grad(loss)')
    const each = vmap(grad(loss) as never)({ w: np.ones([4, 2, 3]), b: np.ones([4]) } as never) as unknown as Params
    const private_ = o.dpsgd(0.1, 1, 0, random.key(0))
    expect(private_.update(each, private_.init(params), params)[0].w.shape).toEqual([2, 3])
  })
  test('names of hyperparameters', () => {
    refused(() => o.injectHyperparams(o.adam)(Number.NaN), 'at learningRate')
    refused(() => o.injectHyperparams(o.adam)(0.1, { beta: 1 } as never), 'no option "beta"')
    refused(() => o.injectHyperparams((rate: o.Scalar) => o.sgd(rate))(0.1), 'has no name')
    const set = o.injectHyperparams(o.radam)(0.1, { b1: 0.8, b2: 0.9 })
    const state = set.init(params)
    expect(Object.keys(state.hyperparams).sort()).toEqual(['b1', 'learningRate'])
    const still = { ...state, hyperparams: { ...state.hyperparams, learningRate: np.array(0) } }
    expect(set.update(params, still, params)[0].w.abs().sum().item()).toBe(0)
  })
  test('factors and axes that can be', () => {
    refused(() => o.reduceOnPlateau({ factor: 2 }), 'between 0 and 1')
    refused(() => o.sgd(0.1, { wrong: 1 } as never), 'no option "wrong"')
    const wrong = o.muon(0.1, { muonWeightDimensionNumbers: { w: { reductionAxis: 0, outputAxis: 0 }, b: null } })
    refused(() => wrong.update(params, wrong.init(params), params), 'that are not the same')
  })
})

describe('treeMapParams', () => {
  test('maps the copies of the parameters, in masks and parts too', () => {
    const optimizer = o.chain(o.masked(o.adam(1), { w: true, b: false }), o.sgd(0.1, { momentum: 0.9 }))
    const names = { w: 'of w', b: 'of b' }
    const mapped = o.treeMapParams(optimizer, (_, name: string) => name, optimizer.init(start()), [names], {
      transformNonParams: () => 'other',
    })
    const shown = { w: 'of w', b: null }
    expect(mapped).toEqual([{ inner_state: [{ count: 'other', mu: shown, nu: shown }, {}] }, [{ trace: names }, {}]])
  })
})
