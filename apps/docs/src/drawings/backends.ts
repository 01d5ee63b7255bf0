/** One program, and the backends that it may run on. */
import { arrow, box, drawing, label } from './parts'

const kinds = [
  ['tfjs node', 'TensorFlow'],
  ['tfjs webgpu, webgl', 'GPU of a page'],
  ['tfjs wasm, cpu', 'everywhere'],
  ['pjrt', 'XLA: CPU, GPU, TPU'],
  ['host', 'plain TypeScript'],
] as const

export default drawing(
  'A program of heddle runs on any of five kinds of backends: tfjs on native TensorFlow, on the GPU of a page, on WebAssembly, XLA by pjrt, and the host',
  { width: 620, height: 236 },
  box('your program', 'code', { x: 16, y: 96, width: 130, height: 44 }),
  ...kinds.flatMap(([name, where], i) => {
    const y = 10 + i * 44
    return [
      arrow({ x: 148, y: 118 }, { x: 268, y: y + 17 }),
      box(name, i === 3 ? 'params' : i === 4 ? 'state' : 'data', { x: 270, y, width: 160, height: 34 }),
      label(where, { x: 446, y: y + 17 }, { anchor: 'start', small: true }),
    ]
  }),
)
