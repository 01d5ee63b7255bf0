/**
 * `show`: plots, images and progress in programs of the site. In the page they are drawn; elsewhere a line of text is printed.
 *
 * @example
 * show.lines({ loss: [3, 2, 1.5] }, { x: 'step' })
 */
import { np, type Tensor } from '@heddle/func'
import type { Output, Plot } from '../run/messages'

/** Numbers by index, or points `[x, y]`; a tensor of shape `[n]` or `[n, 2]`. */
export type Points = Tensor | ArrayLike<number> | ReadonlyArray<readonly [number, number]>

export interface PlotOptions {
  /** Name of the axis across. */
  readonly x?: string
  /** Name of the axis up. */
  readonly y?: string
  /** A logarithmic axis up. */
  readonly log?: boolean
  /** What is shown later in the same slot takes the place of this. */
  readonly slot?: string
}
export interface ImageOptions {
  /** Width of a pixel on the page. Default: so that the whole is about 200 wide. */
  readonly scale?: number
  readonly slot?: string
}

export interface SliderOptions {
  readonly min: number
  readonly max: number
  /** Default 1. */
  readonly step?: number
  readonly value: number
}

/** Where a page listens: to what is shown, and for what its reader does with it. */
interface Page {
  readonly put: (output: Output) => void
  readonly listen: (slot: string, heard: (value: number | Float32Array) => void) => void
}
declare global {
  var heddlePage: Page | undefined
}
const put = (output: Output): void => {
  if (globalThis.heddlePage) globalThis.heddlePage.put(output)
  else console.log(output.text)
}

const isTensor = (x: Points): x is Tensor => 'toArray' in x
const pointsOf = async (given: Points): Promise<readonly (readonly [number, number])[]> => {
  if (!isTensor(given))
    return Array.from(given as ArrayLike<number | readonly [number, number]>, (p, i) => (typeof p === 'number' ? ([i, p] as const) : p))
  const [, width] = given.shape
  if (given.ndim > 2 || (given.ndim === 2 && width !== 2))
    throw new TypeError(`show: points are of shape [n] or [n, 2], got [${given.shape.join(', ')}]`)
  const data = Array.from(await given.data(), Number)
  return width === 2
    ? Array.from({ length: data.length / 2 }, (_, i) => [data[2 * i]!, data[2 * i + 1]!] as const)
    : data.map((y, i) => [i, y] as const)
}
const plot =
  (mark: Plot['mark']) =>
  async (given: Readonly<Record<string, Points>>, { x = '', y = '', log = false, slot }: PlotOptions = {}): Promise<void> => {
    const series = await Promise.all(Object.entries(given).map(async ([name, points]) => ({ name, points: await pointsOf(points) })))
    const text = `plot of ${series.map(({ name, points }) => `${name} (${points.length} points)`).join(', ')}`
    put({ kind: 'plot', text, plot: { mark, series, x, y, log }, ...(slot === undefined ? {} : { slot }) })
  }

/** Lines through points, a colour for each name. */
const lines = plot('line')
/** Points, a colour for each name. */
const points = plot('dot')

/** A picture of shape `[h, w]`, `[h, w, 1]` or `[h, w, 3]` with values from 0 to 1. */
const image = async (picture: Tensor, { scale, slot }: ImageOptions = {}): Promise<void> => {
  const [height = 0, width = 0, channels = 1] = picture.shape
  if (picture.ndim < 2 || picture.ndim > 3 || (channels !== 1 && channels !== 3))
    throw new TypeError(`show.image: a picture is of shape [h, w], [h, w, 1] or [h, w, 3], got [${picture.shape.join(', ')}]`)
  const data = await picture.data()
  const pixels = new Uint8ClampedArray(4 * width * height)
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) pixels[4 * i + c] = 255 * Number(data[channels * i + (channels === 3 ? c : 0)])
    pixels[4 * i + 3] = 255
  }
  put({
    kind: 'image',
    text: `image of ${height} by ${width}`,
    width,
    height,
    pixels,
    scale: scale ?? Math.max(1, Math.round(200 / width)),
    ...(slot === undefined ? {} : { slot }),
  })
}

/** How far something is: `done` of `total`. */
const progress = (done: number, total: number, what = 'progress'): void => {
  if (globalThis.heddlePage || done === total)
    put({ kind: 'progress', text: `${what}: ${done} of ${total}`, done, total, slot: `progress ${what}` })
}

/** A slider; `changed` is called with its first value, and in a page with each that the reader sets. */
const slider = (label: string, { min, max, step = 1, value }: SliderOptions, changed: (value: number) => void): void => {
  put({ kind: 'slider', text: `${label}: ${value}`, min, max, step, value, slot: label })
  globalThis.heddlePage?.listen(label, (chosen) => changed(chosen as number))
  changed(value)
}

/** A pad of `size` by `size` pixels to draw on; `drawn` is called with values from 0 to 1, shape `[size, size]`, when the reader draws. */
const pad = (label: string, size: number, drawn: (pixels: Tensor) => void): void => {
  put({ kind: 'pad', text: `${label}: a pad of ${size} by ${size}`, size, slot: label })
  globalThis.heddlePage?.listen(label, (pixels) => drawn(np.reshape(np.array(pixels as Float32Array), [size, size])))
}

/** What a program of the site can draw. Elsewhere each prints a line. */
export const show = { lines, points, image, progress, slider, pad }
