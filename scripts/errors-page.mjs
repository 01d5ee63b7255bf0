// docs/errors.md: every class of errors, of its own doc comment. Each error's `docs` is the address of its heading there.
// `node scripts/errors-page.mjs` writes the page; scripts/check-texts.mjs holds it to the sources.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { published, root } from './packages.mjs'

export const page = 'docs/errors.md'

const declaration = /\/\*\*((?:(?!\*\/)[^])*)\*\/\nexport (?:abstract )?class (\w+) extends (?:errorClass|scopeError|HeddleError|Error)\b/g
const prose = (comment) =>
  comment
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, '').trim())
    .filter(Boolean)
    .join(' ')

/** The classes of errors of a package, in the order of its sources. */
const classesOf = (folder) =>
  readdirSync(`${folder}/src`, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.includes('.test.'))
    .sort()
    .flatMap((file) => [...readFileSync(`${folder}/src/${file}`, 'utf8').matchAll(declaration)])
    .map(([, comment, name]) => ({ name, says: prose(comment) }))

const sections = published()
  .map(({ manifest, folder }) => ({ name: manifest.name, classes: classesOf(folder) }))
  .filter(({ classes }) => classes.length > 0)

export const text = `# Errors

Every error of heddle is a \`HeddleError\`. Its \`_tag\` (and \`name\`) is the name of its class, also in minified programs; its \`message\` says where,
what was expected, what came, and what to do; \`detail\` is the same as data; \`modulePath\` is the module whose method ran; \`docs\` is an address on
this page. This page is made of the sources by \`node scripts/errors-page.mjs\`.
${sections
  .map(
    ({ name, classes }) =>
      `\n## ${name}\n${classes
        .sort((a, b) => (a.name < b.name ? -1 : 1))
        .map((c) => `\n### ${c.name}\n\n${c.says}\n`)
        .join('')}`,
  )
  .join('')}`

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(`${root}${page}`, text)
