// Installs the packed tarballs into an empty project, as a user would, and imports each subpath with plain node. Where XLA's
// plugin is installed (HEDDLE_CACHE), `pjrt/auto` computes, and so does `HEDDLE_BACKEND=pjrt` in `tfjs/auto`.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { published, root } from '../packages.mjs'

const packs = `${root}.cache/packs`
// Outside the repository, so that nothing is found in its node_modules by accident.
const project = mkdtempSync(join(tmpdir(), 'heddle-smoke-'))

const tarballs = readdirSync(packs)
const all = published()
const tarball = ({ name, version }) =>
  `file:${packs}/${tarballs.find((file) => file === `${name.replace('@', '').replace('/', '-')}-${version}.tgz`)}`
const dependencies = Object.fromEntries(all.map(({ manifest }) => [manifest.name, tarball(manifest)]))
writeFileSync(`${project}/package.json`, JSON.stringify({ name: 'smoke', private: true, type: 'module', dependencies }, null, 2))
execFileSync('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', '--no-workspaces', '--loglevel=error'], {
  cwd: project,
  stdio: ['ignore', 'inherit', 'inherit'],
})

let failures = 0
for (const { manifest } of all)
  for (const subpath of Object.keys(manifest.exports)) {
    if (subpath === './package.json') continue
    // it starts XLA, whose plugin is not everywhere
    if (manifest.name === '@heddle/backend-pjrt' && subpath === './auto') continue
    const specifier = manifest.name + subpath.slice(1)
    const source = `const names = Object.keys(await import(${JSON.stringify(specifier)})); console.log(${JSON.stringify(specifier)} + ': ' + names.length + ' exports')`
    try {
      process.stdout.write(execFileSync('node', ['--input-type=module', '-e', source], { cwd: project, encoding: 'utf8' }))
    } catch {
      console.error(`${specifier}: cannot be imported by plain node`)
      failures++
    }
  }
if (existsSync(`${process.env.HEDDLE_CACHE}/plugins/cpu`))
  for (const [entry, env] of [
    ['@heddle/backend-pjrt/auto', {}],
    ['@heddle/backend-tfjs/auto', { HEDDLE_BACKEND: 'pjrt' }],
  ]) {
    const source = `await import('${entry}'); const { jit, np, getDefaultBackend } = await import('@heddle/func'); console.log(getDefaultBackend().name, String(jit((x) => x.add(1))(np.array([1, 2]))))`
    const said = execFileSync('node', ['--input-type=module', '-e', source], {
      cwd: project,
      encoding: 'utf8',
      env: { ...process.env, ...env },
    })
    console.log(`${entry} ${JSON.stringify(env)}: ${said.trim()}`)
    if (!/^pjrt.*\[2\., 3\.\]/.test(said)) failures++
  }
else console.log('@heddle/backend-pjrt/auto: left out, no XLA plugin is installed')
rmSync(project, { recursive: true, force: true })
process.exitCode = failures > 0 ? 1 : 0
