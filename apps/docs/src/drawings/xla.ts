/** From a function to a program of a device: traced, lowered, compiled, kept on disk. */
import { arrow, box, drawing, label } from './parts'

const steps = [
  ['jit(f)', 'TypeScript', 'code'],
  ['jaxpr', 'a program', 'params'],
  ['StableHLO', 'text', 'data'],
  ['executable', 'by XLA', 'state'],
] as const
const at = (i: number): number => 16 + i * 164

export default drawing(
  'jit traces a function to a jaxpr, which is lowered to StableHLO text, which XLA compiles to an executable; that is kept on disk',
  { width: 640, height: 170 },
  ...steps.flatMap(([name, what, role], i) => [
    box(name, role, { x: at(i), y: 24, width: 104, height: 40 }),
    label(what, { x: at(i) + 52, y: 80 }, { small: true }),
    i === 0 ? '' : arrow({ x: at(i) - 58, y: 44 }, { x: at(i) - 2, y: 44 }, ['', 'trace', 'lower', 'compile'][i]),
  ]),
  box('cache on disk', 'state', { x: at(3) - 16, y: 118, width: 136, height: 36 }),
  arrow({ x: at(3) + 52, y: 90 }, { x: at(3) + 52, y: 116 }),
  label('a second run starts here', { x: at(3) - 28, y: 136 }, { small: true, anchor: 'end' }),
)
