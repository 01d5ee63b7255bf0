// The programs of the pages: fenced blocks of `ts` whose info string says `run`. Pages, tests in Node and in browsers, and the site itself
// read them here, so that there is one copy of each.
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const content = fileURLToPath(new URL('../src/content/docs/', import.meta.url))

/**
 * What an info string asks for: `run`, `throws=ClassName` for a program that must fail by that class, `file=PATH` for one that is a file,
 * `node` for one that is held to its comments in Node alone, `demo` for one whose output stands above it.
 */
export const infoOf = (meta) => {
  const words = (meta ?? '').split(/\s+/)
  const valueOf = (name) => words.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1)
  return {
    run: words.includes('run'),
    node: words.includes('node'),
    demo: words.includes('demo'),
    throws: valueOf('throws'),
    file: valueOf('file'),
  }
}

const repository = fileURLToPath(new URL('../../../', import.meta.url))
/** The file of `file=examples/NAME/src/program.ts`. */
export const fileOf = (path) => repository + path
/** The program in a file of the repository, as a page shows it: its header is said by the page, and nothing imports it there. */
export const programIn = (path) =>
  readFileSync(fileOf(path), 'utf8')
    .replace(/^\/\*\*[\s\S]*?\*\/\n/, '')
    .replaceAll(/^export (?=class|const|function)/gm, '')

/** What is said to be printed, line by line: each comment that begins with an arrow. */
export const expectedOf = (code) => [...code.matchAll(/\/\/ →(?: (.*))?$/gm)].map(([, text]) => (text ?? '').trimEnd())

/** What the error of a program must say: comments that begin with a cross, whose lines are one text. */
export const saidOf = (code) => [...code.matchAll(/\/\/ ✗ (.*)$/gm)].map(([, text]) => text.trim()).join(' ')

/** Pages that the build makes: programs of READMEs, which `npm run snippets` runs. */
const generated = /^reference\/(api|packages|parity)\//
/** Pages by their path under the content, `guides/vmap.mdx`, those whose path contains `part`. */
export const pages = (part = '') =>
  readdirSync(content, { recursive: true })
    .map((file) => String(file).replaceAll('\\', '/'))
    .filter((file) => /\.mdx?$/.test(file) && file.includes(part) && !generated.test(file))
    .sort()

/** The programs in a page's text: `{ page, n, line, code, throws }`, counted from 1; `line` is where the code begins in the file. */
const blocksIn = (page, text) => {
  const all = [...text.matchAll(/^( *)```ts( [^\n]*)?\n([\s\S]*?)^ *```/gm)].filter(([, , meta]) => infoOf(meta).run)
  return all.map(({ index, 0: whole, 1: indent, 2: meta, 3: code }, i) => ({
    page,
    n: i + 1,
    line: text.slice(0, index).split('\n').length + 1,
    start: index + whole.indexOf('\n') + 1,
    length: code.length,
    indent,
    code: infoOf(meta).file ? programIn(infoOf(meta).file) : indent ? code.replaceAll(new RegExp(`^${indent}`, 'gm'), '') : code,
    ...infoOf(meta),
  }))
}

export const blocksOf = (page) => blocksIn(page, readFileSync(content + page, 'utf8'))

export const blocks = (part = '') => pages(part).flatMap(blocksOf)
