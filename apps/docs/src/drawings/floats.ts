/** The bits of three floats: sign, exponent, fraction, each to scale. */
import { box, drawing, label } from './parts'

const kinds = [
  ['float32', 8, 23],
  ['float16', 5, 10],
  ['bfloat16', 8, 7],
] as const
const BIT = 16

export default drawing(
  'float32 has 8 bits of exponent and 23 of fraction, float16 has 5 and 10, bfloat16 has 8 and 7',
  { width: 640, height: 186 },
  label('exponent: how large', { x: 110, y: 14 }, { anchor: 'start', small: true }),
  label('fraction: how exact', { x: 300, y: 14 }, { anchor: 'start', small: true }),
  ...kinds.flatMap(([name, exponent, fraction], i) => {
    const y = 32 + i * 52
    return [
      label(name, { x: 10, y: y + 18 }, { anchor: 'start', strong: true }),
      box('', 'code', { x: 92, y, width: BIT, height: 36 }),
      box(String(exponent), 'params', { x: 92 + BIT, y, width: exponent * BIT, height: 36 }),
      box(String(fraction), 'data', { x: 92 + BIT * (1 + exponent), y, width: fraction * BIT, height: 36 }),
    ]
  }),
)
