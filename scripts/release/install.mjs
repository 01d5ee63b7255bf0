// Installs as a stranger does: for each README, an empty folder, exactly its install line, and then its programs. The packed packages
// come from a registry on loopback, all others from wherever npm is configured to find them. The root README's line runs under pnpm too.
// Needs scripts/release/pack.mjs. Programs that only run beside others, or need what is not here, are left out with a line that says so.
import { createRequire } from 'node:module'
import { existsSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { published } from '../packages.mjs'
import { count } from './places.mjs'
import { end, newProject, report } from './project.mjs'
import { read } from './readme.mjs'

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
const attempt = async (what, doing) => {
  const { code, said } = await doing
  report(what, code === 0 ? [] : [said])
  return code === 0
}
const hasPlugin = existsSync(`${process.env.HEDDLE_CACHE}/plugins/cpu`)
const leftOut = (file, code) => (code.includes('backend-pjrt') && !hasPlugin ? 'no XLA plugin is installed' : undefined)

const runPrograms = async ({ file, programs }, project, by) => {
  for (const [i, code] of programs.entries()) {
    const why = leftOut(file, code)
    if (why) {
      console.log(`${file}#${i + 1}: left out, ${why}`)
      continue
    }
    project.write({ [`program-${i + 1}.mts`]: code })
    await attempt(`${file}#${i + 1} (${by})`, project.run('node', ['--import', tsx, `program-${i + 1}.mts`]))
    count('programs of READMEs')
  }
}

const readmes = ['README.md', ...published().map(({ name }) => `packages/${name}/README.md`)].map(read)
for (const readme of readmes) {
  const { file, line } = readme
  report(`${file}: a line that installs it`, line ? [] : ['there is none'])
  if (!line) continue
  // a stranger's folder has no package.json
  const project = newProject(file, null)
  const [command, ...args] = line.split(' ')
  if (await attempt(`${file}: ${line}`, project.run(command, args))) await runPrograms(readme, project, 'npm')
}

// pnpm puts a package's dependencies out of sight of the program: what a README forgets is not found
const tools = newProject('pnpm')
const { code } = await tools.install('pnpm@10')
if (code === 0)
  for (const readme of readmes.filter(({ file, line }) => line && /^README|linen|func/.test(file))) {
    const project = newProject(`pnpm ${readme.file}`, null)
    const names = readme.line.split(' ').slice(2)
    const env = { npm_config_store_dir: tools.at('store') }
    const add = project.run('node', [tools.at('node_modules/pnpm/bin/pnpm.cjs'), 'add', ...names], env)
    if (await attempt(`${readme.file}: pnpm add ${names.join(' ')}`, add)) await runPrograms(readme, project, 'pnpm')
  }
else console.log('pnpm: left out, it can not be installed here')
await end()
