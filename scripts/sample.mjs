// Puts what a run of the character model wrote into the README: its text, its loss, and the picture of its curve.
// Usage: npm start | tee .cache/start.txt; node scripts/sample.mjs .cache/start.txt
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { root } from './packages.mjs'

const said = readFileSync(process.argv[2], 'utf8').replaceAll('\r', '\n')
const found =
  /held-out loss ([\d.]+) nats a character \(character frequencies: ([\d.]+)\)\n\n([\s\S]+?)\n\nvariables[\s\S]*?loss curve {2}(\S+)/.exec(
    said,
  )
const steps = /(\d+)\/\1 steps/.exec(said)?.[1]
if (!found || !steps) throw new Error(`${process.argv[2]}: no run that ended`)
const [, loss, frequencies, text, curve] = found
copyFileSync(root + curve, `${root}docs/pictures/char-lm.svg`)
const lines = text.split('\n').flatMap((line) => line.match(/.{1,100}(?:\s|$)|\S+/g) ?? [''])
const block = `![Loss by step: training, held out, and that of character frequencies](docs/pictures/char-lm.svg)

After ${steps} steps it is at ${loss} nats a character (the frequencies of characters alone: ${frequencies}) and goes on from "Shall I":

\`\`\`text
${lines.map((line) => line.trimEnd()).join('\n')}
\`\`\`
`
const readme = readFileSync(`${root}README.md`, 'utf8')
writeFileSync(
  `${root}README.md`,
  readme.replace(/(<!-- sample -->\n)[\s\S]*?(<!-- \/sample -->)/, (_, before, after) => before + block + after),
)
