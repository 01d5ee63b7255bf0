// What the packages export, from their sources: modules by the doors of their exports maps and the namespaces in them, and each name with its
// signature, doc comment, members and place. The pages of the API reference and the parity tables are made of it.
import ts from 'typescript'
import { root } from '../../../scripts/packages.mjs'
import { checker, doors, symbolOf } from '../../../scripts/program.mjs'
import { codeOf } from './signature.mjs'

/** @typedef {{ name: string, module: string, kind: string, code: string, doc: string, examples: string[], notes: string[], file: string, line: number, members: string[] }} Entry */
/** @typedef {{ module: string, package: string, doc: string, entries: Entry[], elsewhere: { name: string, module: string }[], namespaces: { name: string, module: string }[] }} Module */

const resolved = (symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol)
const fileOf = (node) => node.getSourceFile().fileName.replace(root, '')

/** What a symbol is for a reader; a class of errors made by `errorClass` is a class. */
const kindOf = (symbol) => {
  if (symbol.flags & ts.SymbolFlags.Class) return 'class'
  if (symbol.flags & ts.SymbolFlags.Function) return 'function'
  if (symbol.flags & ts.SymbolFlags.Interface) return 'interface'
  if (symbol.flags & ts.SymbolFlags.TypeAlias && !(symbol.flags & ts.SymbolFlags.Value)) return 'type'
  const type = checker.getTypeOfSymbol(symbol)
  return checker.getSignaturesOfType(type, ts.SignatureKind.Call).length > 0 ? 'function' : 'constant'
}
const membersOf = (symbol) => {
  if (!(symbol.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Interface))) return []
  return checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(symbol)).map((p) => p.name)
}
const textOf = (parts) => (typeof parts === 'string' ? parts : ts.displayPartsToString(parts ?? []))

/** The first comment of a file, which says what it is about. */
const headerOf = (file) =>
  /^\s*\/\*\*([^]*?)\*\//
    .exec(file.text)?.[1]
    .replaceAll(/^\s*\* ?/gm, '')
    .trim() ?? ''

const entryOf = (exported, module) => {
  const symbol = resolved(exported)
  const declaration = symbol.declarations[0]
  const source = declaration.getSourceFile()
  const tags = symbol.getJsDocTags(checker)
  return {
    name: exported.name,
    module,
    kind: kindOf(symbol),
    code: codeOf(symbol, exported.name),
    doc: textOf(symbol.getDocumentationComment(checker)).trim(),
    examples: tags.filter((t) => t.name === 'example').map((t) => textOf(t.text).trim()),
    notes: tags.filter((t) => t.name !== 'example' && t.text).map((t) => `${t.name === 'param' ? '' : `${t.name}: `}${textOf(t.text)}`),
    file: fileOf(declaration),
    about: headerOf(source),
    line: source.getLineAndCharacterOfPosition(declaration.getStart()).line + 1,
    members: membersOf(symbol),
  }
}

/** Doors and namespaces by module: `@heddle/func/np`, `@heddle/func/np.linalg`. */
const places = new Map()
const moduleOf = new Map()
const visit = (symbol, module, packageName) => {
  if (moduleOf.has(symbol)) return
  moduleOf.set(symbol, module)
  places.set(module, { symbol, package: packageName })
  for (const exported of checker.getExportsOfModule(symbol)) {
    const target = resolved(exported)
    const declaration = target.declarations?.[0]
    // a namespace has a place of its own below the module, unless it is a door, or is another package's
    if (declaration && ts.isSourceFile(declaration) && !doors.some((d) => symbolOf(d) === target))
      visit(target, `${module}.${exported.name}`, packageName)
  }
}
// doors with fewer names first, so that what is exported by several belongs to the one that is about it; but options and backends are for authors
const forAuthors = /\/(options|backend|conformance|lower)$/
const doorOrder = [...doors]
  .filter((d) => symbolOf(d))
  .sort((a, b) => Number(forAuthors.test(a.module)) - Number(forAuthors.test(b.module)))
for (const door of doorOrder) visit(symbolOf(door), door.module, door.name)

/** The module that a name is told in: of its own package the first that exports it, else the first of all. */
const home = new Map()
for (const own of [true, false])
  for (const [module, place] of places)
    for (const exported of checker.getExportsOfModule(place.symbol)) {
      const target = resolved(exported)
      const declaration = target.declarations?.[0]
      if (!declaration || ts.isSourceFile(declaration) || home.has(`${exported.name} ${checkerId(target)}`)) continue
      if (!own || fileOf(declaration).startsWith(`packages/${place.package}/`)) home.set(`${exported.name} ${checkerId(target)}`, module)
    }
function checkerId(symbol) {
  const d = symbol.declarations[0]
  return `${d.getSourceFile().fileName}:${d.pos}`
}

/** @returns {Module} */
const told = (module, { symbol, package: packageName }) => {
  const exports = checker.getExportsOfModule(symbol).filter((e) => resolved(e).declarations?.length > 0)
  const isNamespace = (e) => ts.isSourceFile(resolved(e).declarations[0])
  const own = (e) => home.get(`${e.name} ${checkerId(resolved(e))}`) === module
  const names = exports.filter((e) => !isNamespace(e))
  const source = symbol.declarations[0]
  return {
    module,
    package: packageName,
    doc: headerOf(source),
    entries: names.filter(own).map((e) => entryOf(e, module)),
    elsewhere: names.filter((e) => !own(e)).map((e) => ({ name: e.name, module: home.get(`${e.name} ${checkerId(resolved(e))}`) })),
    namespaces: exports.filter(isNamespace).map((e) => ({ name: e.name, module: moduleOf.get(resolved(e)) })),
  }
}
/** All modules, in the order of packages. */
export const modules = [...places].map(([module, place]) => told(module, place)).sort((a, b) => (a.module < b.module ? -1 : 1))
const byModule = new Map(modules.map((m) => [m.module, m]))

/** Finds a name that a module exports, where it is told: its entry, or undefined. */
export const find = (module, name) => {
  const m = byModule.get(module)
  if (!m) return undefined
  const there = m.elsewhere.find((e) => e.name === name)
  return there ? find(there.module, name) : m.entries.find((e) => e.name === name)
}
/** The namespace of a name in a module, or undefined. */
export const findNamespace = (module, name) => byModule.get(module)?.namespaces.find((n) => n.name === name)
