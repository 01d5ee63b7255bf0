// Where the packed packages run: the README's program by Node of this machine, other versions of Node, Deno and Bun, on each kind of kernels
// that is here (native TensorFlow by HEDDLE_TFJS_NODE, XLA by HEDDLE_CACHE).
// Needs scripts/release/pack.mjs. Runtimes come from npm's registry; those that can't be had are left out, with a line that says so.
import { existsSync, readdirSync } from 'node:fs'
import { transform } from 'esbuild'
import { count } from './places.mjs'
import { end, installed, report } from './project.mjs'
import { training } from './readme.mjs'

const project = await installed(
  'runtimes',
  ['linen', 'func', 'optim', 'backend-tfjs', 'backend-host', 'backend-pjrt'].map((name) => `@heddle/${name}`),
)
project.write({ 'main.mjs': (await transform(training(), { loader: 'ts' })).code })

/** The first of these below node_modules, since packages of binaries are named for the platform. */
const binary = (scope, file) => {
  const folder = project.at(`node_modules/${scope}`)
  const found = existsSync(folder) ? readdirSync(folder).map((name) => `${folder}/${name}/${file}`) : []
  return found.find((path) => existsSync(path))
}
const platform = `${process.platform}-${process.arch}`
const candidates = [
  ...['22', '24'].map((version) => ({
    install: `node-${version}@npm:node-${platform}@${version}`,
    path: () => project.at(`node_modules/node-${version}/bin/node`),
    args: [],
  })),
  { install: 'deno@2.9.6', path: () => binary('@deno', 'deno'), args: ['run', '--allow-all', '--node-modules-dir=manual'] },
  { install: 'bun@1.4.5', path: () => binary('@oven', 'bin/bun'), args: [] },
]
const runtimes = [{ path: process.execPath, args: [] }]
for (const { install, path, args } of candidates) {
  const { code } = await project.install(install)
  if (code === 0 && path() && existsSync(path())) runtimes.push({ path: path(), args })
  else console.log(`${install}: left out, it can not be installed here`)
}

const kernels = ['wasm', 'cpu']
if (process.env.HEDDLE_TFJS_NODE) kernels.push('node')
if (existsSync(`${process.env.HEDDLE_CACHE}/plugins/cpu`)) kernels.push('pjrt')
for (const { path, args } of runtimes) {
  const version = (await project.run(path, ['--version'])).said.split('\n')[0]
  const name = `${/(deno|bun|node)$/.exec(path)?.[1] ?? 'node'} ${version.replace(/^(deno |v)/, '').split(' ')[0]}`
  for (const backend of kernels) {
    const { code, said } = await project.run(path, [...args, 'main.mjs'], { HEDDLE_BACKEND: backend })
    report(`${name}, ${backend}`, code === 0 && /^loss /m.test(said) ? [] : [said])
    count('runtimes with kernels')
  }
}
await end()
