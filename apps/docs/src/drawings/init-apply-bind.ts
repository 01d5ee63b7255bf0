/** init makes variables, apply uses them for one call, bind keeps them with the module. */
import { arrow, box, drawing, label } from './parts'

export default drawing(
  'init takes keys and an input and answers variables; apply takes variables and an input and answers an output; bind joins module and variables to a module that may be called by hand, and unbind takes it apart',
  { width: 660, height: 210 },
  box('keys', 'rngs', { x: 0, y: 20, width: 80, height: 36 }),
  box('x', 'data', { x: 0, y: 90, width: 80, height: 36 }),
  arrow({ x: 82, y: 38 }, { x: 138, y: 38 }),
  arrow({ x: 82, y: 98 }, { x: 140, y: 58 }),
  box('init', 'code', { x: 140, y: 20, width: 80, height: 36 }),
  arrow({ x: 222, y: 38 }, { x: 278, y: 38 }),
  box('variables', 'params', { x: 280, y: 20, width: 100, height: 36 }),
  arrow({ x: 82, y: 108 }, { x: 418, y: 108 }),
  arrow({ x: 370, y: 58 }, { x: 424, y: 88 }),
  box('apply', 'code', { x: 420, y: 90, width: 80, height: 36 }),
  arrow({ x: 502, y: 108 }, { x: 558, y: 108 }),
  box('y', 'data', { x: 560, y: 90, width: 90, height: 36 }),
  arrow({ x: 330, y: 58 }, { x: 330, y: 158 }),
  box('bind', 'code', { x: 290, y: 160, width: 80, height: 36 }),
  arrow({ x: 372, y: 178 }, { x: 418, y: 178 }),
  box('module with variables', 'params', { x: 420, y: 160, width: 230, height: 36 }),
  label('the module is the same in all three', { x: 140, y: 178 }, { small: true }),
)
