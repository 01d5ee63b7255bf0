/** One step of training: a state and a batch become the next state and a loss. */
import { arrow, box, drawing, label } from './parts'

export default drawing(
  'A step takes a state of parameters and optimizer, and a batch; it computes gradients and updates, and answers the next state and the loss',
  { width: 650, height: 190 },
  box('state', 'params', { x: 10, y: 30, width: 90, height: 40 }),
  label('params, opt', { x: 55, y: 86 }, { small: true }),
  box('batch', 'data', { x: 10, y: 126, width: 90, height: 40 }),
  arrow({ x: 102, y: 50 }, { x: 168, y: 58 }),
  arrow({ x: 102, y: 146 }, { x: 168, y: 72 }),
  box('valueAndGrad', 'code', { x: 170, y: 44, width: 120, height: 40 }),
  arrow({ x: 292, y: 64 }, { x: 348, y: 64 }, 'grads'),
  box('update, apply', 'code', { x: 350, y: 44, width: 120, height: 40 }),
  arrow({ x: 472, y: 60 }, { x: 538, y: 50 }),
  box('next state', 'params', { x: 540, y: 30, width: 100, height: 40 }),
  arrow({ x: 230, y: 86 }, { x: 538, y: 146 }),
  box('loss', 'data', { x: 540, y: 126, width: 100, height: 40 }),
  label('one jit', { x: 320, y: 20 }, { small: true }),
)
