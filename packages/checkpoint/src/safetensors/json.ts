/**
 * What JSON.parse does not tell of a header: that a name is there twice (the last would win), and that it is deeper than any header is.
 */

const DEEPEST = 4
const tokens = /"(?:[^"\\]|\\.)*"|[{}[\]:,]/gs

/** What is wrong with a JSON text, in words, if something is. */
export const jsonProblem = (text: string): string | undefined => {
  /** The names of each object that is open; none for a list. */
  const open: (Set<string> | undefined)[] = []
  let last = ''
  for (const [token] of text.matchAll(tokens)) {
    if (token === '{' || token === '[') {
      if (open.length >= DEEPEST) return `more than ${DEEPEST} levels`
      open.push(token === '{' ? new Set() : undefined)
    } else if (token === '}' || token === ']') open.pop()
    else if (token === ':') {
      const names = open.at(-1)
      const name = String(JSON.parse(last === '' ? '""' : last))
      if (names?.has(name) === true) return `the name ${JSON.stringify(name)} twice`
      names?.add(name)
    }
    last = token.startsWith('"') ? token : ''
  }
  return undefined
}
