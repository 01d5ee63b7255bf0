/** What drawings are made of: boxes, arrows and labels, as strings of SVG in colours of the theme. */

export interface Place {
  readonly x: number
  readonly y: number
}
export interface Size {
  readonly width: number
  readonly height: number
}
/** What a box stands for; each has a colour of its own, in both themes. */
export type Role = 'params' | 'state' | 'rngs' | 'data' | 'code'

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

/** A line of text, in the middle of its place unless said otherwise. */
export const label = (text: string, { x, y }: Place, { anchor = 'middle', strong = false, small = false } = {}): string =>
  `<text x="${x}" y="${y}" text-anchor="${anchor}" dominant-baseline="central" class="${strong ? 'strong' : ''}${small ? ' small' : ''}">${escaped(text)}</text>`

/** A box with a label in its middle. */
export const box = (text: string, role: Role, { x, y, width, height }: Place & Size): string =>
  `<g class="${role}"><rect x="${x}" y="${y}" width="${width}" height="${height}" rx="6"/>${label(text, { x: x + width / 2, y: y + height / 2 })}</g>`

/** Boxes one behind another: an array of `count` slices along an axis. */
export const stack = (text: string, role: Role, place: Place & Size, count = 3): string =>
  Array.from({ length: count }, (_, i) => count - 1 - i)
    .map((i) => box(i === 0 ? text : '', role, { ...place, x: place.x + i * 7, y: place.y - i * 7 }))
    .join('')

/** A dashed frame: what belongs together. */
export const frame = ({ x, y, width, height }: Place & Size): string =>
  `<rect class="frame" x="${x}" y="${y}" width="${width}" height="${height}" rx="8"/>`

/** Parts that are there, but not used. */
export const faint = (...parts: readonly string[]): string => `<g class="faint">${parts.join('')}</g>`

/** An arrow from place to place, with a label beside its middle. */
export const arrow = (from: Place, to: Place, text = ''): string =>
  `<path class="arrow" d="M${from.x} ${from.y}L${to.x} ${to.y}" marker-end="url(#head)"/>${
    text ? label(text, { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 - 10 }, { small: true }) : ''
  }`

/** The whole picture; `title` says in a sentence what it shows, for who does not see it. */
export const drawing = (title: string, { width, height }: Size, ...parts: readonly string[]): string =>
  `<svg role="img" aria-label="${escaped(title).replaceAll('"', '&quot;')}" viewBox="-1 -1 ${width + 2} ${height + 2}" style="max-width:${width}px"><defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs>${parts.join('')}</svg>`
