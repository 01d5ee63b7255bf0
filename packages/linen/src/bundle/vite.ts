/**
 * The plugin for Vite: `plugins: [heddle()]`. It pins the names of modules, which a production build would change, and with them the
 * names of variables and the numbers that a seed gives. For Vite 5 and 6, whose targets are older than a wait at the top level of a module
 * (`@heddle/backend-tfjs/auto`), it raises those that are not set.
 *
 * @example
 * import heddle from '@heddle/linen/vite'
 * export default { plugins: [heddle()] }
 */
import { pinFile } from './files'

/** Of a configuration of Vite's, the targets: of what is built, and of what the development server bundles of dependencies. */
interface Targets {
  build?: { target?: unknown }
  optimizeDeps?: { esbuildOptions?: { target?: unknown } }
}
/** A plugin as vite takes it. */
export interface VitePlugin {
  name: string
  enforce: 'pre'
  config(this: unknown, config: object): Targets | undefined
  transform(code: string, id: string): { code: string; map: null } | undefined
}
/** The first that have it: Chrome 89, Safari 15, Firefox 89. */
const target = 'es2022'
/** Vite says its version since 7, whose targets are newer. */
const isOld = (context: unknown): boolean => (context as { meta?: { viteVersion?: string } } | undefined)?.meta?.viteVersion === undefined

/** The plugin. */
export const heddle = (): VitePlugin => ({
  name: 'heddle',
  // before other tools rename or lower what it reads
  enforce: 'pre',
  config(given: Targets) {
    if (!isOld(this)) return undefined
    return {
      ...(given.build?.target === undefined ? { build: { target } } : {}),
      ...(given.optimizeDeps?.esbuildOptions?.target === undefined ? { optimizeDeps: { esbuildOptions: { target } } } : {}),
    }
  },
  transform(code, id) {
    const pinned = pinFile(id, code)
    return pinned === undefined ? undefined : { code: pinned, map: null }
  },
})
export default heddle
