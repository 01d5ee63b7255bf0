// What programs of the pages import, as modules that a worker loads when the first is run: each public entry of the packages, with all that
// they share in chunks, into public/runtime. Flavours of tfjs are chunks of their own, loaded when chosen.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { default as moduleNames } from '@heddle/linen/esbuild'

const here = fileURLToPath(new URL('.', import.meta.url))
const out = fileURLToPath(new URL('../public/runtime/', import.meta.url))
const packages = fileURLToPath(new URL('../../../packages/', import.meta.url))
const require = createRequire(import.meta.url)

/** Packages whose entries are for Node alone, or for bundlers; so are all entries named node. */
const absent = new Set([
  '@heddle/backend-pjrt',
  '@heddle/testing',
  '@heddle/linen/vite',
  '@heddle/linen/rollup',
  '@heddle/linen/esbuild',
  '@heddle/linen/webpack',
])

/** Every public entry: `@heddle/func/np` by the name of its module here, `heddle-func-np`. */
export const entries = () => {
  const names = readdirSync(packages).flatMap((folder) => {
    const { name, exports } = JSON.parse(readFileSync(`${packages}${folder}/package.json`, 'utf8'))
    return absent.has(name) || !exports ? [] : Object.keys(exports).map((key) => name + key.slice(1))
  })
  const all = [
    ...names.filter((name) => !absent.has(name) && !/\/(node|package\.json)$/.test(name)),
    '@heddle/docs/show',
    '@heddle/docs/digits',
  ]
  return Object.fromEntries(all.map((name) => [name, name.replace('@', '').replaceAll('/', '-')]))
}

/** Writes public/runtime. */
export const buildRuntime = async () => {
  rmSync(out, { recursive: true, force: true })
  mkdirSync(out, { recursive: true })
  const modules = entries()
  const special = {
    // the backend is chosen by the page, before a program begins
    '@heddle/backend-tfjs/auto': `${here}chosen.ts`,
    '@heddle/backend-tfjs/ready': `${here}chosen.ts`,
    '@heddle/docs/digits': fileURLToPath(new URL('../src/digits/index.ts', import.meta.url)),
    '@heddle/docs/show': fileURLToPath(new URL('../src/show/index.ts', import.meta.url)),
  }
  const { metafile } = await build({
    entryPoints: [
      ...Object.entries(modules).map(([name, module]) => ({ in: special[name] ?? name, out: module })),
      { in: `${here}worker.ts`, out: 'worker' },
    ],
    outdir: out,
    absWorkingDir: here,
    bundle: true,
    splitting: true,
    minify: true,
    keepNames: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    metafile: true,
    logLevel: 'error',
    plugins: [moduleNames()],
    define: { MODULES: JSON.stringify(modules) },
  })
  // TypeScript is asked by the editor alone; it looks for a file system and finds none
  await build({
    entryPoints: [`${here}language.ts`],
    outfile: `${out}language.js`,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    logLevel: 'error',
    external: ['fs', 'path', 'os', 'inspector', 'perf_hooks', 'module', 'crypto', 'source-map-support'],
    banner: { js: 'var require=undefined;' },
  })
  for (const name of readdirSync(dirname(require.resolve('@heddle/backend-tfjs'))))
    if (name.endsWith('.wasm')) cpSync(`${dirname(require.resolve('@heddle/backend-tfjs'))}/${name}`, out + name)
  return metafile
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildRuntime()
