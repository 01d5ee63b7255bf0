// Checks that all that the packages export has a doc comment, namespaces and subpaths included.
import ts from 'typescript'
import { published, root } from './packages.mjs'

const config = ts.getParsedCommandLineOfConfigFile(`${root}tsconfig.json`, {}, { ...ts.sys, onUnRecoverableConfigFileDiagnostic() {} })
const doors = published().flatMap(({ manifest, folder }) =>
  Object.values(manifest.exports)
    .flatMap((target) => target?.['@heddle/source'] ?? [])
    .map((file) => `${folder}/${file.slice(2)}`),
)
const program = ts.createProgram(doors, config.options)
const checker = program.getTypeChecker()

const seen = new Set()
const without = new Set()
const visit = (module) => {
  if (seen.has(module)) return
  seen.add(module)
  for (const exported of checker.getExportsOfModule(module)) {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported
    const declaration = symbol.declarations?.[0]
    if (declaration === undefined) continue
    const source = declaration.getSourceFile()
    if (ts.isSourceFile(declaration)) visit(symbol)
    else if (!source.fileName.includes('/node_modules/') && symbol.getDocumentationComment(checker).length === 0)
      without.add(
        `${source.fileName.replace(root, '')}:${source.getLineAndCharacterOfPosition(declaration.getStart()).line + 1}: ${symbol.name} has no doc comment`,
      )
  }
}
for (const door of doors) {
  const module = checker.getSymbolAtLocation(program.getSourceFile(door))
  if (module) visit(module)
}
for (const problem of without) console.error(problem)
console.log(without.size === 0 ? 'all that is exported is documented' : `${without.size} problems`)
process.exitCode = without.size > 0 ? 1 : 0
