// Checks the programs of the pages in Node: their types, what they print, what they throw.
// Usage: npm run docs:snippets -- [PART OF A PAGE'S PATH] [--write] [--no-types]     --write puts what was printed into their comments
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const here = fileURLToPath(new URL('..', import.meta.url))
// the sources of the packages, on the flavour that every machine has
if (process.env.HEDDLE_BACKEND !== 'wasm' || !process.execArgv.includes('@heddle/source')) {
  const args = ['-C', '@heddle/source', '--import', 'tsx', ...process.argv.slice(1)]
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit', env: { ...process.env, HEDDLE_BACKEND: 'wasm' } })
  process.exit(status ?? 1)
}
const { blocks, blocksOf, content, fileOf, pages } = await import('./blocks.mjs')
const { problem, run, written } = await import('./node.mjs')

const part = process.argv.slice(2).find((arg) => !arg.startsWith('--')) ?? ''
const write = process.argv.includes('--write')
let failures = 0
const fail = (what) => {
  failures++
  console.error(what)
}
const lineOf = (block) => `${block.page}:${block.line} (program ${block.n})`

if (write) {
  const { noted, stripped, wrapped } = await import('./write.mjs')
  for (const page of pages(part)) {
    let text = readFileSync(content + page, 'utf8')
    for (const block of blocksOf(page).reverse()) {
      if (block.code.includes('…')) continue
      const code = stripped(block.file ? readFileSync(fileOf(block.file), 'utf8') : block.code)
      const { printed, error } = await run({ ...block, code })
      if (error !== undefined && block.throws === undefined) fail(`${lineOf(block)}: threw ${error.stack ?? error}`)
      else if (block.file) writeFileSync(fileOf(block.file), noted(code, printed))
      else {
        const said = block.throws === undefined || error === undefined ? '' : wrapped(String(error.message))
        const lines = (noted(code, printed) + said).replaceAll(/^(?=.)/gm, block.indent)
        text = text.slice(0, block.start) + lines + text.slice(block.start + block.length)
      }
    }
    writeFileSync(content + page, text)
  }
}
const all = blocks(part)
const files = all.map(written)
const config = fileURLToPath(new URL('../.snippets/tsconfig.json', import.meta.url))
if (files.length > 0 && !process.argv.includes('--no-types')) {
  const settings = {
    extends: '../../../tsconfig.base.json',
    compilerOptions: { lib: ['ES2023', 'ESNext.Disposable', 'DOM'] },
    files: files.map((file) => file.split('/').pop()),
  }
  writeFileSync(config, JSON.stringify(settings))
  const { status, stdout } = spawnSync('npx', ['tsc', '-p', config, '--incremental', '--tsBuildInfoFile', `${config}.buildinfo`], {
    cwd: here,
    encoding: 'utf8',
  })
  if (status !== 0) fail(`types:\n${stdout}`)
}
for (const block of all) {
  const wrong = problem(block, await run(block))
  if (wrong) fail(`${lineOf(block)}: ${wrong}`)
}
console.log(`${all.length} programs on ${new Set(all.map(({ page }) => page)).size} pages, ${failures} failures`)
process.exit(failures > 0 ? 1 : 0)
