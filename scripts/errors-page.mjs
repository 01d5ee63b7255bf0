// The pages about errors, apps/docs/src/content/docs/errors/PACKAGE.md: a section for each class. Its sentence is the class's doc comment and
// its fields are those of its type; the programs below them, one that raises it and one that does not, are written by hand on the page.
// docs/errors.md is where `docs` of an error leads: a heading for each class, and under it where its section is.
// `node scripts/errors-page.mjs` puts in what is made; scripts/check-docs.mjs holds the pages to the sources, and to have the programs.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { published, root } from './packages.mjs'
import { checker, sourceOf } from './program.mjs'

const SITE = 'https://heddle-js.github.io/heddle'
const PAGES = 'apps/docs/src/content/docs/errors'
const INDEX = 'docs/errors.md'

/** Classes that no program on a page can raise, and why. */
const unraised = {
  BugError: 'No program raises it: one that does has found a fault of heddle. Please report it, with the program.',
  DistributedError: 'It takes several processes of Node, so no program on this page raises it.',
  PjrtError: 'It takes XLA, which is loaded into Node, so no program on this page raises it.',
}

const one = (text) => text.replaceAll(/\s+/g, ' ').trim()
const fieldsOf = (type) => {
  const kinds = type.isUnion() ? type.types : [type]
  return kinds.map((kind) =>
    checker
      .getPropertiesOfType(kind)
      .filter(({ name }) => name !== '_tag')
      .map((property) => {
        const type = checker.getTypeOfSymbol(property)
        const flags = ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.UseAliasDefinedOutsideCurrentScope
        const text = checker.typeToString(checker.getNonNullableType(type), undefined, flags).replace(/^{}$/, 'unknown')
        const optional = property.flags & ts.SymbolFlags.Optional || checker.getNonNullableType(type) !== type
        return `\`${property.name}${optional ? '?' : ''}: ${text}\``
      })
      .join(', '),
  )
}
const sayFields = (type) => {
  const ways = fieldsOf(type)
  return ways.every((way) => way === '') ? 'Its `detail` is empty.' : `Its \`detail\`: ${ways.join('; or ')}.`
}

/** The classes of errors of a source file. */
const classesIn = (file) =>
  sourceOf(file).statements.flatMap((node) => {
    if (!ts.isClassDeclaration(node) || !node.name || ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Abstract) return []
    const detail = checker.getPropertyOfType(checker.getTypeAtLocation(node), 'detail')
    const made = /^(errorClass|scopeError)\(/.test(node.heritageClauses?.[0]?.types[0]?.expression.getText() ?? '')
    if (!made || !detail) return []
    const says = ts.displayPartsToString(checker.getSymbolAtLocation(node.name).getDocumentationComment(checker))
    return [{ name: node.name.text, says: one(says), fields: sayFields(checker.getTypeOfSymbol(detail)) }]
  })

const byName = (a, b) => (a.name < b.name ? -1 : 1)
const sections = published()
  .map(({ name, manifest, folder }) => ({
    name,
    module: manifest.name,
    page: `${PAGES}/${name}.md`,
    classes: readdirSync(`${folder}/src`, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.includes('.test.'))
      .filter((file) => /\bextends (errorClass|scopeError)\(/.test(readFileSync(`${folder}/src/${file}`, 'utf8')))
      .flatMap((file) => classesIn(`${folder}/src/${file}`))
      .sort(byName),
  }))
  .filter(({ classes }) => classes.length > 0)

const textOf = (file) => (existsSync(root + file) ? readFileSync(root + file, 'utf8') : '')

/** A page apart: what is before its sections, and what is written by hand in each. */
const apart = (text) => {
  const [head, ...parts] = text.split(/^## /m)
  const hand = parts.map((part) => {
    const [, name, rest] = /^(\w+)\n([^]*)$/.exec(part)
    return [name, rest.includes('\nIts `detail`') ? rest.replace(/^[^]*?\nIts `detail`.*\n/, '').trim() : rest.trim()]
  })
  return { head, hand: new Map(hand) }
}
const sectionOf = ({ name, says, fields }, hand) =>
  `## ${name}\n\n${says} ${unraised[name] ?? ''}`.trim() + `\n\n${fields}\n\n${hand ?? ''}`.trimEnd()
const newHead = ({ module }) =>
  `---\ntitle: Errors of ${module}\ndescription: Each class, a program that raises it, and one that does not.\n---\n\n`
/** The text of a page, with what is made of the sources as they are. */
const pageOf = (section) => {
  const { head, hand } = apart(textOf(section.page))
  return `${head || newHead(section)}${section.classes.map((c) => sectionOf(c, hand.get(c.name))).join('\n\n')}\n`
}

const index = `# Errors

Every error of heddle is a \`HeddleError\`, and its \`docs\` leads to a heading here. What each says, a program that raises it and one that does not
stand on a page for each package, which runs them on the site. Made by \`node scripts/errors-page.mjs\`.
${sections
  .map(
    ({ name, module, classes }) =>
      `\n## ${module}\n${classes.map((c) => `\n### ${c.name}\n\n[${c.name} on the site](${SITE}/errors/${name}/#${c.name.toLowerCase()}), [in this repository](../${PAGES}/${name}.md#${c.name.toLowerCase()})\n`).join('')}`,
  )
  .join('')}`

/** What is wrong with a section as it is written. */
const problemsOf = (page, name, hand) => {
  const programs = [...hand.matchAll(/^```ts run(.*)\n([^]*?)^```/gm)].map(([, info, code]) => ({
    throws: /throws=(\w+)/.exec(info)?.[1],
    says: code.includes('// ✗ '),
  }))
  const wrong = programs.filter(({ throws }) => throws !== undefined)
  return [
    ...(wrong.length === 0 ? [`no program raises ${name} (\`\`\`ts run throws=${name})`] : []),
    ...wrong.filter(({ throws }) => throws !== name).map(({ throws }) => `a program of ${name} raises ${throws}`),
    ...(wrong.every(({ says }) => says)
      ? []
      : [`a program of ${name} does not say what its error says (npm run docs:snippets -- ${page} --write)`]),
    ...(programs.some(({ throws }) => throws === undefined) ? [] : [`no program shows how ${name} is avoided`]),
  ]
}
/** All that is wrong with the pages. */
export const problems = () => [
  ...sections.flatMap((section) => {
    const { hand } = apart(textOf(section.page))
    const names = new Set(section.classes.map(({ name }) => name))
    return [
      ...[...hand.keys()].filter((name) => !names.has(name)).map((name) => `${section.page}: there is no class ${name}`),
      ...section.classes
        .filter(({ name }) => !(name in unraised))
        .flatMap(({ name }) => problemsOf(section.page, name, hand.get(name) ?? '').map((p) => `${section.page}: ${p}`)),
      ...(textOf(section.page) === pageOf(section) ? [] : [`${section.page}: run node scripts/errors-page.mjs`]),
    ]
  }),
  ...Object.keys(unraised)
    .filter((name) => !sections.some(({ classes }) => classes.some((c) => c.name === name)))
    .map((name) => `scripts/errors-page.mjs: there is no class ${name}`),
  ...readdirSync(root + PAGES)
    .filter((file) => !file.startsWith('index.') && !sections.some(({ page }) => page.endsWith(`/${file}`)))
    .map((file) => `${PAGES}/${file}: there is no package of that name with errors`),
  ...(textOf(INDEX) === index ? [] : [`${INDEX}: run node scripts/errors-page.mjs`]),
]

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(root + PAGES, { recursive: true })
  // a section of no class is left, for its author to move or to delete
  for (const section of sections) {
    const { hand } = apart(textOf(section.page))
    const lost = [...hand].filter(([name]) => !section.classes.some((c) => c.name === name))
    writeFileSync(root + section.page, pageOf(section) + lost.map(([name, text]) => `\n## ${name}\n\n${text}\n`).join(''))
  }
  writeFileSync(root + INDEX, index)
  for (const problem of problems()) console.error(problem)
}
