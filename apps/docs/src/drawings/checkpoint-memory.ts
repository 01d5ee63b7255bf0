/** What is kept for the backward pass of four blocks, with and without checkpoints. */
import { box, drawing, label } from './parts'

const BLOCKS = [0, 1, 2, 3]
const at = (i: number): number => 120 + i * 130

const row = (name: string, y: number, isKept: (place: number) => boolean): string =>
  [
    label(name, { x: 10, y: y + 14 }, { anchor: 'start', strong: true }),
    ...BLOCKS.flatMap((i) =>
      [0, 1, 2].map((k) =>
        isKept(k)
          ? box('', 'params', { x: at(i) + k * 38, y, width: 30, height: 28 })
          : `<g opacity="0.35">${box('', 'code', { x: at(i) + k * 38, y, width: 30, height: 28 })}</g>`,
      ),
    ),
  ].join('')

export default drawing(
  'Of four blocks with three values each, plain differentiation keeps all twelve, checkpointed blocks keep one each and compute the others again',
  { width: 650, height: 150 },
  ...BLOCKS.map((i) => label(`block ${i + 1}`, { x: at(i) + 53, y: 16 }, { small: true })),
  row('plain', 36, () => true),
  row('checkpoint', 86, (k) => k === 0),
  label('blue: kept for the backward pass. Gray: computed again', { x: 380, y: 136 }, { small: true }),
)
