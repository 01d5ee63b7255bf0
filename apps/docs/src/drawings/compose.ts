/** Each transformation takes a function and answers one, so that they compose. */
import { arrow, box, drawing, label } from './parts'

const steps = [
  ['f', 'x → y', 'code'],
  ['grad(f)', 'x → dy/dx', 'params'],
  ['vmap(grad(f))', '[n, x] → [n, dx]', 'data'],
  ['jit(vmap(grad(f)))', 'the same, compiled', 'state'],
] as const
const [WIDTH, GAP] = [136, 36]
const at = (i: number): number => 10 + i * (WIDTH + GAP)

export default drawing(
  'A function f becomes grad of f, then vmap of grad of f, then jit of that: each takes a function and answers a function',
  { width: at(steps.length) - GAP + 10, height: 96 },
  ...steps.flatMap(([name, type, role], i) => [
    box(name, role, { x: at(i), y: 20, width: WIDTH, height: 40 }),
    label(type, { x: at(i) + WIDTH / 2, y: 78 }, { small: true }),
    i === 0 ? '' : arrow({ x: at(i) - GAP + 2, y: 40 }, { x: at(i) - 2, y: 40 }),
  ]),
)
