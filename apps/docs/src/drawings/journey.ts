/** One call, from the module to what computes, with the package that each step is in. */
import { arrow, box, drawing, label, type Role } from './parts'

const steps: readonly (readonly [what: string, where: string, role: Role])[] = [
  ['a module', 'linen', 'params'],
  ['a function of a scope', 'lift, core', 'state'],
  ['a pure function of trees', 'lift', 'data'],
  ['a program', 'func', 'code'],
]
const wide = 190
const x = 10
const top = (i: number): number => 10 + i * 62
const middle = x + wide / 2
const ends: readonly (readonly [what: string, where: string])[] = [
  ['a plan of kernels', 'backend-tfjs, backend-host'],
  ['StableHLO', 'stablehlo, backend-pjrt'],
]

export default drawing(
  'A module is a function of a scope; with the scope closed a pure function of trees; recorded, a program. vmap and grad make programs of programs. A program becomes a plan of kernels, or StableHLO for XLA.',
  { width: 620, height: 340 },
  ...steps.flatMap(([what, where, role], i) => [
    box(what, role, { x, y: top(i), width: wide, height: 36 }),
    label(where, { x: x + wide + 12, y: top(i) + 18 }, { anchor: 'start', small: true }),
    ...(i + 1 < steps.length ? [arrow({ x: middle, y: top(i) + 38 }, { x: middle, y: top(i + 1) - 2 })] : []),
  ]),
  box('vmap, grad, jit', 'code', { x: 400, y: top(3), width: 140, height: 36 }),
  arrow({ x: 262, y: top(3) + 11 }, { x: 398, y: top(3) + 11 }),
  arrow({ x: 398, y: top(3) + 25 }, { x: 262, y: top(3) + 25 }),
  ...ends.flatMap(([what, where], i) => [
    arrow({ x: middle, y: top(3) + 38 }, { x: middle + i * 240, y: top(4) + 20 }),
    box(what, 'rngs', { x: x + i * 240, y: top(4) + 22, width: wide, height: 36 }),
    label(where, { x: middle + i * 240, y: top(4) + 70 }, { small: true }),
  ]),
)
