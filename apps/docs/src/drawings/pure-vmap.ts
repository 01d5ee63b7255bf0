/** What vmap does with arguments: one is cut along its axis, one is given whole, results are stacked. */
import { arrow, box, drawing, label, stack } from './parts'

const rows = [34, 92, 150]

export default drawing(
  'vmap with inAxes 0 and null: each call gets one row of the batch and the whole of the other argument, and the results are stacked',
  { width: 640, height: 210 },
  stack('xs', 'data', { x: 10, y: 44, width: 86, height: 40 }),
  label('[3, 2]   inAxes 0', { x: 60, y: 102 }, { small: true }),
  box('w', 'params', { x: 10, y: 140, width: 86, height: 40 }),
  label('[2]   inAxes null', { x: 54, y: 196 }, { small: true }),
  ...rows.flatMap((y, i) => [
    arrow({ x: 112, y: 62 }, { x: 208, y: y + 12 }),
    arrow({ x: 98, y: 160 }, { x: 208, y: y + 24 }),
    box(`f(w, xs[${i}])`, 'code', { x: 210, y, width: 120, height: 36 }),
    arrow({ x: 332, y: y + 18 }, { x: 446, y: 106 }),
  ]),
  stack('ys', 'data', { x: 450, y: 92, width: 86, height: 40 }),
  label('[3]   outAxes 0', { x: 500, y: 150 }, { small: true }),
  label('one call, all at once', { x: 270, y: 16 }, { small: true }),
)
