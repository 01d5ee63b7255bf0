/**
 * Finds tfjs's native packages without importing them.
 *
 * An import that fails has already registered its kernels, so the next candidate would print a warning for each of 155; therefore
 * the binding file is looked for first. It is missing where the package's install script was not allowed to run.
 */
import type * as Fs from 'node:fs'
import type * as Module from 'node:module'
import type * as Path from 'node:path'
import { builtin } from '../builtin'
import { Unavailable } from '../unavailable'

export type NativeFlavour = 'node' | 'node-gpu'

export interface Found {
  readonly name: string
  readonly version: string
  readonly load: () => unknown
}
/** A directory that holds node_modules with the native package, for where it is not among the program's own. */
const nativeDirectory = (): string | undefined => process.env.HEDDLE_TFJS_NODE || undefined

/** The packages that can be a flavour; the GPU's computes on the CPU where there is no GPU. */
const packagesOf: { readonly [F in NativeFlavour]: readonly string[] } = {
  node: ['@tensorflow/tfjs-node', '@tensorflow/tfjs-node-gpu'],
  'node-gpu': ['@tensorflow/tfjs-node-gpu'],
}

/** The package of a native flavour, ready to be loaded. Errors: Unavailable. */
export const findNative = async (flavour: NativeFlavour): Promise<Found> => {
  const { createRequire } = await builtin<typeof Module>('module')
  const { existsSync, readFileSync } = await builtin<typeof Fs>('fs')
  const { dirname, join } = await builtin<typeof Path>('path')
  const given = nativeDirectory()
  const roots = [...(given === undefined ? [] : [join(given, 'package.json')]), join(process.cwd(), 'package.json'), import.meta.url]
  const unbuilt: string[] = []
  for (const name of packagesOf[flavour])
    for (const root of roots) {
      const require = createRequire(root)
      let manifest: string
      try {
        manifest = require.resolve(`${name}/package.json`)
      } catch {
        continue
      }
      const napi = Math.min(8, Number(process.versions.napi))
      if (!existsSync(join(dirname(manifest), 'lib', `napi-v${napi}`, 'tfjs_binding.node'))) {
        unbuilt.push(name)
        continue
      }
      const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }
      return { name, version, load: () => require(name) }
    }
  const [name] = unbuilt
  if (name === undefined) throw new Unavailable(flavour, `@tensorflow/tfjs-${flavour} is not installed`, true)
  const reason = `${name} is installed without its native binding: its install script failed, or was not allowed to run`
  throw new Unavailable(flavour, `${reason} (npm approve-scripts ${name}, then npm rebuild ${name})`, false)
}
/** Node 23 removed two functions that tfjs-node 4.22 calls in every operation. */
export const mendUtil = async (): Promise<void> => {
  const { createRequire } = await builtin<typeof Module>('module')
  const util = createRequire(import.meta.url)('node:util') as { isNullOrUndefined?: unknown; isArray?: unknown }
  util.isNullOrUndefined ??= (x: unknown) => x === null || x === undefined
  util.isArray ??= Array.isArray
}
