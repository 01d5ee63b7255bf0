// Checks that all that the packages export has a doc comment, namespaces and subpaths included, and that each class of errors has its
// section on a page, with a program that raises it and one that does not.
import ts from 'typescript'
import { problems } from './errors-page.mjs'
import { root } from './packages.mjs'
import { checker, doors, symbolOf } from './program.mjs'

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
  const module = symbolOf(door)
  if (module) visit(module)
}
for (const problem of problems()) without.add(problem)
for (const problem of without) console.error(problem)
console.log(without.size === 0 ? 'all that is exported is documented, and all errors are' : `${without.size} problems`)
process.exitCode = without.size > 0 ? 1 : 0
