/** Pins the names of classes that extend others, so that a minifier can't change what modules are called. */
import { type Token, tokensOf } from './tokens'

const isWord = (token: Token | undefined): boolean => token !== undefined && /^[\p{ID_Start}$_]/u.test(token.text)

/** Classes of the language and of browsers: what extends them is no module. */
const foreign =
  /^(?:\w*Error|Object|Function|Array|\w+Array|Map|Set|WeakMap|WeakSet|WeakRef|Promise|RegExp|Date|Proxy|EventTarget|\w*Event|\w*Emitter|\w*Worklet\w*|\w*Element|\w*Stream|Component|PureComponent)$/

const open = '([{'
const close = ')]}'

/** The token after the type arguments that begin at `i`. */
const afterAngles = (tokens: readonly Token[], i: number): number => {
  let depth = 0
  for (; i < tokens.length; i++) {
    const { text } = tokens[i]!
    if (text === '<') depth++
    else if (text === '>' && --depth === 0) return i + 1
  }
  return i
}
/** The brace that opens the body of a class whose `extends` is at `i`; undefined where that can't be told. */
const bodyOf = (tokens: readonly Token[], i: number): number | undefined => {
  let depth = 0
  for (i++; i < tokens.length; i++) {
    const { text } = tokens[i]!
    if (depth === 0 && text === '{') return i
    if (depth === 0 && (text === 'class' || text === 'function')) return undefined
    if (depth === 0 && text === '<') i = afterAngles(tokens, i) - 1
    else if (open.includes(text)) depth++
    else if (close.includes(text) && --depth < 0) return undefined
  }
  return undefined
}
const modifiers = new Set(['readonly', 'override', 'accessor', 'get', 'public', 'protected', 'private', 'declare'])

/** Whether the class whose body begins there names itself. */
const isPinned = (tokens: readonly Token[], body: number): boolean => {
  let depth = 0
  for (let i = body; i < tokens.length; i++) {
    const { text } = tokens[i]!
    if (open.includes(text)) depth++
    else if (close.includes(text) && --depth === 0) return false
    if (depth !== 1 || text !== 'static') continue
    let next = i + 1
    while (modifiers.has(tokens[next]?.text ?? '')) next++
    if (tokens[next]?.text === 'moduleName' || tokens[next]?.value === 'moduleName') return true
  }
  return false
}
/** The name of what a declaration that ends before `i` declares, its type passed over. */
const declared = (tokens: readonly Token[], i: number): string | undefined => {
  for (let k = i; k >= 0 && k > i - 60; k--) {
    const { text } = tokens[k]!
    if (text === ';' || text === '=>') return undefined
    if (text === 'const' || text === 'let' || text === 'var') return tokens[k + 2]?.text === ':' ? tokens[k + 1]!.text : undefined
  }
  return undefined
}
/** The name that a class expression at `i` gets from what it is assigned to, by the rules of the language. */
const inferred = (tokens: readonly Token[], i: number): string | undefined => {
  while (tokens[i - 1]?.text === '(' && tokens[i - 2]?.text === '=') i--
  const [before, target, earlier] = [tokens[i - 1]?.text, tokens[i - 2], tokens[i - 3]?.text]
  if (before === 'default') return target?.text === 'export' ? 'default' : undefined
  if (before === ':' && (earlier === '{' || earlier === ',')) return target?.value ?? (isWord(target) ? target!.text : undefined)
  if (before !== '=') return undefined
  // ??=, ||= and &&= name it too
  const operator = '?|&'.includes(target?.text ?? ' ')
  const [name, left] = operator ? [tokens[i - 4], tokens[i - 5]?.text] : [target, earlier]
  if (left === '.') return undefined
  if (left === ':' || !isWord(name)) return declared(tokens, i - 2)
  return name!.text
}

/**
 * The source with `static moduleName` in each class that extends another one and does not say its name; undefined where there is none.
 * JavaScript or TypeScript; what is put in stays on its line, so that maps of the source hold.
 */
export const pinNames = (code: string): string | undefined => {
  if (!/\bclass\b[\s\S]*?\bextends\b/.test(code)) return undefined
  const tokens = tokensOf(code)
  const places: (readonly [at: number, name: string])[] = []
  tokens.forEach(({ text }, i) => {
    const before = tokens[i - 1]?.text
    if (text !== 'class' || before === '.' || before === 'declare' || (before === 'abstract' && tokens[i - 2]?.text === 'declare')) return
    let next = i + 1
    let name: string | undefined
    if (isWord(tokens[next]) && tokens[next]!.text !== 'extends') name = tokens[next++]!.text
    else name = inferred(tokens, i)
    if (tokens[next]?.text === '<') next = afterAngles(tokens, next)
    if (tokens[next]?.text !== 'extends' || name === undefined) return
    const body = bodyOf(tokens, next)
    if (body === undefined || isPinned(tokens, body)) return
    if (foreign.test(tokens[next + 1]!.text) && tokens[next + 2]?.text !== '.') return
    places.push([tokens[body]!.end, name])
  })
  if (places.length === 0) return undefined
  let pinned = ''
  let from = 0
  for (const [at, name] of [...places].sort(([a], [b]) => a - b)) {
    pinned += `${code.slice(from, at)} static moduleName = ${JSON.stringify(name)};`
    from = at
  }
  return pinned + code.slice(from)
}
