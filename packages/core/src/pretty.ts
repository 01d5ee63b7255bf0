/**
 * Variables as text, one to a line, for people to read.
 */
import { isDict } from './variables'

/**
 * A tree of variables as text: dicts on several lines, each level further in; all else as it prints itself.
 *
 * Source: `flax.core.pretty_repr`.
 *
 * @example
 * prettyRepr({ a: 1, b: { c: 2 } })
 * // {
 * //     a: 1,
 * //     b: {
 * //         c: 2,
 * //     },
 * // }
 */
export const prettyRepr = (x: unknown, indent = 4): string => {
  if (!isDict(x)) return String(x)
  const entries = Object.entries(x)
  if (entries.length === 0) return '{}'
  const margin = ' '.repeat(indent)
  const inner = entries.map(([name, value]) => `${name}: ${prettyRepr(value, indent)},`.replaceAll('\n', `\n${margin}`))
  return `{\n${inner.map((line) => `${margin}${line}\n`).join('')}}`
}
