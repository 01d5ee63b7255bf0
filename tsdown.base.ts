import { defineConfig, type UserConfig } from 'tsdown'

/** The build of a package: ESM and its types, one entry for each subpath of the exports map. */
export const build = (entry: Record<string, string> = { index: 'src/index.ts' }): UserConfig =>
  defineConfig({
    entry,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    // What is not written in the package's source stays an import: siblings, dependencies, optional peers, Node's own modules, and a package's own `imports`.
    deps: { neverBundle: [/^node:/, /^@heddle\//, /^@tensorflow\//, /^#/] },
    outExtensions: () => ({ js: '.mjs', dts: '.d.mts' }),
    dts: { sourcemap: true },
    clean: true,
    sourcemap: true,
    treeshake: true,
  })
