/** Finds the constants of an oscillator from noisy measurements, and draws how. */
import { join } from 'node:path'
import { chooseBackend, countFlag, main, numberFlag, program } from '@heddle/example-program'
import type { Tensor } from '@heddle/func'
import { fit, history, logLines, plotSpec } from '@heddle/train'
import { writePlot } from '@heddle/train/node'
import type { Command } from 'commander'
import { defaults, makeSearch, truth } from './search'

interface Flags {
  readonly steps: number
  readonly noise: number
  readonly out: string
}
await main(async () => {
  const { steps, noise, out, seed, backend } = program<Flags>(
    'implicit',
    'Finds the constants of a stiff differential equation by gradients through an implicit solver.',
    (command: Command) =>
      command
        .option('--steps <n>', 'of the search', countFlag, 100)
        .option('--noise <x>', 'standard deviation of the error of a measurement', numberFlag(0), defaults.noise)
        .option('--out <folder>', 'where the plots go', 'runs/implicit'),
  )
  console.log(`backend  ${await chooseBackend(backend)}`)
  const search = makeSearch({ ...defaults, noise }, seed)
  const past = history()
  const begin = performance.now()
  const { state } = await fit({
    state: search.state,
    step: (s: typeof search.state) => search.step(s),
    data: Array.from({ length: steps }, (_, i) => i),
    logEvery: Math.max(1, Math.floor(steps / 10)),
    reporters: [past, logLines()],
  })
  const { damping, stiffness } = search.constantsOf(state.params)
  const said = (x: Tensor): string => Number(x.item()).toFixed(3)
  const seconds = (performance.now() - begin) / 1000
  console.log(
    `\ndamping    ${said(damping)} (${truth.damping} in truth)\nstiffness  ${said(stiffness)} (${truth.stiffness} in truth); ${seconds.toFixed(1)} s`,
  )

  const curveOf = (name: string): (readonly [number, number])[] => past.steps.map((entry) => [entry.step, entry.metrics[name]!] as const)
  const places = (states: Tensor): (readonly [number, number])[] =>
    (states.at(0, ':', 0).toArray() as number[]).map((x, i) => [(i + 1) * defaults.seconds, x] as const)
  await writePlot(
    join(out, 'constants.svg'),
    plotSpec('The constants by steps of the search', {
      damping: curveOf('damping'),
      stiffness: curveOf('stiffness'),
      'true damping': truth.damping,
      'true stiffness': truth.stiffness,
    }),
  )
  await writePlot(
    join(out, 'trajectory.svg'),
    plotSpec('The first trajectory by seconds', {
      measured: places(search.measured),
      'at first': places(search.simulate(search.start, search.constantsOf(search.state.params))),
      found: places(search.simulate(search.start, { damping, stiffness })),
    }),
  )
  console.log(`plots      ${join(out, 'constants.svg')}, ${join(out, 'trajectory.svg')}`)
})
