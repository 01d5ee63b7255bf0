/** TypeScript for the editors of a page: completion, types on hover, errors, and JavaScript whose lines are those of the program. */
import { createSystem, createVirtualTypeScriptEnvironment } from '@typescript/vfs'
import { createWorker } from '@valtown/codemirror-ts/worker'
import * as Comlink from 'comlink'
import blank from 'ts-blank-space'
import ts from 'typescript'

const worker = createWorker(async () => {
  const files = (await (await fetch(new URL('./types.json', import.meta.url))).json()) as Readonly<Record<string, string>>
  return createVirtualTypeScriptEnvironment(createSystem(new Map(Object.entries(files))), [], ts, {
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts', 'lib.dom.d.ts'],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    strict: true,
    skipLibCheck: true,
    noUncheckedIndexedAccess: true,
    types: [],
  })
})

/** A program without its types, or the line of what can't be read or erased. */
const javascript = (source: string): { readonly js: string } | { readonly message: string; readonly line: number } => {
  const file = ts.createSourceFile('program.ts', source, ts.ScriptTarget.ES2022, true)
  const lineOf = (at: number): number => file.getLineAndCharacterOfPosition(at).line + 1
  const [wrong] = (file as unknown as { readonly parseDiagnostics: readonly ts.DiagnosticWithLocation[] }).parseDiagnostics
  if (wrong) return { message: ts.flattenDiagnosticMessageText(wrong.messageText, '\n'), line: lineOf(wrong.start) }
  let refused: ts.Node | undefined
  const js = blank(source, (node) => (refused ??= node))
  if (refused)
    return {
      message: `${refused.getText().slice(0, 60)}: enums, namespaces and parameter properties have no meaning without types`,
      line: lineOf(refused.getStart()),
    }
  return { js }
}
const language = { ...worker, javascript }
export type Language = typeof language
Comlink.expose(language)
