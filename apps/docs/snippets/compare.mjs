// What a program printed against what its comments say.

/** Lines of all that was printed, ends trimmed. */
export const linesOf = (texts) => texts.flatMap((text) => text.split('\n')).map((line) => line.trimEnd())

/** A text without its breaks: comments wrap what an error says. */
export const oneLine = (text) => text.replaceAll(/\s+/g, ' ').trim()

const escaped = (text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
/** A line as it must be; an ellipsis in it stands for any text. */
export const fits = (wanted, got) => new RegExp(`^${wanted.split('…').map(escaped).join('.*')}$`).test(got)

/** Nothing where they agree, else what differs, in words. */
export const difference = (expected, printed) => {
  const length = Math.max(expected.length, printed.length)
  for (let i = 0; i < length; i++) {
    if (expected[i] === undefined) return `printed more than its comments say, from ${JSON.stringify(printed[i])} on`
    if (printed[i] === undefined) return `did not print ${JSON.stringify(expected[i])}`
    if (!fits(expected[i], printed[i])) return `printed ${JSON.stringify(printed[i])} where its comment says ${JSON.stringify(expected[i])}`
  }
  return undefined
}
