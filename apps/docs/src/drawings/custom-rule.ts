/** A function with rules of its own: forward keeps residuals for backward, which gets the cotangent. */
import { arrow, box, drawing, label } from './parts'

export default drawing(
  'customVjp: forward takes x and answers y and residuals; backward takes the residuals and the cotangent of y and answers the cotangent of x',
  { width: 600, height: 190 },
  box('x', 'data', { x: 20, y: 24, width: 80, height: 38 }),
  arrow({ x: 102, y: 43 }, { x: 218, y: 43 }),
  box('forward', 'code', { x: 220, y: 24, width: 130, height: 38 }),
  arrow({ x: 352, y: 43 }, { x: 478, y: 43 }),
  box('y', 'data', { x: 480, y: 24, width: 80, height: 38 }),
  arrow({ x: 285, y: 64 }, { x: 285, y: 124 }),
  label('residuals', { x: 294, y: 94 }, { small: true, anchor: 'start' }),
  box('ct of y', 'params', { x: 480, y: 126, width: 80, height: 38 }),
  arrow({ x: 478, y: 145 }, { x: 352, y: 145 }),
  box('backward', 'code', { x: 220, y: 126, width: 130, height: 38 }),
  arrow({ x: 218, y: 145 }, { x: 102, y: 145 }),
  box('ct of x', 'params', { x: 20, y: 126, width: 80, height: 38 }),
)
