/**
 * The words and punctuators of JavaScript or TypeScript, with their places. Comments, strings, templates and regular expressions are
 * told apart from code, types and JSX are not: enough to find classes in any source, before and after other tools have been at it.
 */

export interface Token {
  /** The text of a word or a punctuator (one character each but `=>`); quotes for strings, and for templates and regular expressions. */
  readonly text: string
  readonly start: number
  readonly end: number
  /** A string's content. */
  readonly value?: string
}

const word = /[\p{ID_Start}$_#\d][\p{ID_Continue}$\u200c\u200d]*/uy
const space = /(?:\s|\/\/[^\n\r]*|\/\*[\s\S]*?\*\/)+/y
/** A regular expression on one line, with its classes in brackets. */
const pattern = /\/(?:\\.|\[(?:\\.|[^\]\\\n\r])*\]|[^/\\[\n\r])+\/[a-z]*/y
/** Up to the quote, or to the end of the line: then it was an apostrophe in the text of an element. */
const strings = { "'": /'((?:\\[\s\S]|[^'\\\n\r])*)'/y, '"': /"((?:\\[\s\S]|[^"\\\n\r])*)"/y } as const
/** A part of a template, up to its end or to the next value in it. */
const template = /(?:\\[\s\S]|\$(?!\{)|[^\\`$])*(?:`|\$\{)/y

/** After these a slash begins a regular expression. */
const beforePattern = new Set('return typeof case in of delete void throw new instanceof else do yield await extends default'.split(' '))
const statements = new Set(['if', 'while', 'for', 'with'])

const at = (regexp: RegExp, code: string, index: number): RegExpExecArray | undefined => {
  regexp.lastIndex = index
  return regexp.exec(code) ?? undefined
}

export const tokensOf = (code: string): readonly Token[] => {
  const tokens: Token[] = []
  /** Open braces, true for those of a value in a template; and open parentheses, true for those of a statement. */
  const braces: boolean[] = []
  const parens: boolean[] = []
  let statementEnded = false
  let i = code.startsWith('#!') ? code.search(/[\n\r]|$/) : 0
  const add = (text: string, end: number, value?: string): void => {
    tokens.push(value === undefined ? { text, start: i, end } : { text, start: i, end, value })
    i = end
  }
  const addTemplate = (from: number): void => {
    const end = at(template, code, from)
    if (end?.[0].endsWith('${')) braces.push(true)
    add('`', end === undefined ? code.length : from + end[0].length)
  }
  const isPattern = (): boolean => {
    const last = tokens.at(-1)?.text
    if (last === undefined) return true
    if (last === ')') return statementEnded
    if (last === '}') return /[\n\r]/.test(code.slice(tokens.at(-1)!.end, i))
    return /^[\p{ID_Start}$_#\d]/u.test(last) ? beforePattern.has(last) : !['"', '`', ']', '/'].includes(last)
  }
  while (i < code.length) {
    const gap = at(space, code, i)
    if (gap) {
      i += gap[0].length
      continue
    }
    const c = code[i]!
    const name = at(word, code, i)
    if (name) add(name[0], i + name[0].length)
    else if (c === '`') addTemplate(i + 1)
    else if (c === '"' || c === "'") {
      const text = at(strings[c], code, i)
      if (text) add('"', i + text[0].length, text[1])
      else i++
    } else if (c === '/' && isPattern()) {
      const found = at(pattern, code, i)
      add('/', i + (found?.[0].length ?? 1))
    } else if (c === '}' && braces.pop()) addTemplate(i + 1)
    else {
      if (c === '{') braces.push(false)
      if (c === '(') parens.push(statements.has(tokens.at(-1)?.text ?? ''))
      if (c === ')') statementEnded = parens.pop() ?? false
      if (c === '=' && code[i + 1] === '>') add('=>', i + 2)
      else add(c === '/' ? '÷' : c, i + 1)
    }
  }
  return tokens
}
