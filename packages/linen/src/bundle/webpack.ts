/**
 * The plugin for webpack 5 and rspack: it pins the names of modules, as that for Vite does.
 *
 * @example
 * import heddle from '@heddle/linen/webpack'
 * export default { plugins: [heddle()] }
 */
import { fileURLToPath } from 'node:url'

interface Compiler {
  options: { module: { rules: unknown[] } }
}
/** A plugin as webpack takes it. */
export interface WebpackPlugin {
  apply(compiler: Compiler): void
}
const loader = fileURLToPath(new URL('./webpack-loader.mjs', import.meta.url))

/** The plugin. */
export const heddle = (): WebpackPlugin => ({
  apply: ({ options }) => {
    options.module.rules.unshift({ test: /\.[cm]?[jt]sx?$/, enforce: 'pre', use: [{ loader }] })
  },
})
export default heddle
