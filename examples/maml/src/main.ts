/** Learns to learn sine waves, compares that with what was not taught to adapt, and draws both. */
import { join } from 'node:path'
import { chooseBackend, countFlag, main, program } from '@heddle/example-program'
import { jit, np, random, type Tensor } from '@heddle/func'
import { fit, history, logLines, plotSpec } from '@heddle/train'
import { writePlot } from '@heddle/train/node'
import type { Command } from 'commander'
import { defaults, makeMaml } from './maml'
import { drawTask } from './waves'

interface Flags {
  readonly steps: number
  readonly out: string
}
const INNER = 5

await main(async () => {
  const { steps, out, seed, backend } = program<Flags>(
    'maml',
    'Learns to fit a sine wave from ten points in a few steps.',
    (command: Command) =>
      command.option('--steps <n>', 'of each way to learn', countFlag, 1000).option('--out <folder>', 'where the plots go', 'runs/maml'),
  )
  console.log(`backend  ${await chooseBackend(backend)}`)
  const maml = makeMaml(defaults, seed)
  type State = typeof maml.state
  const measure = maml.afterSteps(INNER, 200)
  const curves: Record<string, (readonly [number, number])[]> = {}
  const learned: Record<string, State> = {}
  for (const way of ['maml', 'pooled'] as const) {
    console.log(`\n${way}`)
    const step = maml.stepBy(way)
    const past = history()
    const { state } = await fit({
      state: maml.state,
      step: (s: State, i: Tensor) => step(s, i),
      data: Array.from({ length: steps }, (_, i) => np.array(i, 'int32')),
      evaluate: (s) => ({ 'loss after a step': measure(s.params).at(1) }),
      evaluateEvery: Math.max(1, Math.floor(steps / 10)),
      reporters: [past, { evaluation: logLines().evaluation! }],
    })
    learned[way] = state
    curves[way] = past.evaluations.map((e) => [e.step, e.metrics['loss after a step']!] as const)
  }
  console.log(`\nloss on 200 new waves, after 0 to ${INNER} steps on ${defaults.points} points of each`)
  for (const [way, { params }] of Object.entries(learned)) {
    const losses = measure(params).toArray() as number[]
    console.log(`  ${way.padEnd(12)}${losses.map((x) => x.toFixed(3).padStart(8)).join('')}`)
  }
  await writePlot(join(out, 'loss.svg'), plotSpec('Loss on new waves after one step, by steps of learning', curves))

  const { x, y } = drawTask(random.key(seed + 7), defaults.points)
  const places = np.linspace(-4, 4, 81)
  const adapt = jit(maml.adapt)
  const line = (p: State['params']): (readonly [number, number])[] => {
    const ys = maml.state
      .applyFn(p, places.reshape([81, 1]))
      .reshape([81])
      .toArray() as number[]
    return ys.map((v, i) => [-4 + i / 10, v] as const)
  }
  const { params } = learned.maml!
  const [once, pooled] = [adapt(params, x, y), adapt(learned.pooled!.params, x, y)]
  await writePlot(
    join(out, 'wave.svg'),
    plotSpec('A new wave', { 'before a step': line(params), 'after a step': line(once), 'pooled, after a step': line(pooled) }),
  )
  console.log(`plots    ${join(out, 'loss.svg')}, ${join(out, 'wave.svg')}`)
})
