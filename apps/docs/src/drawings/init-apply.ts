/** init makes variables, apply uses them. */
import { arrow, box, drawing } from './parts'

export default drawing(
  'init takes a key and an input and answers variables; apply takes variables and an input and answers an output',
  { width: 620, height: 150 },
  box('key', 'rngs', { x: 10, y: 20, width: 80, height: 36 }),
  box('x', 'data', { x: 10, y: 90, width: 80, height: 36 }),
  arrow({ x: 92, y: 38 }, { x: 158, y: 38 }),
  arrow({ x: 92, y: 108 }, { x: 388, y: 108 }),
  arrow({ x: 92, y: 100 }, { x: 160, y: 58 }),
  box('init', 'code', { x: 160, y: 20, width: 80, height: 36 }),
  arrow({ x: 242, y: 38 }, { x: 278, y: 38 }),
  box('variables', 'params', { x: 280, y: 20, width: 100, height: 36 }),
  arrow({ x: 340, y: 58 }, { x: 396, y: 92 }),
  box('apply', 'code', { x: 390, y: 90, width: 80, height: 36 }),
  arrow({ x: 472, y: 108 }, { x: 518, y: 108 }),
  box('y', 'data', { x: 520, y: 90, width: 80, height: 36 }),
)
