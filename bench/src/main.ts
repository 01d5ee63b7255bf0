/**
 * Runs every `*.bench.ts` beside it, or those whose names contain one of the arguments: `npm run bench -- peers`.
 * `--json FILE` writes the rows that they record; the site and the README draw bench/results.json, made by `npm run bench -- peers --json bench/results.json`.
 */
import { readdirSync } from 'node:fs'
import { writeResults } from './results'

const args = process.argv.slice(2)
// what follows a flag is its value
const wanted = args.filter((a, i) => !a.startsWith('--') && !args[i - 1]?.startsWith('--'))
const files = readdirSync(new URL('.', import.meta.url))
  .filter((file) => file.endsWith('.bench.ts') && (wanted.length === 0 || wanted.some((part) => file.includes(part))))
  .sort()
if (files.length === 0) console.log('no benchmark of that name')
for (const file of files) await import(new URL(file, import.meta.url).href)
const json = args.indexOf('--json')
if (json >= 0) writeResults(args[json + 1]!)
