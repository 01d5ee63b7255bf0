/** Modules stand on scopes: a scope is a place in the tree of variables, with its streams. */
import { arrow, box, drawing, label } from './parts'

export default drawing(
  'A module stands on a scope, which is a path, its variables by collection, and its random streams; linen transforms modules, lift scopes, func arrays',
  { width: 640, height: 190 },
  label('@heddle/linen', { x: 8, y: 32 }, { anchor: 'start', small: true }),
  label('@heddle/lift', { x: 8, y: 95 }, { anchor: 'start', small: true }),
  label('@heddle/func', { x: 8, y: 158 }, { anchor: 'start', small: true }),
  box('nn.vmap of a Module', 'code', { x: 130, y: 14, width: 200, height: 36 }),
  box('Dense_0', 'code', { x: 400, y: 14, width: 220, height: 36 }),
  box('lift.vmap of f(scope, x)', 'code', { x: 130, y: 77, width: 200, height: 36 }),
  box('scope /Dense_0', 'state', { x: 400, y: 77, width: 220, height: 36 }),
  box('vmap of f(arrays)', 'code', { x: 130, y: 140, width: 200, height: 36 }),
  box('params', 'params', { x: 400, y: 140, width: 104, height: 36 }),
  box('keys', 'rngs', { x: 516, y: 140, width: 104, height: 36 }),
  ...[52, 115].flatMap((y) => [230, 452].map((x) => arrow({ x, y }, { x, y: y + 23 }))),
)
