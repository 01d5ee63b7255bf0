import { readdirSync } from 'node:fs'
import { grad, np, random, type Tensor } from '@heddle/func'
import * as lift from '@heddle/lift'
import type * as nn from '@heddle/linen'
import { close, shapes } from '@heddle/testing'
import { leaves } from '@heddle/tree'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { hasXla, useBackend } from '../../../goldens/runner/backends'
import { moduleCase, runCase, type Case } from '../../../goldens/cases/case'
import * as checkpointedMlp from '../src/checkpointed-mlp'
import * as cond from '../src/cond'
import * as customVjp from '../src/custom-vjp'
import * as gradExample from '../src/grad'
import * as jit from '../src/jit'
import * as jvp from '../src/jvp'
import * as jvpScope from '../src/jvp-scope'
import * as mapVariables from '../src/map-variables'
import * as rematScan from '../src/remat-scan'
import * as scanLstm from '../src/scan-lstm'
import * as scanLstmFunction from '../src/scan-lstm-function'
import * as scanResidualMlp from '../src/scan-residual-mlp'
import * as switchExample from '../src/switch'
import * as switchMultiHead from '../src/switch-multi-head'
import * as valueAndGrad from '../src/value-and-grad'
import * as vjp from '../src/vjp'
import * as vmapBatchDense from '../src/vmap-batch-dense'
import * as vmapSharedDense from '../src/vmap-shared-dense'
import * as whileLoop from '../src/while-loop'

// the programs print when they are imported
vi.hoisted(() => vi.spyOn(console, 'log').mockImplementation(() => {}))

const examples: Readonly<Record<string, () => object>> = {
  'checkpointed-mlp': checkpointedMlp.example,
  cond: cond.example,
  'custom-vjp': customVjp.example,
  grad: gradExample.example,
  jit: jit.example,
  jvp: jvp.example,
  'jvp-scope': jvpScope.example,
  'map-variables': mapVariables.example,
  'remat-scan': rematScan.example,
  'scan-lstm': scanLstm.example,
  'scan-lstm-function': scanLstmFunction.example,
  'scan-residual-mlp': scanResidualMlp.example,
  switch: switchExample.example,
  'switch-multi-head': switchMultiHead.example,
  'value-and-grad': valueAndGrad.example,
  vjp: vjp.example,
  'vmap-batch-dense': vmapBatchDense.example,
  'vmap-shared-dense': vmapSharedDense.example,
  'while-loop': whileLoop.example,
}

/** Sums of the leaves of what each program answers, in their order, as Flax computes them. */
const sums: Readonly<Record<string, readonly number[]>> = {
  'checkpointed-mlp': [0.872246, 13.95594, 1, 61.01884, 0, 13.93163, 0, 0.003914744, 1.157499],
  cond: [1, 1, 2.816768, 2.816768],
  'custom-vjp': [1, 2, 0, -0.6344501, -0.6344501],
  grad: [0.5, 1.5, 1],
  jit: [0, 0.27366003, 0, -1.0750176, -0.18008561],
  jvp: [6, 1],
  'jvp-scope': [6, 0],
  'map-variables': [-1.104106, 1.169586],
  'remat-scan': [-39.74817, -0.1708335, 0, -5.877582, -0.00246954],
  'scan-lstm': [0, -6.231999, 0, -2.549832, 0, 0.3184953, 0, 0.2491615, 8.512665, 3.712168, -8.775654, -4.771423, 108.2762],
  'scan-lstm-function': [0, 8.685867, 0, 1.145009, 0, 0.9319265, 0, -0.8778512, 4.289685, 3.349633, -0.06368658, -4.181138, 51.00232],
  'scan-residual-mlp': [0, -0.846956, 8.836129],
  switch: [2.816768, 2.816768, 1, 0, 1],
  'value-and-grad': [0.5, 1.5, 1, 3],
  vjp: [0, 32, 0, 0, 0],
  'vmap-batch-dense': [0, 3.380436, -3.929408],
  'vmap-shared-dense': [0, 2.06312, 2.365812],
  'while-loop': [-7.148675, 10],
}

it('all programs are in the table', () => {
  const files = readdirSync(new URL('../src', import.meta.url))
  const programs = files.map((f) => f.replace('.ts', ''))
  expect(Object.keys(examples).sort()).toEqual(programs.sort())
})

const backends = ['cpu', 'wasm', ...(hasXla() ? ['pjrt'] : [])]

describe.each(backends)('programs on %s', (backend) => {
  beforeAll(() => useBackend(backend))

  it.each(Object.entries(sums))('%s computes what Flax does', (name, expected) => {
    const actual = (leaves(examples[name]!()) as Tensor[]).map((x) => Number(x.astype('float32').sum().item()))
    expect(actual).toHaveLength(expected.length)
    actual.forEach((x, i) => expect(Math.abs(x - expected[i]!)).toBeLessThan(1e-5 + 2e-5 * Math.abs(expected[i]!)))
  })

  it('switch-multi-head has the outputs of Flax for each head', () => {
    const { outputs, variables } = switchMultiHead.example()
    close(
      outputs,
      [
        [0.30064392, -0.5087782, -0.38779402, -0.51912755, 0.05361076],
        [0.147947, -1.9224262, 0.39174235, -0.01368173, -0.7542725],
        [-0.7032112, 0.8334453, 0.90626264, 1.0851232, -0.5553051],
      ].map((row) => np.array([row])),
    )
    expect(Object.keys(shapes(variables.params) as object)).toEqual(['heads_0', 'heads_1', 'heads_2'])
  })
})

const passes = (c: Case): void => expect(runCase(c).filter(({ ok }) => !ok)).toEqual([])

describe.each(backends)('modules of the programs are held to goldens on %s', (backend) => {
  beforeAll(() => useBackend(backend))

  it.each<readonly [string, () => nn.Module]>([
    ['vmap_batch_dense', () => new vmapBatchDense.BatchDense({ features: 5 })],
    ['vmap_shared_dense', () => new vmapSharedDense.BatchDense({ features: 5 })],
    ['scan_lstm_class', () => new scanLstm.LSTM({ features: 6 })],
    ['scan_lstm_function', () => new scanLstmFunction.LSTM({ features: 6 })],
    ['checkpoint_mlp', () => new checkpointedMlp.CheckpointedMLP()],
    ['remat_scan_big_model', () => new rematScan.BigModel()],
    ['map_variables_causal_dense', () => new mapVariables.CausalDense({ features: 5 })],
  ])('%s', (name, make) => passes(moduleCase(name, make)))

  const stateful = (name: string, make: () => nn.Module, initArgs: (args: readonly unknown[]) => readonly unknown[]): Case => ({
    name: `linen/${name}`,
    run: ({ args, rngs, golden }) => {
      const variables = make().init(rngs, initArgs(args))
      if (!('mutated' in golden.parts)) return { variables, output: make().apply(variables, args) }
      const [output, mutated] = make().apply(variables, args, { mutable: 'state' })
      return { variables, output, mutated }
    },
  })
  it.each(
    [
      stateful(
        'while_loop',
        () => new whileLoop.WhileLoopExample(),
        (args) => args,
      ),
      stateful(
        'cond_true',
        () => new cond.CondExample({ falseFactor: -1 }),
        ([x]) => [x, true],
      ),
      stateful(
        'cond_false',
        () => new cond.CondExample({ falseFactor: -1 }),
        ([x]) => [x, true],
      ),
      ...[0, 1, 2].map((i) =>
        stateful(
          `switch_${i}`,
          () => new switchExample.SwitchExample({ factors: [1, 2, -1] }),
          ([x]) => [x, 0],
        ),
      ),
      ...[0, 1, 2].map((i) =>
        stateful(
          `switch_multihead_${i}`,
          () => new switchMultiHead.MultiHeadSwitchExample(),
          ([x]) => [x, 0],
        ),
      ),
    ].map((c) => [c.name, c] as const),
  )('%s', (_, c) => passes(c))

  it('linen/custom_vjp_sign_grad', () =>
    passes({
      name: 'linen/custom_vjp_sign_grad',
      run: ({ args: [x], rngs }) => {
        const variables = new customVjp.Foo().init(rngs, [x!])
        const run = (v: nn.Variables, y: Tensor): Tensor => new customVjp.Foo().apply(v, [y])
        return {
          variables,
          output: run(variables, x!),
          grads: grad(run)(variables, x!),
          grads_x: grad((y: Tensor) => run(variables, y))(x!),
        }
      },
    }))

  it('linen/vjp_learn_scale, with another name for the submodule', () =>
    passes({
      name: 'linen/vjp_learn_scale',
      run: ({ args, rngs }) => {
        const [x, y] = args as unknown as readonly [Tensor, Tensor]
        const model = new vjp.Foo({ scale: 1.5 })
        const [initOutput, variables] = model.initWithOutput(rngs, [x, y])
        const { LearnScale_0: learned } = variables.params as unknown as { LearnScale_0: object }
        return { variables: { params: { Learn2_0: learned } }, init_output: initOutput, output: model.apply(variables, [x, y]) }
      },
    }))

  it('a tangent one of the parameters is the input, of modules and of scopes', () => {
    const x = random.normal(random.key(3), [4])
    close(new jvp.Foo().apply({ params: { LearnScale_0: { test: np.array(2) } } }, [x]), x)
    close(lift.apply(jvpScope.f)({ params: { scale: np.array(2) } }, x), x)
  })
})
