// Projects as strangers have them: in folders outside of the repository, so that nothing is found in its node_modules by accident; @heddle's
// packages come from a registry on loopback that has the tarballs. What is reported is counted, and decides how the script ends.
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { count } from './places.mjs'
import { openRegistry } from './registry.mjs'

const home = mkdtempSync(join(tmpdir(), 'heddle-release-'))
const registry = await openRegistry()
let failures = 0

/** Says that something went well, or what did not. */
export const report = (what, problems = []) => {
  if (problems.length === 0) return console.log(`${what}: ok`)
  failures++
  console.error(`${what}: failed\n${problems.join('\n')}`)
}

/** Runs a command to its end: its exit code and all that it said. */
const run = (command, args, cwd, env = {}) =>
  new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'], timeout: 170_000 })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => void (said += text))
    child.on('error', (error) => resolve({ code: 1, said: String(error) }))
    child.on('close', (code) => resolve({ code, said: said.trim() }))
  })

/** An empty project: writes files, runs commands in its folder, loads what is installed there. */
export const newProject = (name, manifest = {}) => {
  const folder = join(home, name.replaceAll(/\W+/g, '-'))
  const at = (file) => join(folder, file)
  const write = (files) => {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(at(file)), { recursive: true })
      writeFileSync(at(file), text)
    }
  }
  const inside = (command, args, env) => run(command, args, folder, env)
  const require = createRequire(at('package.json'))
  write({
    '.npmrc': `@heddle:registry=${registry.url}\nprefer-offline=true\naudit=false\nfund=false\nloglevel=error\n`,
    ...(manifest && { 'package.json': JSON.stringify({ private: true, type: 'module', ...manifest }) }),
  })
  count('projects')
  return {
    folder,
    at,
    write,
    run: inside,
    install: (...names) => inside('npm', ['install', '--ignore-scripts', ...names]),
    load: async (module) => await import(pathToFileURL(require.resolve(module)).href),
  }
}

/**
 * A project that has packages of @heddle and tools. Where a tool can not be had, this is left out, with a line that says so; where one of
 * ours can not, it failed.
 */
export const installed = async (name, names, tools = []) => {
  const project = newProject(name)
  const ours = await project.install(...names)
  report(`${name}: npm install ${names.length > 5 ? `of ${names.length} packages` : names.join(' ')}`, ours.code === 0 ? [] : [ours.said])
  if (ours.code !== 0) return end()
  const theirs = tools.length === 0 ? ours : await project.install(...tools)
  if (theirs.code === 0) return project
  console.log(`${name}: left out, since ${tools.join(', ')} can not be installed here\n${theirs.said}`)
  return end()
}

/** Cleans up and ends the script. */
export const end = async () => {
  await registry.close()
  rmSync(home, { recursive: true, force: true })
  process.exit(failures > 0 ? 1 : 0)
}
