/** A tree of modules beside the tree of its parameters: the same names. */
import { arrow, box, drawing, label } from './parts'

const tree = (
  at: number,
  role: 'code' | 'params',
  root: string,
  [a, b, c]: readonly [string, string, string],
  [x, y]: readonly [string, string],
) => [
  box(root, role, { x: at + 90, y: 30, width: 100, height: 34 }),
  arrow({ x: at + 120, y: 66 }, { x: at + 50, y: 98 }),
  arrow({ x: at + 140, y: 66 }, { x: at + 140, y: 98 }),
  arrow({ x: at + 160, y: 66 }, { x: at + 230, y: 98 }),
  box(a, role, { x: at, y: 100, width: 84, height: 34 }),
  box(b, role, { x: at + 98, y: 100, width: 84, height: 34 }),
  box(c, role, { x: at + 196, y: 100, width: 84, height: 34 }),
  arrow({ x: at + 42, y: 136 }, { x: at + 42, y: 168 }),
  arrow({ x: at + 140, y: 136 }, { x: at + 140, y: 168 }),
  box(x, role, { x: at, y: 170, width: 84, height: 34 }),
  box(y, role, { x: at + 98, y: 170, width: 84, height: 34 }),
]

export default drawing(
  'A tree of modules, Model with two Blocks and a Dense, and beside it the parameters, nested objects with the same names',
  { width: 640, height: 215 },
  label('modules: what is computed', { x: 140, y: 12 }, { strong: true }),
  label('params: what it is computed with', { x: 490, y: 12 }, { strong: true }),
  ...tree(0, 'code', 'Model', ['Block', 'Block', 'Dense'], ['Dense', 'Dense']),
  ...tree(350, 'params', 'params', ['Block_0', 'Block_1', 'Dense_0'], ['Dense_0', 'Dense_0']),
)
