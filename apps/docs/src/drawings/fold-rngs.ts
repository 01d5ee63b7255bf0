/** foldRngs: the path is folded into a key at the door, not at each draw. */
import { arrow, box, drawing, label } from './parts'

const line = (y: number, title: string, steps: readonly string[]): string =>
  [
    label(title, { x: 8, y: y + 17 }, { anchor: 'start', strong: true }),
    ...steps.map((text, i) =>
      box(text, i === 0 || i === steps.length - 1 ? 'rngs' : 'code', { x: 116 + i * 146, y, width: 122, height: 34 }),
    ),
    ...steps.slice(1).map((_, i) => arrow({ x: 240 + i * 146, y: y + 17 }, { x: 260 + i * 146, y: y + 17 })),
  ].join('')

export default drawing(
  'Without foldRngs a draw folds path and count into the key of the stream; with it the path outside is folded in before, and a draw inside folds the rest',
  { width: 690, height: 120 },
  line(14, 'as usual', ['key', 'draw: fold', '[path, count]', 'drawn']),
  line(70, 'foldRngs', ['key', 'door: fold path', 'draw: fold rest', 'drawn']),
)
