/**
 * Training steps, dispatch, tracing and starting, on XLA from heddle and from JAX in Python, in turn in one run.
 *
 * `npm run bench -- pjrt [--json FILE]`. Ratios are heddle's time over JAX's: below 1 is faster.
 */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { pjrt } from '@heddle/backend-pjrt'
import { jit, np, setDefaultBackend, type Tensor } from '@heddle/func'
import { exportStablehlo } from '@heddle/stablehlo'
import { buildSync } from 'esbuild'
import { time } from './harness'
import { firstStepInJax, type JaxWorker, pythonWithJax, startJax } from './jax-worker'
import { build, cases } from './models'

interface Line {
  readonly what: string
  readonly heddle: number
  readonly jax: number | undefined
  readonly unit: string
}
const lines: Line[] = []
const report = (what: string, unit: string, heddle: number, jax: number | undefined): void => {
  lines.push({ what, unit, heddle, jax })
  const other = jax === undefined ? '' : `  JAX ${jax.toFixed(2)} ${unit}  ratio ${(heddle / jax).toFixed(2)}`
  console.log(`${what.padEnd(34)} heddle ${heddle.toFixed(2)} ${unit}${other}`)
}
/** Both in turn; medians. */
const both = async (
  ours: () => unknown,
  theirs: (() => Promise<number>) | undefined,
  rounds: number,
): Promise<[number, number | undefined]> => {
  const timings = await time([{ name: 'heddle', run: ours }, ...(theirs ? [{ name: 'jax', run: theirs }] : [])], { rounds, warmup: 2 })
  return [timings[0]!.median, timings[1]?.median]
}
const steps = async (name: string, jax: JaxWorker | undefined): Promise<void> => {
  const trainer = build(name)
  let { state } = trainer
  const ours = (): void => {
    const [next, loss] = trainer.step(state, trainer.x, trainer.y)
    state = next
    loss.item()
    loss.dispose()
  }
  const [a, b] = await both(ours, jax && (() => jax.ask(name, 'step')), name === 'transformer' ? 10 : 30)
  report(`${name}: step`, 'ms', a, b)
}
const dispatch = async (jax: JaxWorker | undefined): Promise<void> => {
  const add = jit((x: Tensor) => x.add(1), { donateArgnums: 0 })
  let x: Tensor = np.array(0)
  const ours = (): number => {
    x = add(x)
    x.item()
    const start = performance.now()
    for (let i = 0; i < 1000; i++) x = add(x)
    x.item()
    return performance.now() - start
  }
  const [a, b] = await both(ours, jax && (async () => (await jax.ask('dispatch', 'step')) * 1e3), 20)
  report('a tiny call', 'µs', a, b)
}
const tracing = async (name: string, jax: JaxWorker | undefined): Promise<void> => {
  const trainer = build(name)
  const ours = (): void => void exportStablehlo(trainer.plain, [trainer.state, trainer.x, trainer.y])
  const start = performance.now()
  ours()
  const cold = performance.now() - start
  const timings = await time([{ name: 'heddle', run: ours }], { rounds: 5, warmup: 0 })
  report(`${name}: trace and lower`, 'ms', timings[0]!.median, jax && (await jax.ask(name, 'trace')))
  console.log(`${''.padEnd(34)} (the first time ${cold.toFixed(0)} ms)`)
}
/** The program of the first step in plain JavaScript, on the built packages: what users of the published ones start. */
const builtFirstStep = (): string => {
  const root = new URL('../../', import.meta.url)
  execFileSync('npm', ['run', 'build'], { cwd: root, stdio: 'pipe' })
  const outfile = fileURLToPath(new URL('.cache/bench/first-step.mjs', root))
  const entry = fileURLToPath(new URL('first-step.ts', import.meta.url))
  buildSync({ entryPoints: [entry], outfile, bundle: true, packages: 'external', platform: 'node', format: 'esm' })
  return outfile
}
const firstStep = (name: string, script: string, python: string | undefined): void => {
  const run = (): number => (JSON.parse(execFileSync(process.execPath, [script, name], { encoding: 'utf8' })) as { first: number }).first
  const median = (xs: number[]): number => xs.toSorted((p, q) => p - q)[xs.length >> 1]!
  const rounds = [0, 1, 2].map(() => [run(), python ? firstStepInJax(python, name) : 0] as const)
  report(`${name}: start to first step`, 'ms', median(rounds.map(([a]) => a)), python ? median(rounds.map(([, b]) => b)) : undefined)
}

const python = pythonWithJax()
const jax = python ? await startJax(python) : undefined
const backend = await pjrt({ cache: null })
setDefaultBackend(backend)
console.log(`heddle on ${backend.plugin} (${backend.platformVersion.split('\n')[0]}); ${jax ? `JAX ${jax.version}` : 'no JAX'}\n`)
for (const name of Object.keys(cases)) await steps(name, jax)
await dispatch(jax)
for (const name of Object.keys(cases)) await tracing(name, jax)
const script = builtFirstStep()
for (const name of ['mlp', 'transformer']) firstStep(name, script, python)
jax?.close()
const file = process.argv.indexOf('--json')
if (file > 0) writeFileSync(process.argv[file + 1]!, `${JSON.stringify(lines, null, 2)}\n`)
