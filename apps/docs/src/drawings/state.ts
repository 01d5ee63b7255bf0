/** State goes through calls of apply as a thread; parameters go into each. */
import { arrow, box, drawing, label } from './parts'

const call = (x: number, i: number) => [
  box('apply', 'code', { x, y: 80, width: 90, height: 40 }),
  box(`batch ${i}`, 'data', { x, y: 10, width: 90, height: 32 }),
  arrow({ x: x + 45, y: 44 }, { x: x + 45, y: 78 }),
  arrow({ x: x + 45, y: 158 }, { x: x + 45, y: 122 }),
  arrow({ x: x + 75, y: 80 }, { x: x + 112, y: 50 }),
  label('output', { x: x + 122, y: 38 }, { small: true }),
]
export default drawing(
  'A chain of calls of apply: batch_stats go into the first, come out changed, and go into the next; parameters and a batch go into each, an output comes out of each',
  { width: 640, height: 200 },
  box('batch_stats', 'state', { x: 0, y: 82, width: 96, height: 36 }),
  arrow({ x: 98, y: 100 }, { x: 138, y: 100 }),
  ...call(140, 1),
  arrow({ x: 232, y: 100 }, { x: 298, y: 100 }, 'new'),
  ...call(300, 2),
  arrow({ x: 392, y: 100 }, { x: 458, y: 100 }, 'new'),
  ...call(460, 3),
  arrow({ x: 552, y: 100 }, { x: 618, y: 100 }, 'new'),
  box('params: the same until the optimizer steps', 'params', { x: 140, y: 160, width: 480, height: 34 }),
)
