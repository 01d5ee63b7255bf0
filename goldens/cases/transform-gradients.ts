/** Gradients through transformations of modules: by the parameters and by the first argument, and the same under jit. */
import { jvp, np, tree, valueAndGrad, type Tensor } from '@heddle/func'
import * as nn from '@heddle/linen'
import { compiledCase, lossOf, type Case } from './case'
import {
  BigModel,
  CausalDense,
  CheckpointedMLP,
  Cond,
  CounterScan,
  JitMLP,
  Jvp,
  LSTM,
  MultiHead,
  ResidualMLP,
  Switch,
  Vjp,
  VjpAux,
  While,
} from './transforms'

interface Options {
  readonly mutable?: readonly string[]
  /** The second argument when variables are initialized, where it is another. */
  readonly initWith?: unknown
}

/** The loss of a golden and its gradients. */
const gradientCase = (name: string, make: () => nn.Module, { mutable, initWith }: Options = {}): Case =>
  compiledCase(`linen/gradients_${name}`, (compile) => ({ args: [x, ...others], rngs }) => {
    const module = make()
    const variables = module.init(rngs, [x, ...(initWith === undefined ? others : [initWith])])
    const options = { rngs: { noise: rngs.noise! }, ...(mutable === undefined ? {} : { mutable }) }
    const loss = (params: object, y: Tensor): Tensor => {
      const result = module.apply({ ...variables, params } as nn.Variables, [y, ...others], options) as unknown
      return lossOf(mutable === undefined ? result : (result as readonly unknown[])[0])
    }
    const step = valueAndGrad(loss, { argnums: [0, 1] })
    const [value, [grads, gradsX]] = compile(step)(variables.params!, x!)
    return { loss: value, grads, grads_x: gradsX }
  })

const vmapped = (axis: number | null) => (): nn.Module =>
  new (nn.vmap(nn.Dense, { variableAxes: { params: axis }, splitRngs: { params: axis !== null } }))({ features: 5 })

const counts: Options = { mutable: ['state'] }
const all: readonly (readonly [string, () => nn.Module, Options?])[] = [
  ['vmap_own', vmapped(0)],
  ['vmap_shared', vmapped(null)],
  ['scan_lstm', () => new LSTM({ features: 6 })],
  ['scan_layers', () => new ResidualMLP({ layers: 4 })],
  ['scan_carry', () => new CounterScan(), { mutable: ['state', 'trace'] }],
  ['jit', () => new JitMLP()],
  ['checkpoint', () => new CheckpointedMLP()],
  ['remat_scan', () => new BigModel()],
  ['map_variables', () => new CausalDense({ features: 5 })],
  ['jvp', () => new Jvp()],
  ['vjp', () => new Vjp()],
  ['vjp_aux', () => new VjpAux()],
  ['cond_true', () => new Cond(), { ...counts, initWith: true }],
  ['cond_false', () => new Cond(), { ...counts, initWith: true }],
  ...[0, 1, 2].map((i) => [`switch_${i}`, () => new Switch(), { ...counts, initWith: 0 }] as const),
  ...[0, 1, 2].map((i) => [`switch_multihead_${i}`, () => new MultiHead(), { initWith: 0 }] as const),
]

const forward = compiledCase(
  'linen/gradients_while',
  (compile) =>
    ({ args: [x], rngs }) => {
      const module = new While()
      const variables = module.init(rngs, [x!])
      const f = (params: object, y: Tensor): Tensor =>
        module.apply({ ...variables, params } as nn.Variables, [y], { mutable: ['state'] })[0]
      const along = (params: object, y: Tensor) =>
        jvp(f, [params, y], [tree.map<object>((p: Tensor) => np.onesLike(p), params), np.onesLike(y)])
      const [output, tangent] = compile(along)(variables.params!, x!)
      return { output, tangent }
    },
  // Ten layers, in which large values cancel.
  { tolerance: { rtol: 1e-5, atol: 1e-5 } },
)

export const cases: readonly Case[] = [...all.map((each) => gradientCase(...each)), forward]
