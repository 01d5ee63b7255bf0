/** Runs every `*.bench.ts` beside it, or those whose names contain one of the arguments: `npm run bench -- scan`. */
import { readdirSync } from 'node:fs'

const args = process.argv.slice(2)
// what follows a flag is its value
const wanted = args.filter((a, i) => !a.startsWith('--') && !args[i - 1]?.startsWith('--'))
const files = readdirSync(new URL('.', import.meta.url))
  .filter((file) => file.endsWith('.bench.ts') && (wanted.length === 0 || wanted.some((part) => file.includes(part))))
  .sort()
if (files.length === 0) console.log('no benchmark of that name')
for (const file of files) await import(new URL(file, import.meta.url).href)
