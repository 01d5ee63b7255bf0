/** rematScan: loops in loops; only what stands at the turns of the loop that runs is held. */
import { arrow, box, drawing, faint, frame, label } from './parts'

const SIZE = 28
const TURNS = [0, 1, 2]
const y = 92
const groups = TURNS.map((g) => {
  const x = 80 + g * 220
  const layers = [0, 1, 2, 3].map((k) => box('', 'params', { x: x + k * 36, y, width: SIZE, height: SIZE }))
  const between = [1, 2, 3].map((k) => label('h', { x: x + k * 36 - 3, y: y + 60 }, { small: true }))
  const again = g === TURNS.length - 1
  return [
    frame({ x: x - 10, y: y - 26, width: 150, height: 78 }),
    label(again ? `turn ${g}, again` : `turn ${g}`, { x: x + 69, y: y - 42 }, { strong: again }),
    again ? [...layers, ...between].join('') : faint(...layers),
  ].join('')
})
const kept = TURNS.map((g) => box('h', 'data', { x: 8 + g * 220, y, width: SIZE, height: SIZE }))
const arrows = TURNS.map((g) => arrow({ x: 44 + g * 220, y: y + 15 }, { x: 68 + g * 220, y: y + 15 }))

export default drawing(
  'rematScan: a loop of loops of layers. Kept are the values between outer turns, and, while one is computed again, those between its layers',
  { width: 690, height: 194 },
  ...groups,
  ...kept,
  ...arrows,
  label('Held: h between the turns, and between the layers of the turn that is computed again.', { x: 345, y: 182 }, { small: true }),
)
