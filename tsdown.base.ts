import { readFileSync } from 'node:fs'
import { defineConfig, type UserConfig } from 'tsdown'
import { pure } from './tsdown.pure.ts'

/** What is not written in the package's source stays an import: siblings, dependencies, peers, Node's own modules, its own `imports`. */
const outside = [/^node:/, /^@heddle\//, /^@tensorflow\//, /^#/]

/** Of the package whose folder the build runs in. */
const packageName = (): string => JSON.parse(readFileSync('package.json', 'utf8')).name

/** The build of a package: ESM and its types, one entry for each subpath of the exports map. */
export const build = (entry: Record<string, string> = { index: 'src/index.ts' }): UserConfig =>
  defineConfig({
    entry,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    deps: { neverBundle: outside },
    outExtensions: () => ({ js: '.mjs', dts: '.d.mts' }),
    dts: { sourcemap: true },
    // consumers see types by the names that chunks export: these may not be mangled
    outputOptions: {
      minifyInternalExports: false,
      // what entries share stands in one file: each file more is a request, or a third of a millisecond in Node; not what has an effect
      codeSplitting: { groups: [{ name: 'shared', test: /\/src\/(?!conformance|ready\.ts).*(?<!\.d)\.ts$/, minShareCount: 2 }] },
    },
    // `Symbol.dispose` is newer than the library that a consumer's target implies
    banner: { dts: '/// <reference lib="esnext.disposable" />' },
    clean: true,
    sourcemap: true,
    treeshake: true,
    minify: false,
    plugins: [pure(packageName())],
  })

const licenceOf = (name: string): string =>
  `/*! Parts of ${name}:\n${readFileSync(new URL(`node_modules/${name}/LICENSE`, import.meta.url), 'utf8').trim()}\n*/`

/**
 * The same for a package of fp-ts: what it uses of fp-ts and io-ts is put into its code, since loading all of them takes longer than
 * everything else; its types still name theirs.
 */
export const buildWithFpTs = (entry?: Record<string, string>): UserConfig[] => [
  {
    ...build(entry),
    dts: false,
    banner: { js: ['fp-ts', 'io-ts'].map(licenceOf).join('\n') },
    deps: { alwaysBundle: [/^fp-ts/, /^io-ts/], neverBundle: outside },
    inputOptions: { resolve: { mainFields: ['module', 'main'] } },
  },
  { ...build(entry), dts: { sourcemap: true, emitDtsOnly: true }, clean: false },
]
