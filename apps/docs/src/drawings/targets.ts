/** What may be transformed: a class, some of its methods, a function of a module, a function of several. */
import { arrow, box, drawing, label } from './parts'

const row = (y: number, from: string, to: string, note: string): string =>
  [
    box(from, 'code', { x: 8, y, width: 200, height: 36 }),
    arrow({ x: 210, y: y + 18 }, { x: 276, y: y + 18 }, 'nn.vmap'),
    box(to, 'code', { x: 280, y, width: 180, height: 36 }),
    label(note, { x: 474, y: y + 18 }, { anchor: 'start', small: true }),
  ].join('')

export default drawing(
  'A class becomes a class, a method a method, a function of a module a function of a module',
  { width: 700, height: 200 },
  row(10, 'class Dense', 'class VmapDense', 'new name: VmapDense_0'),
  row(58, 'a method of a class', 'the same method', 'the module keeps its name'),
  row(106, '(module, x) => y', '(module, x) => y', 'the module keeps its name'),
  row(154, '({ a, b }, x) => y', '({ a, b }, x) => y', 'several modules, in an object or array'),
)
