// Pages as strangers write them, in chromium, from the packed packages: Vite's development server (its optimizer of dependencies moves
// modules away from their .wasm files), a bare import map without a bundler, a worker, a classic script with `ready`, .wasm files that are
// not there; and what a page does there: a plain loop whose results are dropped, copies, JSON, the first line of an error's stack.
// Needs scripts/release/pack.mjs, chromium, and Vite from npm's registry; without them it is left out, with a line that says so.
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build as esbuild } from 'esbuild'
import { count } from './places.mjs'
import { launch, page, serve, visit } from './page.mjs'
import { end, installed, report } from './project.mjs'

const vites = ['5', '6', '7', '8']
const names = ['func', 'linen', 'optim', 'backend-tfjs', 'backend-host'].map((name) => `@heddle/${name}`)
const project = await installed(
  'pages',
  names,
  vites.map((version) => `vite-${version}@npm:vite@${version}`),
)
const { folder: home } = project
const browser = await launch()
if (!browser) {
  console.log('pages: left out, no chromium')
  await end()
}
const write = (folder, files) => {
  project.write(Object.fromEntries(Object.entries(files).map(([file, text]) => [`${folder}/${file}`, text])))
  return project.at(folder)
}
/** A page that must say this, and of heddle nothing on the console but what a page without WebGPU's packages is told. */
const expectPage = async (what, open, wanted) => {
  try {
    const { url, close } = await open()
    const { said, heard } = await visit(browser, url)
    await close()
    count('pages')
    const noise = heard.filter((text) => !/\[vite\]|React DevTools/.test(text) && !/computing on wasm\. Faster/.test(text))
    report(what, said === wanted ? noise : [`the page says ${said}`, ...heard])
  } catch (error) {
    report(what, [String(error.stack ?? error)])
  }
}

const program = `
import { getDefaultBackend, grad, jit } from '@heddle/func'
import * as np from '@heddle/func/np'
import { np as same, random } from '@heddle/func'
import * as nn from '@heddle/linen'
const f = jit(grad((x) => np.sum(np.multiply(x, x))))
const net = new nn.Dense({ features: 2 })
const y = net.apply(net.init(random.key(0), [np.ones([1, 3])]), [np.ones([1, 3])])
export const answer = async () => getDefaultBackend().name + ' ' + (await f(np.array([1, 2])).data()).join() + ' ' + (np.add === same.add) + ' ' + y.shape
`
const wanted = 'tfjs-wasm 2,4 true 1,2'
const main = `import '@heddle/backend-tfjs/auto'\nimport { answer } from './program.js'\nglobalThis.said = await answer()\n`
const module = page('<script type="module" src="./main.js"></script>')

// Vite's development server, as its template has it: no configuration, but for old ones the plugin, whose targets they need.
const { default: heddle } = await project.load('@heddle/linen/vite')
for (const version of vites)
  await expectPage(
    `Vite ${version}, development`,
    async () => {
      const root = write(`dev-${version}`, { 'index.html': module, 'main.js': main, 'program.js': program })
      const vite = join(home, 'node_modules', `vite-${version}`)
      const { createServer } = await import(pathToFileURL(join(vite, 'dist/node/index.js')).href)
      const server = await createServer({
        root,
        configFile: false,
        plugins: version < 7 ? [heddle()] : [],
        logLevel: 'error',
        server: { port: 0, host: '127.0.0.1', strictPort: false },
      })
      await server.listen()
      return { url: server.resolvedUrls.local[0], close: () => server.close() }
    },
    wanted,
  )

// No bundler: an import map. tfjs's own modules for browsers name parts of Node, which they do not use there.
const nothing = 'data:text/javascript,export default {}'
const packages = ['tree', 'core', 'func', 'lift', 'linen', 'backend-host', 'backend-tfjs']
const imports = {
  ...Object.fromEntries(packages.map((name) => [`@heddle/${name}`, `./@heddle/${name}/dist/index.mjs`])),
  ...Object.fromEntries(
    ['np', 'nn', 'lax', 'random', 'special', 'options'].map((name) => [`@heddle/func/${name}`, `./@heddle/func/dist/${name}.mjs`]),
  ),
  '@heddle/func/backend': './@heddle/func/dist/backend/index.mjs',
  '@heddle/tree/options': './@heddle/tree/dist/options.mjs',
  '@heddle/backend-tfjs/auto': './@heddle/backend-tfjs/dist/auto.mjs',
  '@noble/hashes/': './@noble/hashes/',
  '#native': './@heddle/backend-tfjs/dist/absent-native.mjs',
  '@tensorflow/tfjs-core': './tf-core.fesm.js',
  '@tensorflow/tfjs-backend-wasm': './tf-backend-wasm.fesm.js',
  ...Object.fromEntries(['fs', 'path', 'perf_hooks', 'os', 'worker_threads', 'crypto', 'util'].map((name) => [name, nothing])),
}
const importMap = `<script type="importmap">${JSON.stringify({ imports })}</script>`
/** A folder of files and of all that the map names. */
const unbundled = (folder, files) => {
  const root = write(folder, files)
  for (const name of packages)
    cpSync(join(home, `node_modules/@heddle/${name}/dist`), join(root, `@heddle/${name}/dist`), { recursive: true })
  cpSync(join(home, 'node_modules/@noble/hashes'), join(root, '@noble/hashes'), { recursive: true })
  for (const name of ['core', 'backend-wasm'])
    cpSync(join(home, `node_modules/@tensorflow/tfjs-${name}/dist/tf-${name}.fesm.js`), join(root, `tf-${name}.fesm.js`))
  return root
}
const mapped = page(`${importMap}<script type="module" src="./main.js"></script>`)
await expectPage('an import map', () => serve(unbundled('map', { 'index.html': mapped, 'main.js': main, 'program.js': program })), wanted)

/** A program as one script, beside the .wasm files or without them. */
const bundled = async (folder, files, format, wasm = true) => {
  const root = write(folder, files)
  const [entry] = Object.keys(files).filter((file) => file.endsWith('.js'))
  const logOverride = { 'empty-import-meta': 'silent' }
  await esbuild({ entryPoints: [join(root, entry)], outfile: join(root, 'out.js'), bundle: true, format, logLevel: 'error', logOverride })
  const dist = join(home, 'node_modules/@heddle/backend-tfjs/dist')
  if (wasm)
    for (const kind of ['', '-simd', '-threaded-simd'])
      cpSync(join(dist, `tfjs-backend-wasm${kind}.wasm`), join(root, `tfjs-backend-wasm${kind}.wasm`))
  return root
}
const soon = `import { ready } from '@heddle/backend-tfjs/ready'\nimport { answer } from './program.js'\n`
await expectPage(
  'ready in a classic script',
  async () => {
    const files = { 'main.js': `${soon}ready.then(answer).then((text) => { globalThis.said = text })`, 'program.js': program }
    return serve(await bundled('iife', { ...files, 'index.html': page('<script src="./out.js"></script>') }, 'iife'))
  },
  wanted,
)
for (const [kind, format, options] of [
  ['a module worker', 'esm', ", { type: 'module' }"],
  ['a classic worker', 'iife', ''],
])
  await expectPage(
    `ready in ${kind}`,
    async () => {
      const files = { 'main.js': `${soon}ready.then(answer).then((text) => { postMessage(text) })`, 'program.js': program }
      const start = `<script>new Worker('./out.js'${options}).onmessage = (event) => { globalThis.said = event.data }</script>`
      return serve(await bundled(`worker-${format}`, { ...files, 'index.html': page(start) }, format))
    },
    wanted,
  )

// The .wasm files are not there: the warning names the address and what to do.
{
  const files = { 'main.js': main, 'program.js': program, 'index.html': page('<script type="module" src="./out.js"></script>') }
  const { url, close } = await serve(await bundled('no-wasm', files, 'esm', false))
  const { said, heard } = await visit(browser, url)
  await close()
  const told = heard.filter(
    (text) => text.includes(`${url}tfjs-backend-wasm`) && text.includes('wasmPaths') && text.includes('copy node_modules'),
  )
  report(
    '.wasm files that are not there',
    said === wanted.replace('wasm', 'cpu') && told.length === 1 && heard.length === 1 ? [] : [said, ...heard],
  )
}

// What a page does: each answers a list of problems.
const deeds = `
import { jit, np, random, setDefaultBackend } from '@heddle/func'
import { tfjs } from '@heddle/backend-tfjs'
import * as nn from '@heddle/linen'
const problems = []
const expect = (what, fine, got) => { if (!fine) problems.push(what + ': ' + got) }
const warnings = []
console.warn = (text) => { warnings.push(String(text)) }
const errorOf = (f) => { try { f() } catch (error) { return error } }
function usersLine() {
  const net = new nn.Dense({ features: 2 })
  return errorOf(() => net.apply(net.init(random.key(0), [np.ones([1, 3])]), [np.ones([1, 5])]))
}
export const run = async () => {
  for (const flavour of ['wasm', 'cpu']) {
    const backend = await tfjs({ demand: flavour })
    setDefaultBackend(backend)
    const step = jit((w, x) => np.subtract(w, np.multiply(x, 0.001)))
    let w = np.ones([1000])
    const x = np.ones([1000])
    await w.data()
    const before = backend.storage.memory().buffers
    let most = 0
    for (let i = 0; i < 200000; i++) {
      w = step(w, x)
      if (i % 100 === 99) await w.data()
      most = Math.max(most, backend.storage.memory().buffers)
    }
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setTimeout(resolve, 5))
    const told = warnings.filter((text) => /await|dispose/.test(text))
    expect(flavour + ': 200,000 small steps', told.length === 1 || most - before < 100000, most - before + ' buffers, ' + told.length + ' warnings')
    const sum = (await np.sum(w).data())[0]
    expect(flavour + ': its value', Math.abs(sum / 1000 + 199) < 0.5, sum)
    const clone = errorOf(() => structuredClone(w))
    expect(flavour + ': structuredClone', /hostArray/.test(clone?.message ?? ''), clone)
    const variables = new nn.Dense({ features: 2 }).init(random.key(0), [np.ones([1, 3])])
    const text = JSON.stringify(variables)
    expect(flavour + ': JSON', /"bias":\\[0,0\\]/.test(text) && /"kernel":\\[\\[-?[0-9.]+/.test(text), text)
    const error = usersLine()
    const first = error?.stack?.split('\\n').find((line) => /^ +at /.test(line)) ?? String(error)
    expect(flavour + ': the first line of a stack', /program-of-the-page/.test(first), error?.stack)
  }
  return problems.length === 0 ? 'fine' : problems.join('\\n')
}
`
const deed = `import { run } from './program-of-the-page.js'\nglobalThis.said = await run()\n`
await expectPage(
  'what a page does',
  () => serve(unbundled('deeds', { 'index.html': mapped, 'main.js': deed, 'program-of-the-page.js': deeds })),
  'fine',
)

await browser.close()
await end()
