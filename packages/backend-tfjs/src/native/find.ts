/**
 * Finds tfjs's native packages without importing them.
 *
 * An import that fails has already registered its kernels, so the next candidate would print a warning for each of 155; therefore
 * the binding file is looked for first. It is missing where the package's install script was not allowed to run.
 */
import { Unavailable } from '../unavailable'

/** Node's own modules, out of sight of bundlers for browsers. */
const builtin = async <M>(name: string): Promise<M> => (await import(/* @vite-ignore */ /* webpackIgnore: true */ `node:${name}`)) as M

export type NativeFlavour = 'node' | 'node-gpu'

export interface Found {
  readonly name: string
  readonly version: string
  readonly load: () => unknown
}
/** A directory that holds node_modules with the native package, for where it is not among the program's own. */
export const nativeDirectory = (): string | undefined => process.env.HEDDLE_TFJS_NODE || undefined

/** The package of a native flavour, ready to be loaded. Errors: Unavailable. */
export const findNative = async (flavour: NativeFlavour): Promise<Found> => {
  const { createRequire } = await builtin<typeof import('node:module')>('module')
  const { existsSync, readFileSync } = await builtin<typeof import('node:fs')>('fs')
  const { dirname, join } = await builtin<typeof import('node:path')>('path')
  const name = `@tensorflow/tfjs-${flavour}`
  const given = nativeDirectory()
  const roots = [...(given === undefined ? [] : [join(given, 'package.json')]), join(process.cwd(), 'package.json'), import.meta.url]
  for (const root of roots) {
    let manifest: string
    const require = createRequire(root)
    try {
      manifest = require.resolve(`${name}/package.json`)
    } catch {
      continue
    }
    const napi = Math.min(8, Number(process.versions.napi))
    const binding = join(dirname(manifest), 'lib', `napi-v${napi}`, 'tfjs_binding.node')
    if (!existsSync(binding))
      throw new Unavailable(flavour, `${name} is installed without its native binding: its install script failed, or was not allowed to run (npm approve-scripts ${name}, npm rebuild ${name})`, false)
    const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }
    return { name, version, load: () => require(name) }
  }
  throw new Unavailable(flavour, `${name} is not installed`, true)
}
/** Node 23 removed two functions that tfjs-node 4.22 calls in every operation. */
export const mendUtil = async (): Promise<void> => {
  const { createRequire } = await builtin<typeof import('node:module')>('module')
  const util = createRequire(import.meta.url)('node:util') as { isNullOrUndefined?: unknown; isArray?: unknown }
  util.isNullOrUndefined ??= (x: unknown) => x === null || x === undefined
  util.isArray ??= Array.isArray
}
