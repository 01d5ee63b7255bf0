/** What the plugin for webpack puts before a file's other loaders. */
import { pinFile } from './files'

interface Context {
  readonly resourcePath: string
  callback(error: null, code: string, map?: unknown): void
}
const loader = function (this: Context, code: string, map?: unknown): void {
  this.callback(null, pinFile(this.resourcePath, code) ?? code, map)
}
export default loader
