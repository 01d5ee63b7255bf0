// How a name is declared, as code for a reader: signatures of functions, members of classes that are for users, types as they are written.
import ts from 'typescript'
import { checker } from '../../../scripts/program.mjs'

const flags =
  ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.UseAliasDefinedOutsideCurrentScope | ts.TypeFormatFlags.WriteArrowStyleSignature
const WIDTH = 100

const within = (node, parent) => {
  for (let n = node; n; n = n.parent) if (n === parent) return true
  return false
}
const shown = (type, at) => checker.typeToString(type, at, flags)
const names = (type) => checker.getPropertiesOfType(type).filter((p) => !p.name.startsWith('__@'))

/** Options as the names that they take: what a reader of options (`optionsOf`) infers is no type that one could read. */
const optionsShown = (type, at, indent = '') => {
  const bare = checker.getNonNullableType(type)
  const members = names(bare).map((p) => {
    const of = checker.getNonNullableType(checker.getTypeOfSymbolAtLocation(p, at))
    return `${indent}  ${p.name}${p.flags & ts.SymbolFlags.Optional ? '?' : ''}: ${shown(of, at)}\n`
  })
  return `{\n${members.join('')}${indent}}`
}
const typeShown = (type, at) => {
  const text = shown(type, at)
  return /OptionsReader<|OptionsOf</.test(text) && text.length > 60 ? optionsShown(type, at, '  ') : text
}
/** A parameter that is a tuple of several, `...args: [x: A, y?: B]`, as these. */
const unrolled = (p, at) => {
  const type = checker.getTypeOfSymbolAtLocation(p, at)
  const rest = p.valueDeclaration && ts.isParameter(p.valueDeclaration) && p.valueDeclaration.dotDotDotToken
  if (!rest || !checker.isTupleType(type)) return undefined
  const { labeledElementDeclarations: labels, elementFlags } = type.target
  return checker.getTypeArguments(type).map((t, i) => {
    const label = labels?.[i]?.name?.getText() ?? (i === 0 ? 'x' : 'options')
    const optional = elementFlags[i] & ts.ElementFlags.Optional
    return `${label}${optional ? '?' : ''}: ${typeShown(optional ? checker.getNonNullableType(t) : t, at)}`
  })
}
/** A signature, with a line for each parameter where it is long. */
const signature = (s, name, declaration) => {
  // what is written where the function is declared reads best; a signature that was instantiated is known to the checker only
  const own = within(s.declaration, declaration)
  const generics = s.typeParameters?.map((p) => {
    const d = p.symbol.declarations?.[0]
    return d ? d.getText().replaceAll(/\s+/g, ' ') : p.symbol.name
  })
  const parameters = s.getParameters().flatMap((p) => {
    const d = p.valueDeclaration
    const type = checker.getTypeOfSymbolAtLocation(p, declaration)
    if (!d || !ts.isParameter(d)) return [`${p.name}: ${typeShown(type, declaration)}`]
    const several = own ? undefined : unrolled(p, declaration)
    if (several) return several
    const optional = d.questionToken || d.initializer ? '?' : ''
    const rest = d.dotDotDotToken ? '...' : ''
    const written = own && d.type?.getText().replaceAll(/\s+/g, ' ')
    const called = ts.isIdentifier(d.name) ? d.name.text : 'options'
    return [`${rest}${called}${optional}: ${written || typeShown(type, declaration)}`]
  })
  const written = own && s.declaration.type?.getText().replaceAll(/\s+/g, ' ')
  const result = written || typeShown(s.getReturnType(), declaration)
  const head = `${name}${generics?.length ? `<${generics.join(', ')}>` : ''}`
  const line = `${head}(${parameters.join(', ')}): ${result}`
  return line.length <= WIDTH && !line.includes('\n') ? line : `${head}(\n${parameters.map((p) => `  ${p},\n`).join('')}): ${result}`
}
/** An interface as it is written, but for one of options, whose names are told. */
const interfaceShown = (symbol, declaration) => {
  const text = declaration.getText().replace(/^export (declare )?/, '')
  if (!ts.isInterfaceDeclaration(declaration) || !/extends [^{]*\b(OptionsOf|PropsOf)</.test(text)) return text
  const head = /^interface \w+(<[^]*?>)?(?= extends)/.exec(text)?.[0] ?? `interface ${symbol.name}`
  return `${head} ${optionsShown(checker.getDeclaredTypeOfSymbol(symbol), declaration)}`
}
const hidden = (node) =>
  (ts.getCombinedModifierFlags(node) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) !== 0 ||
  !node.name ||
  ts.isPrivateIdentifier(node.name) ||
  ts.isComputedPropertyName(node.name) ||
  ['propTypes', 'moduleName'].includes(node.name.getText())

/** The first sentence of what a member's comment says. */
const comment = (symbol) => {
  const text = ts
    .displayPartsToString(symbol?.getDocumentationComment(checker) ?? [])
    .replaceAll(/\s+/g, ' ')
    .trim()
  return text ? `  /** ${text.replace(/^(.{10,}?\.)(?: .*)?$/, '$1')} */\n` : ''
}
const classCode = (symbol, name, declaration) => {
  const heritage = (declaration.heritageClauses ?? []).map((c) => c.getText().replaceAll(/\s+/g, ' ')).join(' ')
  const made = /\berrorClass|scopeError/.test(heritage)
  const parents = made ? 'extends HeddleError' : heritage
  const seen = new Set()
  // methods may come from an interface of the same name
  const merged = symbol.declarations.filter((d) => ts.isInterfaceDeclaration(d) && d.heritageClauses)
  const inherited = merged.length
    ? checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(symbol)).flatMap((p) => p.declarations?.slice(0, 1) ?? [])
    : []
  const lines = [...symbol.declarations.flatMap((d) => [...(d.members ?? [])]), ...inherited]
    .filter((m) => !hidden(m))
    .flatMap((m) => {
      const s = checker.getSymbolAtLocation(m.name)
      const key = `${m.name.getText()}${ts.canHaveModifiers(m) && m.modifiers?.some((x) => x.kind === ts.SyntaxKind.StaticKeyword)}`
      if (!s || seen.has(key)) return []
      seen.add(key)
      const statically = key.endsWith('true') ? 'static ' : ''
      const type = checker.getTypeOfSymbolAtLocation(s, m)
      const calls = ts.isMethodDeclaration(m) || ts.isMethodSignature(m) ? type.getCallSignatures() : []
      const code = calls.length
        ? calls.map((c) => `  ${statically}${signature(c, s.name, m).replaceAll('\n', '\n  ')}`).join('\n')
        : `  ${statically}${s.name}: ${m.type?.getText().replaceAll(/\s+/g, ' ') ?? checker.typeToString(type, m, flags)}`
      return [comment(s) + code]
    })
  const generics = declaration.typeParameters?.length
    ? `<${declaration.typeParameters.map((p) => p.getText().replaceAll(/\s+/g, ' ')).join(', ')}>`
    : ''
  const head = `class ${name}${generics}${parents ? ` ${parents}` : ''}`
  return lines.length ? `${head} {\n${lines.join('\n')}\n}` : head
}

/** The code that tells of a symbol. */
export const codeOf = (symbol, name) => {
  const declaration = symbol.declarations[0]
  const whole = symbol.declarations.find((d) => ts.isClassDeclaration(d))
  if (whole) return classCode(symbol, name, whole)
  const types = symbol.declarations.filter((d) => ts.isInterfaceDeclaration(d) || ts.isTypeAliasDeclaration(d))
  const written = types.map((d) => interfaceShown(symbol, d))
  if (!(symbol.flags & ts.SymbolFlags.Value)) return written.join('\n\n')
  const type = checker.getTypeOfSymbolAtLocation(symbol, declaration)
  const calls = type.getCallSignatures()
  const news = type.getConstructSignatures()
  const value = calls.length
    ? calls.map((s) => signature(s, name, declaration)).join('\n\n')
    : news.length
      ? `class ${name}`
      : `const ${name}: ${checker.typeToString(type, declaration, flags & ~ts.TypeFormatFlags.NoTruncation)}`
  return [value, ...written].join('\n\n')
}
