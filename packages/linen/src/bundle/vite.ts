/**
 * The plugin for Vite: `plugins: [heddle()]`. It pins the names of modules, which a production build would change, and with them the
 * names of variables and the numbers that a seed gives.
 *
 * @example
 * import heddle from '@heddle/linen/vite'
 * export default { plugins: [heddle()] }
 */
import { pinFile } from './files'

export interface VitePlugin {
  name: string
  enforce: 'pre'
  transform(code: string, id: string): { code: string; map: null } | undefined
}
export const heddle = (): VitePlugin => ({
  name: 'heddle',
  // before other tools rename or lower what it reads
  enforce: 'pre',
  transform(code, id) {
    const pinned = pinFile(id, code)
    return pinned === undefined ? undefined : { code: pinned, map: null }
  },
})
export default heddle
