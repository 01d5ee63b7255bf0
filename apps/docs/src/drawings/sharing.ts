/** One module called twice beside two modules. */
import { arrow, box, drawing, label } from './parts'

const calls = (x: number, names: readonly [string, string]) => [
  box('x', 'data', { x, y: 36, width: 40, height: 34 }),
  arrow({ x: x + 42, y: 53 }, { x: x + 68, y: 53 }),
  box(names[0], 'code', { x: x + 70, y: 36, width: 80, height: 34 }),
  arrow({ x: x + 152, y: 53 }, { x: x + 178, y: 53 }),
  box(names[1], 'code', { x: x + 180, y: 36, width: 80, height: 34 }),
]
export default drawing(
  'One module called twice reads one set of parameters; two modules of the same class have one each',
  { width: 600, height: 170 },
  label('one module, two calls', { x: 130, y: 14 }, { strong: true }),
  ...calls(0, ['layer', 'layer']),
  arrow({ x: 155, y: 128 }, { x: 115, y: 72 }),
  arrow({ x: 175, y: 128 }, { x: 215, y: 72 }),
  box('Dense_0', 'params', { x: 115, y: 130, width: 100, height: 34 }),
  label('two modules', { x: 470, y: 14 }, { strong: true }),
  ...calls(330, ['a', 'b']),
  arrow({ x: 440, y: 128 }, { x: 440, y: 72 }),
  arrow({ x: 550, y: 128 }, { x: 550, y: 72 }),
  box('Dense_0', 'params', { x: 395, y: 130, width: 90, height: 34 }),
  box('Dense_1', 'params', { x: 505, y: 130, width: 90, height: 34 }),
)
