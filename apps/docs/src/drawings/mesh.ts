/** A mesh of 2 x 2 devices, and how a batch and a kernel lie on it. */
import { box, drawing, label } from './parts'

const half = [0, 1]
const SIDE = 56

/** A square of two by two parts; each part says on which devices it lies. */
const parts = (left: number, top: number, text: (row: number, column: number) => string, isRow: boolean): string =>
  half
    .map((i) => {
      const place = isRow
        ? { x: left, y: top + i * (SIDE + 4), width: 2 * SIDE + 4, height: SIDE }
        : { x: left + i * (SIDE + 4), y: top, width: SIDE, height: 2 * SIDE + 4 }
      return box(text(i, i), isRow ? 'data' : 'params', place)
    })
    .join('')

export default drawing(
  'Four devices in a grid of data and model. A batch is cut in rows along data, the same on both columns; a kernel is cut in columns along model, the same on both rows',
  { width: 640, height: 190 },
  label('the mesh', { x: 100, y: 14 }, { strong: true }),
  label('data', { x: 14, y: 96 }, { small: true, anchor: 'start' }),
  label('model', { x: 108, y: 176 }, { small: true }),
  ...half.flatMap((row) =>
    half.map((column) =>
      box(`dev ${row * 2 + column}`, 'code', { x: 50 + column * (SIDE + 4), y: 36 + row * (SIDE + 4), width: SIDE, height: SIDE }),
    ),
  ),
  label("batch: P('data', null)", { x: 320, y: 14 }, { strong: true }),
  parts(262, 36, (row) => `dev ${row * 2}, ${row * 2 + 1}`, true),
  label('rows are cut', { x: 320, y: 176 }, { small: true }),
  label("kernel: P(null, 'model')", { x: 540, y: 14 }, { strong: true }),
  parts(482, 36, (_, column) => `${column}, ${column + 2}`, false),
  label('columns are cut', { x: 540, y: 176 }, { small: true }),
)
