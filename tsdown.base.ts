import { defineConfig, type UserConfig } from 'tsdown'

/** The build of a package: ESM and its types, one entry for each subpath of the exports map. */
export const build = (entry: Record<string, string> = { index: 'src/index.ts' }): UserConfig =>
  defineConfig({
    entry,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    outExtensions: () => ({ js: '.mjs', dts: '.d.mts' }),
    dts: { sourcemap: true },
    clean: true,
    sourcemap: true,
    treeshake: true,
  })
