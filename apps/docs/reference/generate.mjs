// The generated pages of the room Reference: written below src/content/docs/reference when the site is built or served. `node reference/generate.mjs` alone writes them too.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { apiPages } from './api.mjs'
import { benchmarkPages } from './benchmarks.mjs'
import { changelogPages } from './changelogs.mjs'
import { packagePages } from './packages.mjs'
import { parityPages } from './parity-pages.mjs'

const room = fileURLToPath(new URL('../src/content/docs/reference/', import.meta.url))
const same = (file, text) => {
  try {
    return readFileSync(file, 'utf8') === text
  } catch {
    return false
  }
}
export const generate = () => {
  for (const folder of ['api', 'parity', 'packages']) rmSync(room + folder, { recursive: true, force: true })
  const pages = [...apiPages(), ...parityPages(), ...packagePages(), ...benchmarkPages(), ...changelogPages()]
  for (const [path, text] of pages) {
    mkdirSync(dirname(room + path), { recursive: true })
    if (!same(room + path, text)) writeFileSync(room + path, text)
  }
  return pages.length
}
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const start = performance.now()
  console.log(`${generate()} pages in ${((performance.now() - start) / 1000).toFixed(1)} s`)
}
