/**
 * Where tfjs's .wasm files are: beside this module, named in the one way that bundlers follow (`new URL(file, import.meta.url)`).
 *
 * The address is tried before tfjs is let loose on it, which would say six times that it fails and never where: a server of a
 * single-page application answers any address with its index.html.
 */
import { BackendError } from '@heddle/func/backend'

/** tfjs's files, by what the engine can do. */
const names = ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm', 'tfjs-backend-wasm-threaded-simd.wasm'] as const
type WasmFile = (typeof names)[number]
/** The one that an engine runs. */
export const fileFor = (simd: boolean, threads: boolean): WasmFile => names[threads ? 2 : simd ? 1 : 0]
type Places = { readonly [F in WasmFile]: string }

/** Where a browser finds the .wasm files: a folder's address, or one for each file. */
export type WasmPaths = string | { readonly [F in WasmFile]?: string }

/** Where Vite's development server puts modules that it has bundled, until Vite 8 without what lies beside them. */
const prebundled = /\/\.vite\/deps[^/]*\/(?=[^/]*$)/
/** A script that is no module has no address of its own; then the page's counts. */
export const addressOf = (find: () => URL, file: string): string => {
  try {
    return find().href.replace(prebundled, '/@heddle/backend-tfjs/dist/')
  } catch {
    return new URL(file, (globalThis as { readonly location?: { readonly href: string } }).location?.href).href
  }
}
// each a literal, since bundlers look for them in the text
const shipped = (): Places => ({
  'tfjs-backend-wasm.wasm': addressOf(() => new URL('./tfjs-backend-wasm.wasm', import.meta.url), names[0]),
  'tfjs-backend-wasm-simd.wasm': addressOf(() => new URL('./tfjs-backend-wasm-simd.wasm', import.meta.url), names[1]),
  'tfjs-backend-wasm-threaded-simd.wasm': addressOf(() => new URL('./tfjs-backend-wasm-threaded-simd.wasm', import.meta.url), names[2]),
})

/** The address of each file. */
export const placesOf = (paths?: WasmPaths): Places => {
  if (typeof paths !== 'string') return { ...shipped(), ...paths }
  const folder = paths.endsWith('/') ? paths : `${paths}/`
  return Object.fromEntries(names.map((name) => [name, folder + name])) as Places
}

const magic = [0x00, 0x61, 0x73, 0x6d]
const remedy =
  "copy node_modules/@heddle/backend-tfjs/dist/*.wasm beside the script that is served, or say where they are: tfjs({ wasmPaths: '/folder/' })"

/** Reads the head of a file. Errors: BackendError with the address, what it answered, and the remedy, unless it is WebAssembly. */
export const expectWasm = async (address: string): Promise<void> => {
  const fail = (what: string, cause?: unknown): never => {
    throw new BackendError('wasm', `${address} ${what}; ${remedy}`, { cause })
  }
  const response = await fetch(address).catch((cause: unknown) => fail(`can't be fetched (${(cause as Error).message})`, cause))
  if (!response.ok) fail(`answers ${response.status}`)
  const reader = response.body?.getReader()
  const head = reader === undefined ? new Uint8Array(await response.arrayBuffer()) : ((await reader.read()).value ?? new Uint8Array())
  await reader?.cancel()
  if (magic.some((byte, i) => head[i] !== byte))
    fail(`answers ${response.headers.get('content-type') ?? 'something'} that is no WebAssembly, as servers do for files they don't have`)
}
