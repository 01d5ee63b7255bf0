/** Plots of programs, by Observable Plot; loaded with the first. */
import * as P from '@observablehq/plot'
import type { Plot } from './messages'

export const plotOf = ({ mark, series, x, y, log }: Plot, text: string): HTMLElement => {
  const rows = series.flatMap(({ name, points }) => points.map(([px, py]) => ({ name, x: px, y: py })))
  const encoding = { x: 'x', y: 'y', stroke: 'name' } as const
  const element = P.plot({
    width: 560,
    height: mark === 'dot' ? 420 : 260,
    ...(mark === 'dot' ? { aspectRatio: 1 } : {}),
    style: { background: 'transparent', color: 'currentColor', fontSize: '12px' },
    x: { label: x || null, grid: true },
    y: { label: y || null, grid: true, ...(log ? { type: 'log' as const } : {}) },
    color: { legend: series.length > 1, domain: series.map(({ name }) => name), scheme: 'Observable10' },
    marks: [mark === 'line' ? P.lineY(rows, { ...encoding, strokeWidth: 2 }) : P.dot(rows, { ...encoding, r: 2 })],
  }) as HTMLElement
  // what it says of its parts has no meaning on groups, and the whole is one picture
  for (const part of element.querySelectorAll('g[aria-label]')) part.removeAttribute('aria-label')
  element.setAttribute('role', 'img')
  element.setAttribute('aria-label', text)
  return element
}
