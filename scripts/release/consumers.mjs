// What strangers do with the packed packages: check their types strictly, with several versions of TypeScript and no types of Node; and
// bundle a program for browsers by esbuild, Vite, webpack and rollup. A bundle has no warning, no part for Node, the WebAssembly files,
// and, minified, the same names of variables as the program unbundled. Where chromium is, pages compute on WebAssembly.
// Needs scripts/release/pack.mjs. Compilers and bundlers come from npm's registry; without one this is left out, with a line that says so.
import { spawn } from 'node:child_process'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build as esbuild } from 'esbuild'
import { published } from '../packages.mjs'
import { openRegistry } from './registry.mjs'

const home = mkdtempSync(join(tmpdir(), 'heddle-consumers-'))
let failures = 0
const report = (what, problems) => {
  if (problems.length === 0) return console.log(`${what}: ok`)
  failures++
  console.error(`${what}: failed\n${problems.join('\n')}`)
}
const run = (command, args, cwd) =>
  new Promise((resolve) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], timeout: 170_000 })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => void (said += text))
    child.on('close', (code) => resolve({ code, said: said.trim() }))
  })

const typescripts = ['5.4', '5.9', '6.0']
const tools = ['webpack@5', 'rollup@4', '@rollup/plugin-node-resolve', '@rollup/plugin-commonjs', '@rollup/plugin-terser', 'vite@8']
const names = published().map(({ manifest }) => manifest.name)
writeFileSync(join(home, 'package.json'), '{ "private": true, "type": "module" }')
const registry = await openRegistry()
writeFileSync(join(home, '.npmrc'), `@heddle:registry=${registry.url}\n`)
const compilers = typescripts.map((v) => `typescript-${v.replace('.', '-')}@npm:typescript@${v}`)
const install = await run(
  'npm',
  ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', ...names, ...tools, ...compilers],
  home,
)
await registry.close()
if (install.code !== 0) {
  console.log(`consumers: left out, since the tools can not be installed here\n${install.said}`)
  process.exit(0)
}
const require = createRequire(join(home, 'package.json'))
const load = async (name) => {
  const module = await import(pathToFileURL(require.resolve(name)).href)
  return module
}

// Types: every entry is imported, so every file of types is checked.
const entries = published().flatMap(({ manifest }) =>
  Object.keys(manifest.exports)
    .filter((subpath) => subpath !== './package.json')
    .map((subpath) => manifest.name + subpath.slice(1)),
)
const index = `
import { np } from '@heddle/func'
// a number in brackets is no way to index a tensor
// @ts-expect-error
export const wrong: () => void = np.ones([1])[0]
`
writeFileSync(join(home, 'types.ts'), entries.map((entry, i) => `import * as m${i} from '${entry}'\nexport { m${i} }`).join('\n') + index)
for (const version of typescripts)
  for (const moduleResolution of ['nodenext', 'bundler']) {
    const module = moduleResolution === 'bundler' ? 'esnext' : 'nodenext'
    const options = { noEmit: true, strict: true, skipLibCheck: false, target: 'es2022', lib: ['es2022', 'dom'], types: [] }
    const config = { compilerOptions: { ...options, module, moduleResolution }, files: ['types.ts'] }
    writeFileSync(join(home, 'tsconfig.json'), JSON.stringify(config))
    const { code, said } = await run('node', [`node_modules/typescript-${version.replace('.', '-')}/bin/tsc`, '-p', '.'], home)
    report(`types by TypeScript ${version}, ${moduleResolution}`, code === 0 ? [] : said.split('\n').slice(0, 20))
  }
const mangled = published().flatMap(({ manifest }) => {
  const dist = join(home, 'node_modules', manifest.name, 'dist')
  return readdirSync(dist, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.d.mts') && /import\("[^"]+"\)\.[a-z]\b/.test(readFileSync(join(dist, file), 'utf8')))
    .map((file) => `${manifest.name}/dist/${file}`)
})
report('names in types', mangled)

// Bundles: one program whose output says what its variables are called, one page that chooses a backend.
const model = `
import { np, random } from '@heddle/func'
import * as nn from '@heddle/linen'
class MLP extends nn.Module { call(x) { return nn.relu(new nn.Dense({ features: 2 }).call(new Inner().call(x))) } }
const Inner = class extends nn.Module { call(x) { return new nn.Dense({ features: 3 }).call(x) } }
class Outer extends MLP { call(x) { return super.call(new MLP().call(x)) } }
class Model extends nn.Module { call(x) { return new (nn.remat(Outer))().call(new Outer().call(x)) } }
const variables = new Model().init(random.key(0), [np.ones([1, 3])])
export const names = () => JSON.stringify([variables, new Model().apply(variables, [np.ones([1, 3])])].map(told))
const told = (x) => x?.shape ? [...x.dataSync()].map((n) => n.toFixed(4)).join() : Object.fromEntries(Object.entries(x).map(([k, v]) => [k, told(v)]))
`
const programs = {
  'names.js': `import './backend.js'\nimport { names } from './model.js'\nconsole.log(names())`,
  'backend.js': `import { setDefaultBackend } from '@heddle/func'\nimport { hostBackend } from '@heddle/backend-host'\nsetDefaultBackend(hostBackend())`,
  'page.js': `import '@heddle/backend-tfjs/auto'\nimport { getDefaultBackend } from '@heddle/func'\nimport { names } from './model.js'\nglobalThis.said = getDefaultBackend().name + names()`,
  'model.js': model,
}
for (const [file, text] of Object.entries(programs)) writeFileSync(join(home, file), text)
const html =
  '<!doctype html><meta charset="utf-8"><title>page</title><link rel="icon" href="data:,"><script type="module" src="./page.js"></script>'
writeFileSync(join(home, 'index.html'), html)

const input = (entry) => join(home, `${entry}.js`)
/** Each bundles a program into a folder and answers its warnings. */
const bundlers = {
  esbuild: async (entry, outdir) => {
    const { default: heddle } = await load('@heddle/linen/esbuild')
    const options = { bundle: true, splitting: true, format: 'esm', minify: true, logLevel: 'silent', absWorkingDir: home }
    const { warnings } = await esbuild({ ...options, entryPoints: [input(entry)], outdir, plugins: [heddle()] })
    return warnings.map(({ text }) => text)
  },
  vite: async (entry, outDir) => {
    const { build } = await load('vite')
    const { default: heddle } = await load('@heddle/linen/vite')
    const said = []
    const note = (text) => void said.push(text)
    const customLogger = {
      info() {},
      warn: note,
      warnOnce: note,
      error: note,
      clearScreen() {},
      hasErrorLogged: () => false,
      hasWarned: false,
    }
    const rolldownOptions = entry === 'page' ? {} : { input: input(entry), output: { entryFileNames: '[name].js' } }
    await build({
      root: home,
      configFile: false,
      customLogger,
      plugins: [heddle()],
      build: { outDir, chunkSizeWarningLimit: 5000, modulePreload: false, rolldownOptions },
    })
    return said
  },
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

const wanted = await run('node', ['names.js'], home)
if (wanted.code !== 0) report('the program unbundled', [wanted.said])
const types = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' }
const chromium = [process.env.HEDDLE_CHROMIUM, '/usr/bin/chromium'].find((path) => path && existsSync(path))
/** What the page says in a browser, served as single-page applications are. */
const open = async (browser, folder) => {
  const server = createServer((request, response) => {
    const path = join(folder, new URL(request.url, 'http://localhost').pathname)
    const file = extname(path) && existsSync(path) ? path : undefined
    response.setHeader('content-type', types[extname(file ?? 'index.html')] ?? 'text/plain')
    const page = join(folder, 'index.html')
    response.end(file ? readFileSync(file) : existsSync(page) ? readFileSync(page) : html)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const page = await browser.newPage()
  try {
    await page.goto(`http://127.0.0.1:${server.address().port}/`)
    await page.waitForFunction('globalThis.said', undefined, { timeout: 60_000 })
    return await page.evaluate('globalThis.said')
  } catch (error) {
    return String(error)
  } finally {
    await page.close()
    server.closeAllConnections()
    server.close()
  }
}
const browser =
  chromium &&
  (await (await import('playwright-core')).chromium.launch({ executablePath: chromium, args: ['--no-sandbox', '--disable-gpu'] }))
if (!browser) console.log('pages: left out, no chromium')

for (const [name, bundle] of Object.entries(bundlers)) {
  try {
    const out = join(home, `out-${name}-names`)
    const said = await bundle('names', out)
    writeFileSync(join(out, 'package.json'), '{ "type": "module" }')
    const got = await run('node', ['names.js'], out)
    report(`${name}: names as unbundled`, [
      ...said,
      ...(got.said === wanted.said ? [] : [`unbundled ${wanted.said}`, `bundled   ${got.said}`]),
    ])

    const pageOut = join(home, `out-${name}-page`)
    const problems = await bundle('page', pageOut)
    const files = readdirSync(pageOut, { recursive: true, encoding: 'utf8' })
    if (files.filter((file) => file.endsWith('.wasm')).length !== 3) problems.push(`the WebAssembly files are not there: ${files}`)
    for (const file of files.filter((f) => f.endsWith('.js'))) {
      const text = readFileSync(join(pageOut, file), 'utf8')
      for (const part of ['protobuf', 'createRequire', '__require("util")']) if (text.includes(part)) problems.push(`${file} holds ${part}`)
    }
    if (browser) {
      const says = await open(browser, pageOut)
      const names = (text) => text.replaceAll(/"-?\d[\d.,-]*"/g, '#')
      if (names(says) !== `tfjs-wasm${names(wanted.said)}`) problems.push(`the page says ${says}`)
    }
    report(`${name}: a page`, problems)
  } catch (error) {
    report(name, [String(error.stack ?? error)])
  }
}

// How much is loaded for how little: kB gzip, by esbuild and rollup, of which the second takes more apart. 5 % above what was measured.
const budgets = [
  ['a function of np', "import * as np from '@heddle/func/np'; console.log(np.add(np.array([1]), 2))", 41, 39.4],
  ['np by its name', "import { np } from '@heddle/func'; console.log(np.add(np.array([1]), 2))", 67.8, 39.4],
  [
    'jit of an MLP',
    "import { jit } from '@heddle/func'; import * as np from '@heddle/func/np'; console.log(jit((w) => np.maximum(np.matmul(w, w), 0)))",
    49.4,
    47.4,
  ],
  ['a layer', "import { Dense } from '@heddle/linen'; console.log(new Dense({ features: 3 }))", 96, 84],
  ['an optimizer', "import { adam } from '@heddle/optim'; console.log(adam)", 45.8, 44],
]
const { gzipSync } = await import('node:zlib')
const kilo = (chunks) => chunks.reduce((n, text) => n + gzipSync(text).length, 0) / 1000
for (const [what, contents, ...limits] of budgets) {
  writeFileSync(input('little'), contents)
  const out = join(home, `out-little-${limits[0]}`)
  await bundlers.rollup('little', out)
  const options = { bundle: true, format: 'esm', minify: true, write: false, logLevel: 'silent' }
  const { outputFiles } = await esbuild({ ...options, entryPoints: [input('little')] })
  const sizes = [kilo(outputFiles.map(({ contents }) => contents)), kilo(readdirSync(out).map((file) => readFileSync(join(out, file))))]
  const told = sizes.map((size, i) => `${['esbuild', 'rollup'][i]} ${size.toFixed(1)} of ${limits[i]} kB gzip`).join(', ')
  report(`size of ${what}: ${told}`, sizes.some((size, i) => size > limits[i]) ? ['more than its budget'] : [])
}
await browser?.close()
rmSync(home, { recursive: true, force: true })
process.exit(failures > 0 ? 1 : 0)
