/**
 * Training steps on tfjs-node: over kernels one by one, as one graph of TensorFlow, and through XLA in TensorFlow.
 *
 * HEDDLE_TFJS_NODE says where tfjs-node is, if it is not installed. Arguments choose models; `BENCH_MODES=off,graph` ways. Each way runs in
 * turn, so that a slow moment of the machine falls on all; processor time is counted too, which other programs disturb less.
 */
import { tfjs, type TfjsBackend } from '@heddle/backend-tfjs'
import { dispose, setDefaultBackend, type Tensor } from '@heddle/func'
import { build, cases, type Trainer } from './models'

type Mode = 'off' | 'graph' | 'xla'
const modes = (process.env.BENCH_MODES?.split(',') ?? ['off', 'graph', 'xla']) as readonly Mode[]
const names = process.argv.slice(2).filter((n) => n in cases)
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 15)

interface Runner {
  readonly mode: Mode
  readonly backend: TfjsBackend
  readonly step: () => Promise<number>
  readonly close: () => void
}
const runner = async (mode: Mode, name: string): Promise<Runner> => {
  const backend = await tfjs({ demand: 'node', compile: mode })
  setDefaultBackend(backend)
  const { step, x, y, state }: Trainer = build(name)
  let current = state
  return {
    mode,
    backend,
    step: async () => {
      const [next, loss] = step(current, x, y) as readonly [Trainer['state'], Tensor]
      current = next
      const value = (await loss.data())[0] as number
      loss.dispose()
      return value
    },
    close: () => dispose([current, x, y]),
  }
}
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN
const processor = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

for (const name of names.length > 0 ? names : Object.keys(cases)) {
  console.log(`\n${name}`)
  const runners: Runner[] = []
  for (const mode of modes) runners.push(await runner(mode, name))
  const firsts: number[] = []
  for (const { step } of runners) {
    const start = performance.now()
    await step()
    await step()
    firsts.push(performance.now() - start)
  }
  const buffers = runners.map(({ backend }) => backend.storage.memory().buffers)
  const wall = runners.map((): number[] => [])
  const cpu = runners.map((): number[] => [])
  let losses: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    losses = []
    for (const [i, { step }] of runners.entries()) {
      const [t, c] = [performance.now(), processor()]
      losses.push(await step())
      wall[i]!.push(performance.now() - t)
      cpu[i]!.push(processor() - c)
    }
  }
  runners.forEach(({ mode, backend }, i) => {
    const ratio = (values: readonly (readonly number[])[], f: (v: readonly number[]) => number): string =>
      `${(f(values[0]!) / f(values[i]!)).toFixed(2)}x`
    const least = (v: readonly number[]): number => Math.min(...v)
    const grown = backend.storage.memory().buffers - buffers[i]!
    console.log(
      `  ${mode.padEnd(6)} median ${median(wall[i]!).toFixed(2)} ms (${ratio(wall, median)})  fastest ${least(wall[i]!).toFixed(2)} ms (${ratio(wall, least)})  ` +
        `processor ${median(cpu[i]!).toFixed(1)} ms (${ratio(cpu, median)})  first two ${firsts[i]!.toFixed(0)} ms  loss ${losses[i]!.toFixed(5)}  buffers grown by ${grown}`,
    )
  })
  for (const { backend, close } of runners) {
    if (backend.describe().includes('over kernels')) console.log(`  ${backend.describe()}`)
    close()
  }
}
