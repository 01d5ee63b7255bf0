// What a change does to the sizes of .size-limit.mjs, as a table in Markdown.
// Usage: node scripts/release/sizes.mjs BEFORE AFTER     two files by `npm run -s sizes -- --json`; the first may be missing or empty
import { existsSync, readFileSync } from 'node:fs'

const [before, after] = process.argv.slice(2).map((file) => {
  const text = existsSync(file) ? readFileSync(file, 'utf8').trim() : ''
  return text.startsWith('[') ? JSON.parse(text) : []
})
if (!after?.length) throw new Error(`usage: node scripts/release/sizes.mjs BEFORE AFTER; no sizes in ${process.argv[3]}`)
const kilo = (bytes) => `${(bytes / 1000).toFixed(1)} kB`
const change = (from, to) => {
  if (from === undefined) return 'new'
  const grown = Math.round((to / from - 1) * 1000) / 10
  return grown === 0 ? '' : `${grown > 0 ? '+' : ''}${grown} %`
}
console.log('| gzip | before | now | change | budget |\n|---|---|---|---|---|')
for (const { name, size, sizeLimit, passed } of after) {
  const old = before.find((entry) => entry.name === name)?.size
  const cells = [
    name,
    old === undefined ? '' : kilo(old),
    kilo(size),
    change(old, size),
    `${kilo(sizeLimit)}${passed ? '' : ' **exceeded**'}`,
  ]
  console.log(`| ${cells.join(' | ')} |`)
}
