/** Names that were probably meant: the nearest one to a name that does not exist. */

/** Letters only, in lower case: `in_axes` and `inAxes` are the same. */
const plain = (name: string): string => name.replace(/[_\s-]/g, '').toLowerCase()

/** Levenshtein's distance: the least number of letters that are inserted, left out or changed; neighbours swapped count once. */
const distance = (a: string, b: string): number => {
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? before[j - 2]! + 1 : change
      row.push(Math.min(change, swapped, last[j]! + 1, row[j - 1]! + 1))
    }
    before = last
    last = row
  }
  return last[b.length]!
}

/**
 * The name that was probably meant: the same letters (case and underscores aside), or a beginning of it, or a few letters off.
 * undefined where none is near.
 */
export const nearest = (name: string, names: readonly string[]): string | undefined => {
  const given = plain(name)
  const same = names.find((n) => plain(n) === given)
  if (same !== undefined || given.length < 2) return same
  const ranked = names
    .map((n) => {
      const other = plain(n)
      const begins = given.length > 2 && other.length > 2 && (other.startsWith(given) || given.startsWith(other))
      return {
        n,
        off: begins ? 1 : distance(given, other),
        most: begins ? 1 : Math.max(1, Math.floor(Math.min(given.length, other.length) / 3)),
      }
    })
    .filter(({ off, most }) => off <= most)
    .sort((a, b) => a.off - b.off)
  return ranked[0]?.n
}

/** What to say of a name that does not exist: the one that was meant, or those that there are. */
export const suggestion = (name: string, names: readonly string[]): string => {
  const meant = nearest(name, names)
  if (meant !== undefined) return `is ${meant} meant?`
  return names.length === 0 ? 'there are none' : `there are ${names.join(', ')}`
}
