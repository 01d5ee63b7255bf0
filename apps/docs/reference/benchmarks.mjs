// The page of benchmarks, drawn from bench/results.json, which `npm run bench -- peers --json bench/results.json` measures.
import { readFileSync } from 'node:fs'
import { root } from '../../../scripts/packages.mjs'
import { front } from './front.mjs'

const results = () => JSON.parse(readFileSync(`${root}bench/results.json`, 'utf8'))
const [LABEL, BAR, VALUE, LINE] = [130, 400, 90, 22]
const three = (x) => Number(x.toPrecision(x < 1 ? 2 : 3)).toString()

/** Bars of milliseconds, shorter is faster; heddle's are in the accent of the theme. Bars of a row have one scale: its slowest is the whole width. */
const chart = ({ name, what, times }) => {
  const slowest = Math.max(...times.map((t) => t.fastest))
  const height = times.length * LINE
  const bars = times.map((t, i) => {
    const width = Math.max(2, (t.fastest / slowest) * BAR)
    const y = i * LINE
    const ours = t.name.startsWith('heddle')
    return [
      `<text x="${LABEL - 8}" y="${y + 15}" text-anchor="end" fill="var(--sl-color-text)"${ours ? ' font-weight="600"' : ''}>${t.name}</text>`,
      `<rect x="${LABEL}" y="${y + 4}" width="${width.toFixed(1)}" height="${LINE - 8}" rx="2" fill="var(${ours ? '--sl-color-text-accent' : '--sl-color-gray-4'})" />`,
      `<text x="${(LABEL + width + 6).toFixed(1)}" y="${y + 15}" fill="var(--sl-color-text)">${three(t.fastest)} ms</text>`,
    ].join('')
  })
  const label = `${name}: ${times.map((t) => `${t.name} ${three(t.fastest)} ms`).join(', ')}`
  return `<svg class="bench" role="img" aria-label="${label}" viewBox="0 0 ${LABEL + BAR + VALUE} ${height}" style="width:100%;height:auto;font-size:13px">${bars.join('')}</svg>\n\n${what}.`
}
const ratios = ({ rows }) => {
  const peers = [...new Set(rows.flatMap((r) => r.ratios.map((x) => x.peer)))]
  const cell = (row, peer) => {
    const found = row.ratios.find((r) => r.peer === peer)
    return found ? three(found.ratio) : ''
  }
  const ours = (peer) => rows.flatMap((r) => r.ratios).find((r) => r.peer === peer).heddle
  return [
    `| | ${peers.map((p) => `${ours(p)} against ${p}`).join(' | ')} |`,
    `|---|${peers.map(() => '--:|').join('')}`,
    ...rows.map((row) => `| ${row.name} | ${peers.map((p) => cell(row, p)).join(' | ')} |`),
  ].join('\n')
}
/** What is said of ratios below 1, leaving out those that are level. */
const behind = ({ rows }) => {
  const found = rows.flatMap((row) => row.ratios.filter((r) => r.ratio < 0.9).map((r) => `${row.name} (${r.peer}, ${three(r.ratio)})`))
  return found.length === 0 ? 'heddle is level or ahead in all.' : `heddle is behind in: ${found.join(', ')}.`
}
export const benchmarkPages = () => {
  const data = results()
  const { date, machine, versions, rows } = data
  const runs = rows.flatMap((r) => r.times.map((t) => t.runs))
  const peers = Object.entries(versions).filter(([name]) => !name.startsWith('heddle'))
  return [
    [
      'benchmarks.md',
      `${front('Benchmarks', 'heddle beside TensorFlow.js, jax-js and JAX, doing the same work in turn on one machine.', 4)}
Each did the same work in turn, in one run, so that a slow moment of the machine falls on all. Bars are the fastest of ${Math.min(...runs)} to ${Math.max(...runs)} runs; shorter
is faster. Bars of one picture can be compared, those of two pictures can not.

Measured ${date} on ${machine.cores} shared cores (${machine.system}, Node ${machine.node}); the load of the machine was ${three(machine.load)}, so other work ran beside, and what takes
several cores suffers most. Peers: ${peers.map(([name, version]) => `${name} ${version}`).join(', ')}. \`npm run bench -- peers\` measures it on yours.

## How many times as fast

Above 1, heddle is faster; below, the other is.

${ratios(data)}

${behind(data)}

${rows.map((row) => `## ${row.name}\n\n${chart(row)}\n`).join('\n')}
A gap means that the other has no such thing: TensorFlow.js has no gradient of a convolution on wasm and other random numbers, jax-js no loop that has a
gradient. JAX runs in Python, in a process of its own, and measures itself.
`,
    ],
  ]
}
