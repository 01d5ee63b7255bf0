/** What was looked at, as a picture: a row for each character of the answer, a column for each of the question. */

/** A specification of vega-lite, for `writePlot`. */
export const attentionPlot = (
  question: string,
  answer: string,
  weights: readonly (readonly number[])[],
): Readonly<Record<string, unknown>> => {
  const values = [...answer].flatMap((written, row) =>
    [...question].map((read, column) => ({ row, column, read, written, weight: weights[row]![column]! })),
  )
  // characters come again, so places are what axes have, and characters their names
  const named = (text: string): string => `${JSON.stringify([...text])}[datum.value]`
  const axis = (text: string) => ({ labelExpr: named(text), labelAngle: 0, title: null, ticks: false })
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    background: 'white',
    title: `"${question}" is ${answer}`,
    width: { step: 20 },
    height: { step: 20 },
    data: { values },
    mark: 'rect',
    encoding: {
      x: { field: 'column', type: 'ordinal', axis: { ...axis(question), orient: 'top' } },
      y: { field: 'row', type: 'ordinal', axis: axis(answer) },
      color: { field: 'weight', type: 'quantitative', scale: { domain: [0, 1], scheme: 'blues' } },
    },
  }
}
/** The same for a terminal: the character that was looked at most, for each of the answer. */
export const mostLookedAt = (question: string, weights: readonly (readonly number[])[]): string =>
  weights.map((row) => question[row.indexOf(Math.max(...row))] ?? ' ').join('')
