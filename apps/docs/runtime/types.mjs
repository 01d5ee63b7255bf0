// What the editor's TypeScript knows: declarations of the language, of the packages and of what these name, as one JSON of files by path.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { entries } from './build.mjs'

const here = fileURLToPath(new URL('..', import.meta.url))
const out = `${here}public/runtime/types.json`
const require = createRequire(import.meta.url)

export const options = {
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts', 'lib.dom.d.ts'],
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  noUncheckedIndexedAccess: true,
  verbatimModuleSyntax: true,
  types: [],
}

/** Writes public/runtime/types.json: all files that a program with all entries reads, by the paths that they have in an empty project. */
export const buildTypes = () => {
  const file = `${here}.snippets/all-entries.ts`
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(
    file,
    Object.keys(entries())
      .map((name, i) => `import * as e${i} from '${name}'\nvoid e${i}\n`)
      .join(''),
  )
  const program = ts.createProgram([file], options)
  const files = {}
  const lib = dirname(require.resolve('typescript'))
  for (const source of program.getSourceFiles()) {
    const path = source.fileName
    if (path === file) continue
    if (path.startsWith(lib)) files[path.slice(lib.length)] = source.text
    else {
      const within = path.match(/^.*\/packages\/([^/]+)\/(.*)$/)
      const target = within
        ? `/node_modules/@heddle/${within[1]}/${within[2]}`
        : path.startsWith(`${here}src`)
          ? `/node_modules/@heddle/docs${path.slice(here.length - 1)}`
          : path.replace(/^.*\/node_modules\//, '/node_modules/')
      files[target] = source.text
    }
  }
  for (const path of Object.keys(files)) {
    const folder = path.match(/^\/node_modules\/(@[^/]+\/)?[^/]+/)?.[0]
    const manifest = folder && `${folder}/package.json`
    if (!manifest || files[manifest]) continue
    const name = folder.slice('/node_modules/'.length)
    const at = [`${here}../../node_modules/${name}/package.json`, `${here}node_modules/${name}/package.json`].find(existsSync)
    const { name: own, version, type, types, typings, main, exports } = JSON.parse(readFileSync(at, 'utf8'))
    files[manifest] = JSON.stringify({ name: own, version, type, types, typings, main, exports })
  }
  mkdirSync(dirname(out), { recursive: true })
  writeFileSync(out, JSON.stringify(files))
  return files
}
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const files = buildTypes()
  console.log(Object.keys(files).length, JSON.stringify(files).length)
}
