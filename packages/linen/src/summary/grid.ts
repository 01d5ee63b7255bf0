/** A table drawn with lines: a head, rows whose cells may have several lines, and a last row that sums up. */

export interface Grid {
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
  /** The last row: a label over the first columns, up to those that `totals` are for. */
  readonly label: string
  readonly totals: readonly string[]
}

const linesOf = (cell: string): readonly string[] => cell.split('\n')
const widthOf = (line: string): number => [...line].length
const widest = (cells: readonly string[]): number => Math.max(...cells.flatMap(linesOf).map(widthOf))
const padded = (line: string, width: number): string => line + ' '.repeat(width - widthOf(line))

/** Draws it. Source: the layout of cli-table3. */
export const drawGrid = ({ head, rows, label, totals }: Grid): string => {
  const spanned = head.length - totals.length
  const widths = head.map((title, i) =>
    widest([title, ...rows.map((row) => row[i]!), ...(i < spanned ? [] : [totals[i - spanned]!]), ...(i === 0 ? [label] : [])]),
  )
  const bars = widths.map((width) => '─'.repeat(width + 2))
  const line = (cells: readonly string[]): string => `│ ${cells.join(' │ ')} │`
  const row = (cells: readonly string[]): string => {
    const texts = cells.map(linesOf)
    return Array.from({ length: Math.max(...texts.map((t) => t.length)) }, (_, i) =>
      line(texts.map((t, column) => padded(t[i] ?? '', widths[column]!))),
    ).join('\n')
  }
  // the cell of the label has no lines inside
  const over = (inner: string): string => bars.slice(0, spanned).join(inner)
  const last = [
    `├${[over('┴'), ...bars.slice(spanned)].join('┼')}┤`,
    line([label.padStart(over('─').length - 2), ...totals.map((t, i) => padded(t, widths[spanned + i]!))]),
    `└${[over('─'), ...bars.slice(spanned)].join('┴')}┘`,
  ]
  const between = `├${bars.join('┼')}┤`
  return [`┌${bars.join('┬')}┐`, row(head), ...rows.flatMap((cells) => [between, row(cells)]), ...last].join('\n')
}
