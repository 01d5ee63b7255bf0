/** Calls on a line of time: the first compiles, and each answers before the device is done. */
import { arrow, box, drawing, label } from './parts'

const calls = [240, 330, 450]

export default drawing(
  'The first call traces and compiles for long; the calls after it return at once, while the device still computes; only waiting for the value measures it',
  { width: 660, height: 170 },
  label('JavaScript', { x: 10, y: 54 }, { anchor: 'start', small: true }),
  label('device', { x: 10, y: 114 }, { anchor: 'start', small: true }),
  box('trace, compile', 'state', { x: 80, y: 38, width: 160, height: 32 }),
  ...calls.map((x) => box('', 'code', { x, y: 38, width: 14, height: 32 })),
  ...[256, 346, 466].map((x) => box('compute', 'data', { x, y: 98, width: 92, height: 32 })),
  arrow({ x: 360, y: 20 }, { x: 346, y: 36 }),
  label('returned: not yet computed', { x: 366, y: 16 }, { anchor: 'start', small: true }),
  arrow({ x: 558, y: 96 }, { x: 572, y: 72 }),
  box('data()', 'params', { x: 560, y: 38, width: 70, height: 32 }),
  label('warm-up', { x: 200, y: 154 }, { small: true }),
  label('what to measure, from call to value', { x: 470, y: 154 }, { small: true }),
)
