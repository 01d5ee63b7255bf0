// What strangers' bundlers make of the packed packages: production builds by esbuild, Vite 5 to 8, webpack and rollup. A bundle has no
// warning, no part for Node, the WebAssembly files and, minified, the same names of variables as the program unbundled: a checkpoint that the
// unbundled program saved fits, in Node and, where chromium is, in a page that computes on WebAssembly.
// Needs scripts/release/pack.mjs, and bundlers from npm's registry.
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build as esbuild } from 'esbuild'
import { count } from './places.mjs'
import { launch, page, serve, visit } from './page.mjs'
import { end, installed, report } from './project.mjs'

const vites = ['5', '6', '7', '8']
const project = await installed(
  'bundles',
  ['func', 'linen', 'backend-tfjs', 'backend-host'].map((name) => `@heddle/${name}`),
  ['webpack@5', 'rollup@4', '@rollup/plugin-node-resolve', '@rollup/plugin-commonjs', '@rollup/plugin-terser'].concat(
    vites.map((version) => `vite-${version}@npm:vite@${version}`),
  ),
)
const { folder: home, load } = project

// Names of layers come from classes: named, anonymous, of a subclass, transformed.
const model = `
import { np, random, tree } from '@heddle/func'
import * as nn from '@heddle/linen'
class MLP extends nn.Module { call(x) { return nn.relu(new nn.Dense({ features: 2 }).call(new Inner().call(x))) } }
const Inner = class extends nn.Module { call(x) { return new nn.Dense({ features: 3 }).call(x) } }
class Outer extends MLP { call(x) { return super.call(new MLP().call(x)) } }
class Model extends nn.Module { call(x) { return new (nn.remat(Outer))().call(new Outer().call(x)) } }
const x = np.ones([1, 3])
const plain = (v) => v?.shape ? { shape: v.shape, data: [...v.dataSync()] } : Object.fromEntries(Object.entries(v).map(([k, w]) => [k, plain(w)]))
const tensors = (v) => Array.isArray(v.data) ? np.array(v.data).reshape(v.shape) : Object.fromEntries(Object.entries(v).map(([k, w]) => [k, tensors(w)]))
/** Variables that no seed gives. */
export const save = () => JSON.stringify(plain(tree.map((v) => np.add(np.abs(v), 0.25), new Model().init(random.key(7), [x]))))
/** The names of fresh variables, and what the model answers with those of a checkpoint. */
export const use = (checkpoint) => JSON.stringify([plain(new Model().init(random.key(0), [x])), plain(new Model().apply(tensors(checkpoint), [x]))])
`
const host = `import { setDefaultBackend } from '@heddle/func'\nimport { hostBackend } from '@heddle/backend-host'\nsetDefaultBackend(hostBackend())`
project.write({
  'model.js': model,
  'backend.js': host,
  'save.js': `import './backend.js'\nimport { save } from './model.js'\nconsole.log(save())`,
  'use.js': `import './backend.js'\nimport { use } from './model.js'\nconsole.log(use(globalThis.checkpoint))`,
  'page.js': `import '@heddle/backend-tfjs/auto'\nimport { getDefaultBackend } from '@heddle/func'\nimport { use } from './model.js'
globalThis.said = getDefaultBackend().name + use(await (await fetch('/checkpoint.json')).json())`,
  'index.html': page('<script type="module" src="./page.js"></script>'),
})
const saved = await project.run('node', ['save.js'])
if (saved.code !== 0) report('the program unbundled', [saved.said])
project.write({ 'checkpoint.json': saved.said, 'checkpoint.mjs': `globalThis.checkpoint = ${saved.said}` })
const given = ['--import', pathToFileURL(project.at('checkpoint.mjs')).href]
const wanted = await project.run('node', [...given, 'use.js'])
if (wanted.code !== 0) report('the program unbundled', [wanted.said])

const input = (entry) => project.at(`${entry}.js`)
const vite = (version) => async (entry, outDir) => {
  const { build } = await import(pathToFileURL(project.at(`node_modules/vite-${version}/dist/node/index.js`)).href)
  const { default: heddle } = await load('@heddle/linen/vite')
  const said = []
  const note = (text) => void said.push(text)
  const customLogger = {
    warn: note,
    warnOnce: note,
    error: note,
    info() {},
    clearScreen() {},
    hasErrorLogged: () => false,
    hasWarned: false,
  }
  const options = entry === 'page' ? {} : { input: input(entry), output: { entryFileNames: '[name].js' } }
  const settings = {
    outDir,
    chunkSizeWarningLimit: 5000,
    modulePreload: false,
    [version < 8 ? 'rollupOptions' : 'rolldownOptions']: options,
  }
  await build({ root: home, configFile: false, customLogger, plugins: [heddle()], build: settings })
  return said
}
/** Each bundles a program into a folder and answers its warnings. */
const bundlers = {
  esbuild: async (entry, outdir) => {
    const { default: heddle } = await load('@heddle/linen/esbuild')
    const options = { bundle: true, splitting: true, format: 'esm', minify: true, logLevel: 'silent', absWorkingDir: home }
    const { warnings } = await esbuild({ ...options, entryPoints: [input(entry)], outdir, plugins: [heddle()] })
    return warnings.map(({ text }) => text)
  },
  ...Object.fromEntries(vites.map((version) => [`Vite ${version}`, vite(version)])),
  webpack: async (entry, path) => {
    const { default: webpack } = await load('webpack')
    const { default: heddle } = await load('@heddle/linen/webpack')
    const options = { mode: 'production', context: home, performance: { hints: false }, plugins: [heddle()] }
    const output = { path, filename: `${entry}.js`, publicPath: 'auto' }
    const stats = await new Promise((resolve, reject) =>
      webpack({ ...options, entry: input(entry), output }, (error, stats) => (error ? reject(error) : resolve(stats))),
    )
    const { errors, warnings } = stats.toJson({ all: false, errors: true, warnings: true })
    return [...errors, ...warnings].map(({ message }) => message)
  },
  rollup: async (entry, dir) => {
    const { rollup } = await load('rollup')
    const { default: heddle } = await load('@heddle/linen/rollup')
    const { nodeResolve } = await load('@rollup/plugin-node-resolve')
    const { default: commonjs } = await load('@rollup/plugin-commonjs')
    const { default: terser } = await load('@rollup/plugin-terser')
    const said = []
    // tfjs's own cycles and its compiled helpers are not ours to mend
    const onLog = (_, { code, message, id, ids = [] }) => {
      if (![id, ...ids].some((file) => file?.includes('@tensorflow'))) said.push(`${code}: ${message}`)
    }
    const plugins = [heddle(), nodeResolve({ browser: true }), commonjs(), terser()]
    const bundle = await rollup({ input: input(entry), onLog, plugins })
    await bundle.write({ dir, format: 'es' })
    return said
  },
}

/** Whether two answers of `use` have the same names, and numbers that backends may differ by. */
const alike = (a, b) => {
  if (typeof a === 'number') return Math.abs(a - b) <= 1e-4
  if (typeof a !== 'object') return a === b
  const [names, others] = [a, b].map((value) => Object.keys(value ?? {}))
  return names.join() === others.join() && names.every((name) => alike(a[name], b[name]))
}
const parse = (text) => {
  try {
    return JSON.parse(text)
  } catch {
    return { text }
  }
}
const compare = (text) => (alike(parse(wanted.said), parse(text)) ? [] : [`unbundled ${wanted.said}`, `bundled   ${text}`])

const browser = await launch()
if (!browser) console.log('pages: left out, no chromium')
for (const [name, bundle] of Object.entries(bundlers)) {
  try {
    const out = project.at(`out-${name}-use`)
    const said = await bundle('use', out)
    writeFileSync(join(out, 'package.json'), '{ "type": "module" }')
    const got = await project.run('node', [...given, join(out, 'use.js')])
    report(`${name}: a checkpoint fits the minified program`, [...said, ...compare(got.said)])

    const pageOut = project.at(`out-${name}-page`)
    const problems = await bundle('page', pageOut)
    const files = readdirSync(pageOut, { recursive: true, encoding: 'utf8' })
    if (files.filter((file) => file.endsWith('.wasm')).length !== 3) problems.push(`the WebAssembly files are not there: ${files}`)
    for (const file of files.filter((f) => f.endsWith('.js'))) {
      const text = readFileSync(join(pageOut, file), 'utf8')
      for (const part of ['protobuf', 'createRequire', '__require("util")']) if (text.includes(part)) problems.push(`${file} holds ${part}`)
    }
    if (browser) {
      cpSync(project.at('checkpoint.json'), join(pageOut, 'checkpoint.json'))
      if (!files.includes('index.html')) writeFileSync(join(pageOut, 'index.html'), page('<script type="module" src="./page.js"></script>'))
      const { url, close } = await serve(pageOut)
      const { said: says, heard } = await visit(browser, url)
      await close()
      problems.push(...(says.startsWith('tfjs-wasm') ? compare(says.replace('tfjs-wasm', '')) : [`the page says ${says}`, ...heard]))
      count('pages')
    }
    report(`${name}: a page, in production`, problems)
    count('production builds', 2)
  } catch (error) {
    report(name, [String(error.stack ?? error)])
  }
}

// A namespace by its name is taken apart, where the bundler can: of all functions of np, a program of one holds no other.
const marks = async (name, program) => {
  project.write({ [`${name}.js`]: program })
  await bundlers.rollup(name, project.at(`out-${name}`))
  const text = readFileSync(project.at(`out-${name}/${name}.js`), 'utf8')
  return ['percentile', 'polyfit', 'nanvar'].filter((mark) => new RegExp(`["'\`]${mark}["'\`]`).test(text))
}
const all = await marks('all', "import { np } from '@heddle/func'\nconsole.log(np)")
const one = await marks('one', "import { np } from '@heddle/func'\nconsole.log(np.add(np.array([1]), 2))")
report('rollup: np is taken apart', all.length > 0 && one.length === 0 ? [] : [`all of np: ${all}`, `one function: ${one}`])

await browser?.close()
await end()
