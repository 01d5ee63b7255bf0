/** A scan: the carry goes from turn to turn, xs are cut, ys are stacked. */
import { arrow, box, drawing, label } from './parts'

const turns = [0, 1, 2]
const at = (i: number): number => 130 + i * 150

export default drawing(
  'scan: the carry goes through the turns from left to right, each turn takes one slice of xs from above and answers one slice of ys below',
  { width: 660, height: 220 },
  label('xs, cut', { x: 50, y: 36 }, { small: true }),
  label('ys, stacked', { x: 50, y: 184 }, { small: true }),
  box('init', 'state', { x: 16, y: 90, width: 66, height: 40 }),
  ...turns.flatMap((i) => [
    box(`xs[${i}]`, 'data', { x: at(i) + 10, y: 18, width: 70, height: 36 }),
    arrow({ x: at(i) + 45, y: 56 }, { x: at(i) + 45, y: 88 }),
    box('body', 'code', { x: at(i), y: 90, width: 90, height: 40 }),
    arrow({ x: at(i) + 45, y: 132 }, { x: at(i) + 45, y: 164 }),
    box(`ys[${i}]`, 'data', { x: at(i) + 10, y: 166, width: 70, height: 36 }),
    arrow({ x: i === 0 ? 84 : at(i) - 58, y: 110 }, { x: at(i) - 2, y: 110 }, i === 0 ? '' : 'carry'),
  ]),
  arrow({ x: at(2) + 92, y: 110 }, { x: at(2) + 138, y: 110 }),
  box('carry', 'state', { x: at(2) + 140, y: 90, width: 70, height: 40 }),
)
