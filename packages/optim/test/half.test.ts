// Optimizers of bfloat16 parameters stay in bfloat16, whatever the dtype of their numbers; and quantities that vanish.
import { hostBackend } from '@heddle/backend-host'
import { grad, np, setDefaultBackend, type Tensor } from '@heddle/func'
import { leavesWithPath } from '@heddle/tree'
import { beforeAll, describe, expect, test } from 'vitest'
import * as o from '../src'

beforeAll(() => setDefaultBackend(hostBackend()))

const scalar = (x: number): Tensor => np.array(x, { dtype: 'float32' })
const rate = (): Tensor => scalar(0.1)
// biome-ignore format: a table
const optimizers: Readonly<Record<string, () => o.GradientTransformation>> = {
  sgd: () => o.sgd(rate()), momentum: () => o.sgd(rate(), { momentum: scalar(0.9), nesterov: true }),
  adam: () => o.adam(rate(), { b1: scalar(0.9), b2: scalar(0.99), eps: scalar(1e-6) }), nadam: () => o.nadam(rate()),
  adamw: () => o.adamw(rate(), { weightDecay: scalar(0.01) }), amsgrad: () => o.amsgrad(rate()), adamax: () => o.adamax(rate(), { b2: scalar(0.9) }),
  adabelief: () => o.adabelief(rate(), { b2: scalar(0.9) }), yogi: () => o.yogi(rate(), { b2: scalar(0.9) }), radam: () => o.radam(rate()),
  novograd: () => o.novograd(rate(), { b2: scalar(0.5) }), lion: () => o.lion(rate(), { b1: scalar(0.9) }), adagrad: () => o.adagrad(rate()),
  rmsprop: () => o.rmsprop(rate(), { decay: scalar(0.9), eps: scalar(1e-5) }), adadelta: () => o.adadelta(rate()),
  lamb: () => o.lamb(rate()), lars: () => o.lars(rate()), signSgd: () => o.signSgd(rate()), fromage: () => o.fromage(0.1),
  clip: () => o.clip(scalar(0.5)), clipByGlobalNorm: () => o.clipByGlobalNorm(scalar(0.5)), clipByBlockRms: () => o.clipByBlockRms(scalar(0.5)),
  adaptiveGradClip: () => o.adaptiveGradClip(scalar(0.01)), ema: () => o.ema(scalar(0.9)), scale: () => o.scale(scalar(2)),
  schedule: () => o.scaleByLearningRate(() => scalar(0.1)), noise: () => o.addNoise(scalar(0.1), scalar(0.5), np.array(new Uint32Array([0, 7]))),
}
describe.each(Object.entries(optimizers))('%s', (_, make) => {
  test('keeps bfloat16, and its state its dtypes', () => {
    const optimizer = make()
    const params = { w: np.ones([2, 3], 'bfloat16') }
    const state = optimizer.init(params)
    const [updates, next] = optimizer.update({ w: np.full([2, 3], 0.25, { dtype: 'bfloat16' }) }, state, params)
    const dtypes = (tree: unknown): unknown => leavesWithPath(tree).map(([path, x]) => [path.join('/'), (x as Tensor).dtype])
    expect(updates.w.dtype).toBe('bfloat16')
    expect(dtypes(next)).toEqual(dtypes(state))
  })
})

describe('of what vanishes', () => {
  test('clipping of zeros to 0 is zeros', () => {
    const zero = { w: np.zeros([3]) }
    for (const t of [o.clipByGlobalNorm(0), o.clipByBlockRms(0), o.adaptiveGradClip(0), o.clip(0)])
      expect(t.update(zero, t.init(zero), zero)[0].w.abs().toArray()).toEqual([0, 0, 0])
    const some = { w: np.array([3, -4]) }
    for (const t of [o.clipByGlobalNorm(0), o.clipByBlockRms(0)]) expect(t.update(some, t.init(some))[0].w.abs().toArray()).toEqual([0, 0])
  })
  test('the focal loss has derivatives at far logits, for all powers', () => {
    for (const gamma of [0, 0.5, 1, 1.5, 2])
      for (const label of [0, 1, 0.3])
        for (const logit of [-100, -1, 0, 100]) {
          const f = (x: Tensor): Tensor => o.sigmoidFocalLoss(x, np.array(label), { gamma })
          const [s, h] = [1e-3, np.array(logit)]
          const slope = ((f(h.add(s)).item() as number) - (f(h.sub(s)).item() as number)) / (2 * s)
          expect(Math.abs((grad(f)(h).item() as number) - slope), `${gamma} ${label} ${logit}`).toBeLessThan(0.02)
        }
  })
  test('a divergence leaves out what never happens', () => {
    const [logs, targets] = [np.log(np.array([0.5, 0.5])), np.array([0, Number.NEGATIVE_INFINITY])]
    expect(o.klDivergenceWithLogTargets(logs, targets).item()).toBeCloseTo(Math.LN2, 5)
    expect(
      grad((x: Tensor) => o.klDivergenceWithLogTargets(x, targets))(logs)
        .neg()
        .toArray(),
    ).toEqual([1, 0])
  })
})
