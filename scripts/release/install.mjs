// Installs as a stranger does: for each README, an empty folder, exactly its install line, and then its programs. The packed packages
// come from a registry on loopback, all others from wherever npm is configured to find them. The root README's line runs under pnpm too.
// Needs scripts/release/pack.mjs. Programs that only run beside others, or need what is not here, are left out with a line that says so.
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { published, root } from '../packages.mjs'
import { openRegistry } from './registry.mjs'

// Outside the repository, so that nothing is found in its node_modules by accident.
const home = mkdtempSync(join(tmpdir(), 'heddle-install-'))
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
const registry = await openRegistry()
let failures = 0

const run = (command, args, cwd, env = {}) =>
  new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'], timeout: 170_000 })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => void (said += text))
    child.on('close', (code) => resolve({ code, said }))
  })
const attempt = async (what, ...command) => {
  const { code, said } = await run(...command)
  if (code === 0) console.log(`${what}: ok`)
  else {
    failures++
    console.error(`${what}: failed\n${said.trim()}`)
  }
  return code === 0
}
const hasPlugin = existsSync(`${process.env.HEDDLE_CACHE}/plugins/cpu`)
const leftOut = (file, code) => (code.includes('backend-pjrt') && !hasPlugin ? 'no XLA plugin is installed' : undefined)

const isInstall = (line) => line.startsWith('npm install @heddle/')
/** What a README says to install, and its programs. */
const read = (file) => {
  const text = readFileSync(root + file, 'utf8')
  const blocks = [...text.matchAll(/(<!-- not run -->\s*)?```(ts|sh)\n([\s\S]*?)```/g)]
  return {
    file,
    line: blocks.filter(([, , kind]) => kind === 'sh').flatMap(([, , , code]) => code.split('\n').filter(isInstall))[0],
    programs: blocks.filter(([, skip, kind]) => kind === 'ts' && !skip).map(([, , , code]) => code),
  }
}
/** An empty folder that gets @heddle's packages from here. */
const emptyFolder = (name) => {
  const folder = join(home, name)
  mkdirSync(folder)
  writeFileSync(join(folder, '.npmrc'), `@heddle:registry=${registry.url}\nprefer-offline=true\naudit=false\nfund=false\n`)
  return folder
}
const runPrograms = async ({ file, programs }, folder, by) => {
  for (const [i, code] of programs.entries()) {
    const why = leftOut(file, code)
    if (why) {
      console.log(`${file}#${i + 1}: left out, ${why}`)
      continue
    }
    writeFileSync(join(folder, `program-${i + 1}.mts`), code)
    await attempt(`${file}#${i + 1} (${by})`, 'node', ['--import', tsx, `program-${i + 1}.mts`], folder)
  }
}

const readmes = ['README.md', ...published().map(({ name }) => `packages/${name}/README.md`)].map(read)
for (const readme of readmes) {
  const { file, line } = readme
  if (!line) {
    console.error(`${file}: has no line that installs it`)
    failures++
    continue
  }
  const folder = emptyFolder(file.replaceAll(/\W/g, '-'))
  const [command, ...args] = line.split(' ')
  if (await attempt(`${file}: ${line}`, command, args, folder)) await runPrograms(readme, folder, 'npm')
}

// pnpm puts a package's dependencies out of sight of the program: what a README forgets is not found
const tools = `${root}.cache/pnpm`
mkdirSync(tools, { recursive: true })
writeFileSync(`${tools}/package.json`, '{ "private": true }')
const { code } = await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', 'pnpm@10'], tools)
if (code === 0)
  for (const readme of readmes.filter(({ file }) => /^README|linen|func/.test(file))) {
    const folder = emptyFolder(`pnpm-${readme.file.replaceAll(/\W/g, '-')}`)
    const names = readme.line.split(' ').slice(2)
    const pnpm = `${tools}/node_modules/pnpm/bin/pnpm.cjs`
    const env = { npm_config_store_dir: join(home, 'store') }
    if (await attempt(`${readme.file}: pnpm add ${names.join(' ')}`, 'node', [pnpm, 'add', ...names], folder, env))
      await runPrograms(readme, folder, 'pnpm')
  }
else console.log('pnpm: left out, it can not be installed here')

await registry.close()
rmSync(home, { recursive: true, force: true })
process.exitCode = failures > 0 ? 1 : 0
