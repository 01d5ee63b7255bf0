// The picture of speed beside peers that the README shows: from bench/results.json, every pair of it, the same file for the same results.
// Usage: node scripts/speed-picture.mjs
import { readFileSync, writeFileSync } from 'node:fs'
import { root } from './packages.mjs'

export const picture = 'docs/pictures/speed.svg'

const { rows, date, machine } = JSON.parse(readFileSync(`${root}bench/results.json`, 'utf8'))
const peers = [...new Set(rows.flatMap(({ ratios }) => ratios.map(({ peer }) => peer)))]
const kernels = Object.fromEntries(rows.flatMap(({ ratios }) => ratios.map(({ heddle, peer }) => [peer, heddle.replace('heddle ', '')])))
const shown = rows.filter(({ ratios }) => ratios.length > 0)

const [left, width, top, step] = [170, 470, 74, 26]
const height = top + shown.length * step + 52
const all = shown.flatMap(({ ratios }) => ratios.map(({ ratio }) => ratio))
const [least, most] = [Math.floor(Math.log2(Math.min(...all))), Math.ceil(Math.log2(Math.max(...all)))]
const x = (ratio) => (left + ((Math.log2(ratio) - least) / (most - least)) * width).toFixed(1)
const ticks = Array.from({ length: most - least + 1 }, (_, i) => 2 ** (least + i))
const told = (ratio) => (ratio >= 1 ? `${ratio}` : `1/${1 / ratio}`)
const text = (at, y, words, attributes = '') => `<text x="${at}" y="${y}"${attributes}>${words}</text>`

const legend = peers.map((peer, i) => {
  const at = left + (i % 2) * 250
  const y = 22 + Math.floor(i / 2) * 18
  return `<circle cx="${at}" cy="${y - 4}" r="5" class="p${i}"/>${text(at + 11, y, `${peer} (heddle: ${kernels[peer]})`)}`
})
const grid = ticks.map((ratio) => {
  const one = ratio === 1 ? ' class="one"' : ' class="line"'
  return `<line x1="${x(ratio)}" x2="${x(ratio)}" y1="${top - 14}" y2="${top + shown.length * step - 10}"${one}/>${text(x(ratio), top + shown.length * step + 6, told(ratio), ' text-anchor="middle" class="soft"')}`
})
const dots = shown.map(({ name, ratios }, i) => {
  const y = top + i * step
  const marks = ratios.map(({ peer, ratio }) => `<circle cx="${x(ratio)}" cy="${y - 1}" r="5" class="p${peers.indexOf(peer)}"/>`)
  return `${text(left - 14, y + 3, name, ' text-anchor="end"')}<line x1="${left}" x2="${left + width}" y1="${y - 1}" y2="${y - 1}" class="line"/>${marks.join('')}`
})
const captions = [
  'times as fast as the peer on the same kind of kernels: right of 1, heddle is faster',
  `fastest of all runs; ${machine.system}, ${machine.cores} shared cores, Node ${machine.node}, ${date}`,
].map((words, i) => text(left + width / 2, height - 24 + i * 15, words, ' text-anchor="middle" class="soft"'))
const style = `text{font:12px system-ui,sans-serif;fill:#222}.soft{fill:#666}.line{stroke:#ddd}.one{stroke:#888;stroke-width:2}circle{stroke:#fff}
.p0{fill:#e69f00}.p1{fill:#d55e00}.p2{fill:#009e73}.p3{fill:#0072b2}
@media(prefers-color-scheme:dark){text{fill:#e6e6e6}.soft{fill:#a0a0a0}.line{stroke:#3a3f46}.one{stroke:#9aa0a6}circle{stroke:#0d1117}.p3{fill:#56b4e9}}`
export const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${left + width + 20} ${height}" width="${left + width + 20}" height="${height}" role="img" aria-label="Speed of heddle beside its peers">
<style>${style}</style>
${[...legend, ...grid, ...dots, ...captions].join('\n')}
</svg>
`
if (process.argv[1] === import.meta.filename) writeFileSync(root + picture, svg)
