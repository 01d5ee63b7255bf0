import { tfjs } from '@heddle/backend-tfjs'
import { setDefaultBackend } from '@heddle/func'
import { build, cases } from './models'
const mode = process.argv[2] as 'xla'
const b = await tfjs({ demand: 'node', compile: mode })
setDefaultBackend(b)
for (const name of process.argv[3]?.split(',') ?? Object.keys(cases)) {
  let t0 = performance.now()
  const t = build(name)
  let state = t.state
  console.log(mode, name, 'build', (performance.now() - t0).toFixed(0))
  const ts: number[] = []
  const losses: number[] = []
  for (let i = 0; i < 12; i++) {
    t0 = performance.now()
    const [s, loss] = t.step(state, t.x, t.y)
    state = s
    losses.push(((await loss.data()) as Float32Array)[0]!)
    loss.dispose()
    ts.push(performance.now() - t0)
  }
  console.log(
    '  first',
    ts[0]!.toFixed(0),
    'second',
    ts[1]!.toFixed(0),
    'fastest',
    Math.min(...ts).toFixed(2),
    'median',
    ts.toSorted((a, c) => a - c)[6]!.toFixed(2),
    losses.slice(0, 3),
    losses.at(-1),
  )
}
console.log(b.describe(), b.storage.memory())
