/**
 * The plugin for esbuild: it pins the names of modules, as that for Vite does, and puts the WebAssembly files of @heddle/backend-tfjs
 * into the output.
 *
 * @example
 * import { build } from 'esbuild'
 * import heddle from '@heddle/linen/esbuild'
 * await build({ entryPoints: ['main.ts'], bundle: true, splitting: true, format: 'esm', outdir: 'out', plugins: [heddle()] })
 */
import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { namesWasm, pinFile, wasmUrl } from './files'

type Loader = 'js' | 'jsx' | 'ts' | 'tsx'
interface Loaded {
  contents: string | Uint8Array
  loader: Loader | 'file'
}
interface Build {
  initialOptions: { loader?: Record<string, unknown> }
  onLoad(options: { filter: RegExp; namespace?: string }, callback: (file: { path: string }) => Promise<Loaded | undefined>): void
}
/** A plugin as esbuild takes it. */
export interface EsbuildPlugin {
  name: string
  setup(build: Build): void
}
const loaders: Readonly<Record<string, Loader>> = { '.tsx': 'tsx', '.jsx': 'jsx', '.ts': 'ts', '.mts': 'ts', '.cts': 'ts' }

const loaderOf = (path: string, given: Readonly<Record<string, unknown>> = {}): Loader =>
  (given[extname(path)] as Loader | undefined) ?? loaders[extname(path)] ?? 'js'

/** The addresses of its WebAssembly become imports of files. */
const withWasm = (code: string): string => {
  const imports: string[] = []
  const text = code.replace(wasmUrl, (_, __, name: string) => {
    imports.push(`import wasm${imports.length} from './${name}'`)
    return `new URL(wasm${imports.length - 1}, import.meta.url)`
  })
  return imports.length === 0 ? code : `${imports.join(';')};${text}`
}
/** The plugin. */
export const heddle = (): EsbuildPlugin => ({
  name: 'heddle',
  setup(build) {
    build.onLoad({ filter: /[\\/]@heddle[\\/]backend-tfjs[\\/]dist[\\/].*\.wasm$/ }, async ({ path }) => ({
      contents: await readFile(path),
      loader: 'file',
    }))
    build.onLoad({ filter: namesWasm }, async ({ path }) => {
      const code = await readFile(path, 'utf8')
      const contents = withWasm(code)
      return contents === code ? undefined : { contents, loader: 'js' }
    })
    build.onLoad({ filter: /\.[cm]?[jt]sx?$/, namespace: 'file' }, async ({ path }) => {
      const contents = pinFile(path, await readFile(path, 'utf8'))
      return contents === undefined ? undefined : { contents, loader: loaderOf(path, build.initialOptions.loader) }
    })
  },
})
export default heddle
