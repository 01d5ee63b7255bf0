/** What every lifted transformation does: taken apart, transformed as plain arrays, put together. */
import { arrow, box, drawing, frame, label } from './parts'

const H = 34
const names = [
  ['params', 'params'],
  ['batch_stats', 'state'],
  ['rngs', 'rngs'],
  ['x', 'data'],
] as const
const at = (i: number): number => 60 + i * 48
const outs = [
  ['params', 'params', 0],
  ['batch_stats', 'state', 1],
  ['y', 'data', 3],
] as const

export default drawing(
  'A lifted transformation takes the module apart into variables, keys and arguments, runs the pure transformation on these with the module made again inside, and puts what comes out back',
  { width: 720, height: 280 },
  label('your module', { x: 62, y: 24 }, { strong: true }),
  label('pure transformation', { x: 360, y: 24 }, { strong: true }),
  label('your module', { x: 656, y: 24 }, { strong: true }),
  ...names.map(([text, role], i) => box(text, role, { x: 8, y: at(i), width: 108, height: H })),
  ...names.map((_, i) => arrow({ x: 118, y: at(i) + H / 2 }, { x: 208, y: at(i) + H / 2 }, i === 0 ? 'taken apart' : '')),
  frame({ x: 212, y: 42, width: 296, height: 208 }),
  ...names.map(([text, role], i) => box(text, role, { x: 224, y: at(i), width: 96, height: H })),
  ...names.map((_, i) => arrow({ x: 322, y: at(i) + H / 2 }, { x: 356, y: 134 + i * 6 })),
  box('call(x)', 'code', { x: 358, y: 118, width: 76, height: 48 }),
  ...outs.map(([, , i]) => arrow({ x: 436, y: 134 + i * 6 }, { x: 504, y: at(i) + H / 2 })),
  ...outs.map(([, , i]) => arrow({ x: 510, y: at(i) + H / 2 }, { x: 598, y: at(i) + H / 2 }, i === 0 ? 'put back' : '')),
  ...outs.map(([text, role, i]) => box(text, role, { x: 602, y: at(i), width: 108, height: H })),
  label(
    'Inside, the module is made again on what the transformation gives: a slice, a tracer, a dual number.',
    { x: 360, y: 266 },
    { small: true },
  ),
)
