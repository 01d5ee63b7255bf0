/** Variables to a file and back: leaves by path one way, into the structure of a new model the other. */
import { arrow, box, drawing, label } from './parts'

export default drawing(
  'To save, variables are taken apart into leaves by path and written as bytes; to load, bytes are read to leaves by path, which go into the structure of a freshly initialized model',
  { width: 660, height: 190 },
  label('save', { x: 20, y: 38 }, { strong: true }),
  box('variables', 'params', { x: 60, y: 20, width: 110, height: 36 }),
  arrow({ x: 172, y: 38 }, { x: 268, y: 38 }, 'leavesWithPath'),
  box('.params.kernel: 3×2', 'data', { x: 270, y: 20, width: 160, height: 36 }),
  arrow({ x: 432, y: 38 }, { x: 528, y: 38 }, 'data()'),
  box('bytes', 'state', { x: 530, y: 20, width: 120, height: 36 }),
  arrow({ x: 590, y: 58 }, { x: 590, y: 128 }),
  label('a file, a database, a server', { x: 500, y: 93 }, { small: true }),
  label('load', { x: 20, y: 148 }, { strong: true }),
  box('variables', 'params', { x: 60, y: 130, width: 110, height: 36 }),
  arrow({ x: 268, y: 148 }, { x: 172, y: 148 }, 'mapWithPath'),
  box('.params.kernel: 3×2', 'data', { x: 270, y: 130, width: 160, height: 36 }),
  arrow({ x: 528, y: 148 }, { x: 432, y: 148 }, 'np.array'),
  box('bytes', 'state', { x: 530, y: 130, width: 120, height: 36 }),
  box('init', 'code', { x: 75, y: 74, width: 80, height: 30 }),
  arrow({ x: 115, y: 106 }, { x: 115, y: 128 }),
)
