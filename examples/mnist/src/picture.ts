/** Images in rows and columns, with words beneath, as SVG. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Tensor } from '@heddle/func'
import { png } from './png'

/** A grey image, from 0, white, to 255, black, as ink is, and what is written beneath it. */
export interface Picture {
  readonly ink: Uint8Array
  readonly text?: string
}
export interface Layout {
  /** Of each image, in pixels. */
  readonly side: number
  readonly columns: number
  /** How large a pixel is drawn. */
  readonly scale?: number
}
const GAP = 4
const LINE = 16

/** Images `[n, side, side, 1]` of ink from 0 to 1. */
export const inkOf = async (images: Tensor): Promise<readonly Picture[]> => {
  const [data, size] = [await images.data(), images.size / images.shape[0]!]
  return Array.from({ length: images.shape[0]! }, (_, i) => ({
    ink: Uint8Array.from({ length: size }, (__, k) => Math.round(255 * Math.min(1, Math.max(0, Number(data[i * size + k]))))),
  }))
}

/** Writes a file. */
export const writePictures = (path: string, pictures: readonly Picture[], { side, columns, scale = 2 }: Layout): void => {
  const size = side * scale
  const line = pictures.some(({ text }) => text !== undefined) ? LINE : 0
  const [width, height] = [columns * (size + GAP) + GAP, Math.ceil(pictures.length / columns) * (size + line + GAP) + GAP]
  const drawn = pictures.map(({ ink, text }, i) => {
    const [x, y] = [GAP + (i % columns) * (size + GAP), GAP + Math.floor(i / columns) * (size + line + GAP)]
    const data = png(
      ink.map((v) => 255 - v),
      side,
    ).toString('base64')
    const image = `<image x="${x}" y="${y}" width="${size}" height="${size}" href="data:image/png;base64,${data}"/>`
    return text === undefined ? image : `${image}<text x="${x + size / 2}" y="${y + size + LINE - 4}">${text}</text>`
  })
  const style = 'image{image-rendering:pixelated}text{font:12px sans-serif;text-anchor:middle}'
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(
    path,
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><style>${style}</style>` +
      `<rect width="100%" height="100%" fill="#ddd"/>\n${drawn.join('\n')}\n</svg>\n`,
  )
}
