/** Dates as people write them, and as ISO 8601 does; characters as ids. */

/** What the answer is made of. 0 begins it. */
const answerCharacters = ['^', '-', ...'0123456789']
/** 0 fills what is short. */
const questionCharacters = ['', ...' ,./', ...'0123456789', ...'abcdefghijklmnopqrstuvwxyz', ...'ADFJMNOST']
export const vocabulary = { question: questionCharacters.length, answer: answerCharacters.length }
/** The longest question: "the 23rd of September, 1998". */
export const QUESTION = 28
export const ANSWER = 10
export const START = 0

const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']
const ordinal = (day: number): string => {
  const ending = day % 10 === 1 && day !== 11 ? 'st' : day % 10 === 2 && day !== 12 ? 'nd' : day % 10 === 3 && day !== 13 ? 'rd' : 'th'
  return `${day}${ending}`
}
type Form = (year: number, month: number, day: number) => string
const nameOf = (month: number): string => months[month - 1]!
const forms: readonly Form[] = [
  (y, m, d) => `the ${ordinal(d)} of ${nameOf(m)}, ${y}`,
  (y, m, d) => `the ${ordinal(d)} of ${nameOf(m)} ${y}`,
  (y, m, d) => `${nameOf(m)} ${d}, ${y}`,
  (y, m, d) => `${d} ${nameOf(m).slice(0, 3)} ${y}`,
  (y, m, d) => `${nameOf(m).slice(0, 3)} ${ordinal(d)} ${y}`,
  (y, m, d) => `${d}.${m}.${y}`,
  (y, m, d) => `${m}/${d}/${y}`,
]
export interface Pair {
  readonly question: string
  readonly answer: string
}
const DAYS = 200 * 365
/** A day of 1900 to 2099 by its number, in one of the forms. The forms with a dot have the day first, those with a slash the month. */
export const pairOf = (day: number, form: number): Pair => {
  const date = new Date(Date.UTC(1900, 0, 1 + day))
  const write = forms[form % forms.length]!
  return { question: write(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()), answer: date.toISOString().slice(0, ANSWER) }
}
const idsOf = (text: string, characters: readonly string[], length: number): number[] => {
  const ids = [...text].map((c) => {
    const id = characters.indexOf(c)
    if (id < 0) throw new RangeError(`"${text}" has the character "${c}", which no date has`)
    return id
  })
  if (ids.length > length) throw new RangeError(`"${text}" is longer than ${length} characters`)
  return [...ids, ...Array.from({ length: length - ids.length }, () => 0)]
}
export const questionIds = (text: string): number[] => idsOf(text, questionCharacters, QUESTION)
export const answerIds = (text: string): number[] => idsOf(text, answerCharacters, ANSWER)
export const answerText = (ids: readonly number[]): string => ids.map((i) => answerCharacters[i]).join('')

/** Numbers of 32 bits from a seed (mulberry32). */
const numbers = (seed: number) => {
  let a = seed | 0
  return (below: number): number => {
    a = (a + 0x6d2b79f5) | 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % below
  }
}
/** Pairs to learn from, and pairs of days that are in none of these. Every tenth day is held out. */
export const draw = (count: number, held: number, seed: number): { readonly train: readonly Pair[]; readonly test: readonly Pair[] } => {
  const next = numbers(seed)
  const pairs = (n: number, wanted: boolean): Pair[] => {
    const found: Pair[] = []
    while (found.length < n) {
      const day = next(DAYS)
      if ((day % 10 === 0) === wanted) found.push(pairOf(day, next(forms.length)))
    }
    return found
  }
  return { train: pairs(count, false), test: pairs(held, true) }
}
