/** Which files a bundler's plugin looks into. */
import { pinNames } from './pin'

const isScript = /\.[cm]?[jt]sx?$/
const isLibrary = /[\\/]node_modules[\\/]/
/** heddle's own classes have their names. */
const isOurs = /[\\/]@heddle[\\/][^\\/]+[\\/]dist[\\/]/
/** The part of a module's address before what asks for a variant of it. */
const pathOf = (id: string): string => id.split('?')[0]!

/** The file with its names pinned; undefined where it stays as it is. Of a library's files, those that import linen. */
export const pinFile = (id: string, code: string): string | undefined => {
  const path = pathOf(id)
  if (!isScript.test(path) || path.endsWith('.d.ts') || isOurs.test(path)) return undefined
  if (isLibrary.test(path) && !code.includes('@heddle/linen')) return undefined
  return pinNames(code)
}

/** The files of @heddle/backend-tfjs that name its WebAssembly, and how they do. */
export const namesWasm = /[\\/]@heddle[\\/]backend-tfjs[\\/]dist[\\/][^\\/]+\.mjs$/
export const wasmUrl = /new URL\((["'])\.\/(tfjs-backend-wasm[\w-]*\.wasm)\1,\s*import\.meta\.url\)/g
