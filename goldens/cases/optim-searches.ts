/** Optimizers that need more than gradients: line searches, which need the loss, and lookahead, which has two sets of parameters. */
import { np, type Tensor, valueAndGrad } from '@heddle/func'
import * as optim from '@heddle/optim'
import { map } from '@heddle/tree'
import { compiledCase, plain, program, tensorsOf, type Case, type Compile, type Parts } from './case'

type Trees = Readonly<Record<string, object>>
interface Place {
  readonly x: Tensor
  readonly y: Tensor
}
const rosenbrock = ({ x, y }: Place): Tensor => {
  const v = np.concatenate([x, y.reshape([-1])])
  const [now, next] = [v.at(':-1'), v.at('1:')]
  const far = next.sub(now.square()).square().mul(100)
  return far.add(np.subtract(1, now).square()).sum().div(10)
}
const steep = ({ x, y }: Place): Tensor => x.square().sum().mul(30).add(y.square().add(y.square().square()).sum()).add(x.sum().mul(y.at(0, 0)))

const solvers: Readonly<Record<string, optim.GradientTransformation>> = {
  lbfgs: optim.lbfgs(),
  lbfgs_rate: optim.lbfgs(0.5, { memorySize: 2 }),
  zoom: optim.chain(optim.sgd(0.1), optim.scaleByZoomLinesearch(12)),
  zoom_bounded: optim.chain(optim.sgd(0.1), optim.scaleByZoomLinesearch(6, { maxLearningRate: 1.5, approxDecRtol: null, curvRtol: 0.2 })),
  few: optim.chain(optim.sgd(1), optim.scaleByZoomLinesearch(2)),
  backtracking: optim.chain(optim.sgd(1), optim.scaleByBacktrackingLinesearch(20)),
  stored: optim.chain(
    optim.adam(0.5),
    optim.scaleByBacktrackingLinesearch(8, { storeGrad: true, increaseFactor: 2, decreaseFactor: 0.5, maxLearningRate: 2 }),
  ),
}
/** The losses before each step, and where they end; one program for all. */
const searches = (compile: Compile, loss: (p: Place) => Tensor, start: Place, count: number, names = Object.keys(solvers)): Parts => {
  const all = Object.entries(solvers).filter(([name]) => names.includes(name))
  const fresh = (p: Place) => valueAndGrad(loss)(p)
  const kept = optim.valueAndGradFromState(loss)
  const step = compile((params: Readonly<Record<string, Place>>, states: Readonly<Record<string, unknown>>) => {
    const results = all.map(([name, solver]) => {
      const p = params[name]!
      const [value, grad] = name === 'backtracking' ? fresh(p) : kept(p, states[name])
      const [updates, state] = solver.update(grad, states[name], p, { value, grad, valueFn: loss })
      return { name, value, state, params: optim.applyUpdates(p, updates) }
    })
    const by = <X>(f: (r: (typeof results)[number]) => X): Record<string, X> => Object.fromEntries(results.map((r) => [r.name, f(r)]))
    return [by((r) => r.params), by((r) => r.state), by((r) => r.value)] as const
  })
  let params = Object.fromEntries(all.map(([name]) => [name, start]))
  let states: Readonly<Record<string, unknown>> = Object.fromEntries(all.map(([name, o]) => [name, o.init(start)]))
  const losses: Readonly<Record<string, Tensor>>[] = []
  for (let i = 0; i < count; i++) {
    const [next, state, values] = step(params, states)
    params = next
    states = state
    losses.push(values)
  }
  return Object.fromEntries(all.map(([name]) => [name, { losses: np.stack(losses.map((l) => l[name]!)), params: params[name] }]))
}

const short = (compile: Compile, start: Place): Parts => searches(compile, rosenbrock, start, 3, ['lbfgs', 'backtracking', 'stored'])

const gradientsAt = (start: object, i: Tensor): object => map((p: Tensor) => np.sin(p.mul(3).add(i)).mul(i.mul(0.3).add(1)), start)
const followed = (compile: Compile, optimizer: optim.Lookahead, start: object): unknown => {
  const step = compile((params: optim.LookaheadParams<object>, state: optim.LookaheadState, i: Tensor) => {
    const [updates, next] = optimizer.update(gradientsAt(start, i), state, params)
    return [optim.applyUpdates(params, updates), next] as const
  })
  let params = optim.lookaheadParams(start)
  let state = optimizer.init(params)
  for (let i = 0; i < 10; i++) [params, state] = step(params, state, np.array(i, 'float32'))
  return params
}
const monitored = (compile: Compile, start: object): Trees => {
  const monitor = optim.monitor({
    norm: optim.globalNorm,
    mean: optim.measureWithEma((u: object) => map((x: Tensor) => np.mean(x), u), 0.9),
    raw: optim.measureWithEma((u: { b: { c: Tensor } }) => np.max(u.b.c), 0.5, { debias: false }),
  })
  const step = compile((state: optim.MonitorState, i: Tensor) => monitor.update(gradientsAt(start, i), state)[1])
  let state = monitor.init(start)
  for (let i = 0; i < 10; i++) state = step(state, np.array(i, 'float32'))
  return state.measurements as Trees
}

export const cases: readonly Case[] = [
  {
    name: 'optim/searches',
    run: ({ golden }) => {
      const start = tensorsOf(golden, 'start') as Place
      return {
        rosenbrock: searches(program, rosenbrock, start, 10),
        steep: searches(program, steep, start, 4),
        short: short(program, start),
      }
    },
    // As it is, each step traces its loops anew.
    ways: { 'no program': ({ golden }) => ({ short: short(plain, tensorsOf(golden, 'start') as Place) }) },
    given: ['start'],
    tolerance: { rtol: 1e-4, atol: 1e-5 },
  },
  compiledCase(
    'optim/lookahead',
    (compile) =>
      ({ golden }) => {
        const start = tensorsOf(golden, 'start') as object
        const each = map((p: Tensor) => np.stack([0, 0.2, 1, 3].map((k) => p.mul(k))), start)
        return {
          lookahead: {
            kept: followed(compile, optim.lookahead(optim.adam(0.1), 3, 0.4), start),
            reset: followed(compile, optim.lookahead(optim.adam(0.1), 4, 0.5, { resetState: true }), start),
          },
          clips: {
            all: compile((g: object) => optim.perExampleGlobalNormClip(g, 2))(each),
            uniform: compile((g: object) => optim.perExampleLayerNormClip(g, 2))(each),
            by_size: compile((g: object) => optim.perExampleLayerNormClip(g, 2, { uniform: false }))(each),
          },
          measurements: monitored(compile, start),
        }
      },
    { given: ['start'], tolerance: { rtol: 2e-5, atol: 1e-6 } },
  ),
]
