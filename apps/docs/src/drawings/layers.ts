/** Which numbers of the input one output sees, layer by layer: grids of positions and features. */
import { drawing, label } from './parts'

const [rows, columns, side] = [6, 4, 18]
type Sees = (row: number, column: number) => boolean

const grid = (title: string, x: number, sees: Sees, out: { readonly row: number }) => {
  const cells = Array.from({ length: rows * columns }, (_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns]
    return `<g class="${sees(row, column) ? 'data' : 'code'}"><rect x="${x + column * side}" y="${52 + row * side}" width="${side - 2}" height="${side - 2}" rx="2"${sees(row, column) ? '' : ' opacity="0.35"'}/></g>`
  })
  const place = `<g class="params"><rect x="${x + columns * side + 10}" y="${52 + out.row * side}" width="${side - 2}" height="${side - 2}" rx="2"/></g>`
  return [label(title, { x: x + (columns * side) / 2, y: 34 }, { strong: true }), ...cells, place].join('')
}

export default drawing(
  'Grids of positions by features, in which the numbers that one output sees are marked: Dense and LayerNorm see one position, Conv its neighbours, a recurrent layer all positions before, attention all positions, BatchNorm one feature at all positions',
  { width: 720, height: 176 },
  label(
    'rows are positions, columns are features; the blue square is one output, and what it sees is marked',
    { x: 360, y: 8 },
    { small: true },
  ),
  grid('Dense', 0, (row) => row === 3, { row: 3 }),
  grid('Conv', 124, (row) => row >= 2 && row <= 4, { row: 3 }),
  grid('RNN', 248, (row) => row <= 3, { row: 3 }),
  grid('attention', 372, () => true, { row: 3 }),
  grid('LayerNorm', 496, (row) => row === 3, { row: 3 }),
  grid('BatchNorm', 620, (_, column) => column === 2, { row: 3 }),
)
