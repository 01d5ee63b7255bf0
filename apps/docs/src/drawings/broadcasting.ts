/** A column and a row meet: each is repeated along the axis that it lacks. */
import { box, drawing, label, type Role } from './parts'

const SIZE = 32
const grid = (
  values: readonly (readonly (string | number)[])[],
  role: (row: number, column: number) => Role,
  left: number,
  top: number,
): string =>
  values
    .flatMap((row, i) =>
      row.map((v, j) => box(String(v), role(i, j), { x: left + j * (SIZE + 4), y: top + i * (SIZE + 4), width: SIZE, height: SIZE })),
    )
    .join('')
const [column, row] = [
  [0, 10, 20],
  [1, 2, 3, 4],
]

export default drawing(
  'A column of shape [3, 1] and a row of shape [4] are repeated to the shape [3, 4], and added element by element',
  { width: 640, height: 150 },
  label('[3, 1]', { x: 26, y: 14 }, { small: true }),
  grid(
    column.map((v) => [v]),
    () => 'params',
    10,
    30,
  ),
  label('+', { x: 72, y: 82 }, { strong: true }),
  label('[4]', { x: 162, y: 14 }, { small: true }),
  grid([row], () => 'data', 92, 30),
  label('repeated down', { x: 162, y: 82 }, { small: true }),
  label('→', { x: 262, y: 82 }, { strong: true }),
  label('[3, 4] + [3, 4]', { x: 462, y: 14 }, { small: true }),
  grid(
    column.map((v) => row.map(() => v)),
    (_, j) => (j === 0 ? 'params' : 'code'),
    290,
    30,
  ),
  label('+', { x: 452, y: 82 }, { strong: true }),
  grid(
    column.map(() => row),
    (i) => (i === 0 ? 'data' : 'code'),
    470,
    30,
  ),
)
