// Puts what a program printed into its comments, each under the statement that printed it, or beside it where that is one line.
import ts from 'typescript'
import { linesOf, oneLine } from './compare.mjs'

const WIDTH = 110
/** Lines of what errors say. */
const NARROW = 84
const bare = (code) =>
  code
    .split('\n')
    .map((line) => line.replace(/\s*\/\/ [→✗].*$/, (match, at) => (line.slice(0, at).trim() === '' ? '\0' : '')))
    .filter((line) => line !== '\0')

/** The program without comments on what it prints; numbers of its lines are those of `run` of such a program. */
export const stripped = (code) => bare(code).join('\n')

/** The lines (from 1) on which the statements of a program end, by each line that they have. */
const endsOf = (code) => {
  const source = ts.createSourceFile('program.ts', code, ts.ScriptTarget.Latest, true)
  const ends = new Map()
  const line = (at) => source.getLineAndCharacterOfPosition(at).line + 1
  const visit = (node) => {
    if (ts.isExpressionStatement(node)) for (let i = line(node.getStart()); i <= line(node.end); i++) ends.set(i, line(node.end))
    ts.forEachChild(node, visit)
  }
  visit(source)
  return ends
}

/** What an error says, in comments. */
export const wrapped = (message) =>
  oneLine(message)
    .split(' ')
    .reduce((lines, word) => {
      const last = lines.at(-1)
      return last !== undefined && last.length + word.length < NARROW ? [...lines.slice(0, -1), `${last} ${word}`] : [...lines, word]
    }, [])
    .map((line) => `// ✗ ${line}\n`)
    .join('')

/** `code` is stripped, and `printed` what a run of it printed, with lines of it. */
export const noted = (code, printed) => {
  const ends = endsOf(code)
  const lines = code.replace(/\n$/, '').split('\n')
  const groups = new Map()
  for (const { text, line } of printed) {
    const at = ends.get(line) ?? lines.length
    groups.set(at, [...(groups.get(at) ?? []), ...linesOf([text])])
  }
  const all = linesOf(printed.map(({ text }) => text))
  const order = [...groups].sort(([a], [b]) => a - b).flatMap(([, texts]) => texts)
  const inOrder = all.length === order.length && all.every((text, i) => text === order[i])
  const places = inOrder ? groups : new Map([[lines.length, all]])
  const out = lines.flatMap((line, i) => {
    const texts = places.get(i + 1) ?? []
    const [only] = texts
    if (inOrder && texts.length === 1 && line.length + only.length < WIDTH) return [`${line} // → ${only}`.trimEnd()]
    const indent = inOrder ? line.match(/^ */)[0] : ''
    return [line, ...texts.map((text) => `${indent}// → ${text}`.trimEnd())]
  })
  return `${out.join('\n')}\n`
}
