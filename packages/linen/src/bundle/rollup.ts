/**
 * The plugin for rollup: it pins the names of modules, as that for Vite does, and puts the WebAssembly files of @heddle/backend-tfjs
 * into the output. It stands before plugins that change classes.
 *
 * @example
 * import heddle from '@heddle/linen/rollup'
 * export default { input: 'main.js', plugins: [heddle()] } // before nodeResolve({ browser: true }) and commonjs()
 */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { namesWasm, pinFile, wasmUrl } from './files'

interface Emitter {
  emitFile(file: { type: 'asset'; name: string; source: Uint8Array }): string
}
/** A plugin as rollup takes it. */
export interface RollupPlugin {
  name: string
  transform(this: Emitter, code: string, id: string): { code: string; map: null } | undefined
}
/** The plugin. */
export const heddle = (): RollupPlugin => ({
  name: 'heddle',
  transform(code, id) {
    if (namesWasm.test(id)) {
      const emitted = code.replace(wasmUrl, (_, __, name: string) => {
        const file = this.emitFile({ type: 'asset', name, source: readFileSync(join(dirname(id), name)) })
        return `new URL(import.meta.ROLLUP_FILE_URL_${file})`
      })
      return emitted === code ? undefined : { code: emitted, map: null }
    }
    const pinned = pinFile(id, code)
    return pinned === undefined ? undefined : { code: pinned, map: null }
  },
})
export default heddle
